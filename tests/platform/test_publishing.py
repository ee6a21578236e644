"""Publishing: one gate, which asks the launch check, and keeps the reason of whoever passes it all the same."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from competitions.models import Competition, DataFile, LaunchCheck, PageKind, PublishOverride
from competitions.publishing import PublishingRefused, publish, what_stands_against
from grading.tasks import audits, launch_checks
from submissions.launch_jobs import ask_for_audit, ask_for_launch_check

ADDRESS = "/competitions/stars/launch/publish/"
REASON = "The rules follow on Monday; the class has them on paper."


@pytest.fixture
def draft(competition) -> Competition:
    competition.is_published = False
    competition.save()
    return competition


def checked(competition):
    ask_for_launch_check(competition, None)
    launch_checks()


def text(response):
    return response.content.decode()


def is_published():
    return Competition.objects.get().is_published


def test_without_a_launch_check_it_stays_a_draft(as_olga, draft):
    assert "The launch check has not been run." in text(as_olga.get(ADDRESS))
    answer = as_olga.post(ADDRESS)
    assert answer.status_code == 409
    assert "Five stars was not published. The launch check has not been run." in text(answer)
    assert not is_published()


def test_after_a_check_without_red_lines_it_is_published_and_taken_back(as_olga, draft, alice):
    checked(draft)
    assert "nothing in it is red" in text(as_olga.get(ADDRESS))
    answer = as_olga.post(ADDRESS, follow=True)
    assert "Five stars is published." in text(answer)
    assert is_published()
    assert not PublishOverride.objects.exists()
    assert Client().get("/competitions/stars/").status_code == 200
    assert draft.history.first().is_published

    assert "a draft again" in text(as_olga.post("/competitions/stars/launch/unpublish/", follow=True))
    assert not is_published()
    assert Client().get("/competitions/stars/").status_code == 404


def test_a_red_line_stands_in_the_way(as_olga, draft):
    draft.pages.filter(kind=PageKind.RULES).delete()
    checked(draft)
    assert "Pages are written: Nothing is written on Rules." in text(as_olga.get(ADDRESS))
    assert as_olga.post(ADDRESS).status_code == 409
    assert not is_published()


def test_a_reason_in_writing_publishes_all_the_same_and_is_kept(as_olga, olga, draft):
    draft.pages.filter(kind=PageKind.RULES).delete()
    checked(draft)
    refused = as_olga.post(ADDRESS, {"reason": "  because I say  "})
    assert refused.status_code == 409
    assert "The reason has 13 characters; write at least 20" in text(refused)
    assert as_olga.post(ADDRESS, {"reason": REASON}).status_code == 302
    assert is_published()
    override = PublishOverride.objects.get()
    assert (override.by, override.reason) == (olga, REASON)
    assert override.against == ["Pages are written: Nothing is written on Rules."]
    page = text(as_olga.get(ADDRESS))
    assert REASON in page
    assert 'by <span class="break-name">olga</span>' in page


def test_what_a_command_has_published_is_not_put_down_to_the_seed(as_olga, draft):
    publish(draft, None, REASON)
    assert "by a command (the seed, say) or an account that is gone" in text(as_olga.get(ADDRESS))


@pytest.mark.parametrize(
    "change",
    [
        lambda competition: Competition.objects.update(daily_limit=7),
        lambda competition: competition.pages.filter(kind=PageKind.OVERVIEW).update(text=""),
        lambda competition: DataFile.objects.update(is_hidden=True),
        lambda competition: competition.solutions.update(is_active=False),
    ],
)
def test_a_check_of_something_else_does_not_count(as_olga, draft, change):
    checked(draft)
    change(draft)
    assert "Out of date" in text(as_olga.get("/competitions/stars/launch/"))
    assert as_olga.post(ADDRESS).status_code == 409
    assert not is_published()
    checked(draft)
    assert "Out of date" not in text(as_olga.get("/competitions/stars/launch/"))


def test_an_audit_that_turns_red_after_the_check_stands_in_the_way(as_olga, draft):
    # test.csv gives the target away, and the audit alone looks at that.
    leaking = "id,user_id,rating\n" + "".join(f"{i},u{i},3\n" for i in range(1, 6))
    DataFile.objects.all().delete()
    DataFile.objects.create(competition=draft, name="test.csv", file=ContentFile(leaking, "t.csv"))
    checked(draft)
    assert "nothing in it is red" in text(as_olga.get(ADDRESS))
    ask_for_audit(draft, None)
    audits()
    assert "The audit, which ended after the launch check, has red findings" in text(as_olga.get(ADDRESS))
    assert as_olga.post(ADDRESS).status_code == 409
    assert not is_published()
    # A new check names it itself, and once.
    checked(draft)
    against = what_stands_against(draft)
    assert len(against) == 1
    assert against[0].startswith("Data was audited: The audit has")


def test_a_check_from_before_its_end_does_not_count_after_it(as_olga, draft):
    now = timezone.now()
    Competition.objects.update(opens_at=now - timedelta(days=2), closes_at=now - timedelta(days=1))
    checked(draft)
    # The check as it would be had it been made in time, with nothing red.
    LaunchCheck.objects.update(lines=[], worst="green", finished_at=now - timedelta(days=1, hours=1))
    assert "It has ended since the launch check" in text(as_olga.get(ADDRESS))
    assert as_olga.post(ADDRESS).status_code == 409
    assert not is_published()


def test_words_may_be_mended_after_the_check(as_olga, draft):
    checked(draft)
    Competition.objects.update(title="Six stars", tagline="Better said")
    draft.pages.filter(kind=PageKind.RULES).update(text="Better rules.")
    assert as_olga.post(ADDRESS).status_code == 302
    assert is_published()


def test_a_check_that_has_not_finished_or_has_failed(draft, olga):
    ask_for_launch_check(draft, olga)
    with pytest.raises(PublishingRefused, match="has not finished yet"):
        publish(draft, olga)
    launch_checks()
    draft.launch_checks.update(state="failed", worst="", failure="The worker had no disk left.")
    with pytest.raises(PublishingRefused, match="could not be finished: The worker had no disk left"):
        publish(draft, olga)


def test_the_admins_form_has_no_way_round(as_olga, draft):
    address = f"/admin/competitions/competition/{draft.pk}/change/"
    page = text(as_olga.get(address))
    assert 'name="is_published"' not in page
    assert f'href="{ADDRESS}"' in page
    fields = {"title": "Five stars", "slug": "stars", "tagline": "x", "is_published": "on"}
    as_olga.post(address, fields)
    assert not is_published()


def test_others_cannot_publish(draft, alice, as_olga):
    client = Client()
    client.force_login(alice)
    assert client.post(ADDRESS, {"reason": REASON}).status_code == 404
    draft.organizers.clear()
    assert as_olga.post(ADDRESS, {"reason": REASON}).status_code == 404
    assert as_olga.post("/competitions/stars/launch/unpublish/").status_code == 404
    assert not is_published()
