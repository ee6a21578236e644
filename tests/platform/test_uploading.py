"""The upload page: what is taken, and every refusal with its reason."""

from datetime import timedelta
from hashlib import sha256

import pytest
from cast_of_stories import BAD, GOOD
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from competitions.models import Competition, Solution
from grading.tasks import score_waiting
from submissions.models import Status, Submission
from submissions.quota import allowance, day_of, in_words
from teams.models import Team

ADDRESS = "/competitions/stars/submit/"


def post(client, content=GOOD, name="predictions.csv", **more):
    sent = content.encode() if isinstance(content, str) else content
    return client.post(ADDRESS, {"file": SimpleUploadedFile(name, sent), "description": "my first", **more})


def refusal(response):
    return response.context["refusal"]


def test_an_upload_leads_to_its_page_and_then_to_its_score(as_alice, alices_team):
    response = post(as_alice)
    submission = Submission.objects.get()
    assert response.status_code == 302
    assert response["Location"] == reverse("submission", args=[submission.pk])
    assert submission.sha256 == sha256(GOOD.encode()).hexdigest()
    assert (submission.original_name, submission.description) == ("predictions.csv", "my first")
    page = as_alice.get(response["Location"]).content.decode()
    assert 'data-status="queued"' in page
    assert "hx-get" in page
    score_waiting()
    fragment = as_alice.get(reverse("submission_status", args=[submission.pk])).content.decode()
    assert 'data-status="scored"' in fragment
    assert "0.500" in fragment
    assert "<strong data-rank>1</strong> of 1" in fragment
    assert "hx-get" not in fragment


def test_a_rejected_file_shows_line_finding_and_cure_and_costs_no_slot(as_alice, alices_team):
    post(as_alice, BAD)
    score_waiting()
    page = as_alice.get(Submission.objects.get().get_absolute_url()).content.decode()
    assert "Line 2:" in page
    assert "n/a" in page
    assert "does not count against your limit" in page
    assert allowance(alices_team, timezone.now()).left_today == 5


def test_what_a_participant_wrote_never_becomes_html(as_alice, alices_team):
    post(as_alice, "id,rating\n1,<script>alert(1)</script>\n", "<b>x</b>.csv", description="<img src=x onerror=y>")
    score_waiting()
    for address in (Submission.objects.get().get_absolute_url(), "/competitions/stars/submissions/"):
        page = as_alice.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_the_daily_limit_is_said_with_the_time_of_the_next(as_alice, alices_team):
    for _ in range(5):
        assert post(as_alice).status_code == 302
    response = post(as_alice)
    assert response.status_code == 409
    assert "Your team has used its 5 submissions for today" in refusal(response)
    assert "00:00 UTC (in " in refusal(response)
    assert Submission.objects.count() == 5
    page = as_alice.get(ADDRESS).content.decode()
    assert page.count("used its 5 submissions") == 1
    # Once is enough, with the time of the next.
    assert page.count("00:00 UTC") == 1
    assert "data-allowance" not in page
    assert "wait_for_slot" not in page


def test_rejected_files_are_free_but_not_without_end(as_alice, alices_team, settings):
    settings.UPLOADS_PER_SLOT = 2
    Competition.objects.update(daily_limit=1)
    for _ in range(2):
        assert post(as_alice, BAD).status_code == 302
        score_waiting()
    response = post(as_alice, GOOD)
    assert response.status_code == 409
    assert "has uploaded 2 files today" in refusal(response)
    assert Submission.objects.count() == 2


def test_yesterdays_submissions_do_not_count_today(alices_team, send):
    for _ in range(5):
        send(alices_team)
    Submission.objects.update(submitted_at=day_of(timezone.now()) - timedelta(microseconds=1))
    assert allowance(alices_team, timezone.now()).left_today == 5


def test_a_closed_competition_says_when_it_closed(as_alice, alices_team):
    Competition.objects.update(
        opens_at=timezone.now() - timedelta(days=3), closes_at=timezone.now() - timedelta(seconds=1)
    )
    response = post(as_alice)
    assert response.status_code == 409
    assert "closed on" in refusal(response)
    assert not Submission.objects.exists()


def test_a_disqualified_team_is_told_before_it_chooses_a_file(as_alice, alices_team):
    Team.objects.filter(pk=alices_team.pk).update(disqualified_at=timezone.now(), disqualification="Two accounts.")
    page = as_alice.get(ADDRESS)
    assert "was disqualified: Two accounts." in refusal(page)
    assert 'type="file"' not in page.content.decode()
    assert "may send" not in page.content.decode()
    assert post(as_alice).status_code == 409
    assert not Submission.objects.exists()


def test_a_web_process_whose_clock_runs_fast_closes_nothing_early(as_alice, alices_team, monkeypatch):
    real = timezone.now()
    Competition.objects.update(opens_at=real - timedelta(days=1), closes_at=real + timedelta(minutes=5))
    monkeypatch.setattr(timezone, "now", lambda: real + timedelta(minutes=10))
    assert post(as_alice).status_code == 302
    assert not Submission.objects.get().is_late


def test_a_competition_that_has_not_opened_says_when_it_will(as_alice, alices_team):
    Competition.objects.update(opens_at=timezone.now() + timedelta(hours=2, minutes=30))
    response = post(as_alice)
    assert response.status_code == 409
    assert "(in 2 h 30 min)" in refusal(response)


def test_a_competition_without_a_solution_takes_nothing(as_alice, alices_team):
    Solution.objects.update(is_active=False)
    response = post(as_alice)
    assert response.status_code == 409
    assert "cannot grade yet" in refusal(response)


def test_somebody_who_has_not_joined_is_led_to_the_rules(as_alice, competition):
    response = post(as_alice)
    assert response["Location"] == reverse("join", args=["stars"])
    assert not Submission.objects.exists()


def test_a_stranger_is_led_to_the_sign_in(competition):
    response = post(Client())
    assert response["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize(
    ("name", "finding"),
    [
        ("model.keras", "is a model"),
        ("weights.h5", "is a model"),
        ("photo.png", "not one of them"),
        ("x", "not one of"),
    ],
)
def test_another_kind_of_file_is_refused_by_name(as_alice, alices_team, name, finding):
    response = post(as_alice, b"whatever", name)
    assert response.status_code == 409
    assert finding in refusal(response)
    assert ".csv.gz" in refusal(response)
    assert not Submission.objects.exists()


def test_a_file_above_the_limit_is_refused(as_alice, alices_team):
    Competition.objects.update(max_upload_bytes=1_000)
    response = post(as_alice, b"x" * 1_001)
    assert response.status_code == 413
    assert "1,001 bytes" in refusal(response)
    assert "at most 1,000" in refusal(response)


def test_a_body_above_the_limit_is_refused_before_it_is_read(as_alice, alices_team):
    class NeverRead:
        def read(self, *_):
            raise AssertionError("the body was read")

        readline = read

    response = as_alice.generic(
        "POST",
        ADDRESS,
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH="50000000",
        **{"wsgi.input": NeverRead()},
    )
    assert response.status_code == 413
    assert "takes at most 20,000,000" in refusal(response)


def test_no_other_form_takes_a_large_body_either(db):
    class NeverRead:
        def read(self, *_):
            raise AssertionError("the body was read")

        readline = read

    response = Client().generic(
        "POST",
        reverse("account_login"),
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH="60000000",
        **{"wsgi.input": NeverRead()},
    )
    assert response.status_code == 413
    assert "60000000 bytes" in response.content.decode()


def test_an_upload_without_its_length_is_refused(as_alice, alices_team):
    response = as_alice.post(ADDRESS, {}, headers={"Transfer-Encoding": "chunked"})
    assert response.status_code == 411


def test_an_upload_without_the_forms_token_is_refused(alice, alices_team):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert post(client).status_code == 403
    assert not Submission.objects.exists()


def test_an_upload_without_a_file_says_so(as_alice, alices_team):
    response = as_alice.post(ADDRESS, {"description": "nothing"})
    assert response.status_code == 400
    assert "No file was sent" in response.content.decode()


def test_an_empty_file_is_graded_and_rejected_by_name(as_alice, alices_team):
    post(as_alice, b"")
    score_waiting()
    submission = Submission.objects.get()
    assert submission.status == Status.REJECTED
    assert "empty" in submission.problems[0]["finding"]


def test_others_cannot_see_or_withdraw_a_submission(as_alice, bobs_team, send, as_olga):
    bobs = send(bobs_team)
    assert as_alice.get(bobs.get_absolute_url()).status_code == 404
    assert as_alice.post(reverse("cancel_submission", args=[bobs.pk])).status_code == 404
    assert as_alice.get(reverse("submission_file", args=[bobs.pk])).status_code == 404
    # Organizers look, but do not withdraw what is not theirs.
    assert as_olga.get(bobs.get_absolute_url()).status_code == 200
    assert as_olga.post(reverse("cancel_submission", args=[bobs.pk])).status_code == 404


def test_a_waiting_submission_can_be_withdrawn_on_its_page(as_alice, alices_team, send):
    waiting = send(alices_team)
    as_alice.post(reverse("cancel_submission", args=[waiting.pk]))
    waiting.refresh_from_db()
    assert waiting.status == Status.CANCELLED
    assert allowance(alices_team, timezone.now()).left_today == 5


def test_the_file_comes_back_as_it_was_sent(as_alice, alices_team, send):
    sent = send(alices_team, GOOD, "été.csv")
    answer = as_alice.get(reverse("submission_file", args=[sent.pk]))
    assert b"".join(answer.streaming_content) == GOOD.encode()


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (timedelta(seconds=1), "1 min"),
        (timedelta(minutes=59, seconds=1), "1 h 0 min"),
        (timedelta(hours=3, minutes=12), "3 h 12 min"),
    ],
)
def test_times_to_wait_are_said_in_hours_and_minutes(duration, words):
    assert in_words(duration) == words
