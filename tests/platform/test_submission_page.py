"""A submission's page: what happens to it, its score beside others, and what its own team may do with it."""

import re
from datetime import timedelta

import pytest
from cast_of_stories import BAD, GOOD, PERFECT, predictions
from django.conf import settings as site_settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from ladder_of_stories import FIRST_RUNG, NOT_CLEARLY_BETTER, enter_baseline

from competitions.models import Competition
from grading.tasks import board_certainty, score_waiting
from leaderboard.moderation import disqualify_submission
from submissions import lifecycle
from submissions.models import Queue, Status, Submission
from teams.models import Membership


@pytest.fixture(autouse=True)
def _boards_are_compared_at_once(settings) -> None:
    settings.CERTAINTY_SECONDS, settings.CERTAINTY_SHARE_PERCENT = -1, 200


@pytest.fixture
def as_bob(bob) -> Client:
    client = Client()
    client.force_login(bob)
    return client


def text(response):
    return response.content.decode()


def page(client, submission):
    return text(client.get(submission.get_absolute_url()))


def steps(shown):
    """(step, how far it is, what stands beside it) of the time line on a page."""
    found = re.findall(r'<li class="step-(\w+)" data-step="(\w+)">.*?step-aside">(.*?)</span>', shown, re.DOTALL)
    return [(step, mark, re.sub(r"\d+\.\d\d", "…", aside)) for mark, step, aside in found]


def compared(shown):
    """(whose, score, interval) of each line of the comparison."""
    rows = re.findall(r'<tr data-compared="(\w+)">(.*?)</tr>', shown, re.DOTALL)
    return [(whose, *re.findall(r'number">([^<]*)<', row)) for whose, row in rows]


def test_what_comes_next_changes_with_the_answer(as_alice, alices_team, send):
    waiting = send(alices_team, BAD)
    shown = page(as_alice, waiting)
    assert "Your team may send 4 more files now." in shown
    (asks,) = re.findall(r'hx-get="([^"]+/status/[^"]+)"', shown)
    score_waiting()
    news = text(as_alice.get(asks))
    assert '<div hx-swap-oob="innerHTML:#next-step">' in news
    assert "send your first predictions." in news, "a rejected file gives its slot back"


# --- the time line ----------------------------------------------------------------------------------------------


def test_a_file_goes_through_the_queue_to_its_score(as_alice, alices_team, bobs_team, send):
    ahead, waiting = send(bobs_team), send(alices_team)
    shown = page(as_alice, waiting)
    assert steps(shown) == [
        ("received", "done", ""),
        ("queued", "now", "second in the queue"),
        ("checked", "ahead", ""),
        ("end", "ahead", ""),
    ]
    lifecycle.claim_next(Queue.SCORING)
    assert ("queued", "now", "next in the queue") in steps(page(as_alice, waiting))
    lifecycle.claim_next(Queue.SCORING)
    assert ("checked", "now", "under way") in steps(page(as_alice, waiting))
    Submission.objects.filter(pk__in=[ahead.pk, waiting.pk]).update(lease_until=timezone.now() - timedelta(1))
    lifecycle.release_expired()
    score_waiting()
    assert steps(page(as_alice, waiting)) == [
        ("received", "done", ""),
        ("queued", "done", "… s"),
        ("checked", "done", "… s"),
        ("end", "done", ""),
    ]


@pytest.mark.parametrize(
    ("took", "words"), [(0.02, "1 s"), (4, "4 s"), (33, "35 s"), (240, "4 min"), (7000, "2 hours")]
)
def test_once_something_was_measured_what_waits_is_told_how_long(
    as_alice, alices_team, bobs_team, graded, send, took, words
):
    begun = timezone.now() - timedelta(hours=3)
    scored = graded(bobs_team)
    scored.events.filter(status=Status.SCORING).update(at=begun)
    scored.events.filter(status=Status.SCORED).update(at=begun + timedelta(seconds=took))
    waiting = send(alices_team)
    assert ("queued", "now", f"next in the queue, about {words}") in steps(page(as_alice, waiting))


def test_what_cannot_be_graded_stops_with_its_reasons_by_line(as_alice, alices_team, graded):
    rejected = graded(alices_team, BAD)
    shown = page(as_alice, rejected)
    assert steps(shown)[-1] == ("end", "stopped", "")
    assert "<strong>Rejected</strong>" in shown
    assert "<strong>Line 2:</strong>" in shown
    assert "data-compared" not in shown


def test_what_was_withdrawn_never_was_checked(as_alice, alices_team, send):
    withdrawn = send(alices_team)
    as_alice.post(reverse("cancel_submission", args=[withdrawn.pk]))
    assert [(step, mark) for step, mark, _ in steps(page(as_alice, withdrawn))] == [
        ("received", "done"),
        ("queued", "done"),
        ("checked", "ahead"),
        ("end", "stopped"),
    ]


def test_a_page_that_shows_all_there_is_gets_no_content_until_something_is_new(as_alice, alices_team, send):
    waiting = send(alices_team)
    shown = page(as_alice, waiting)
    (asks,) = re.findall(r'hx-get="([^"]+/status/[^"]+)"', shown)
    Submission.objects.update(waiting_since=timezone.now() + timedelta(hours=1))
    later = text(as_alice.get(asks))
    (asks,) = re.findall(r'hx-get="([^"]+)"', later)
    assert 'hx-trigger="every 10s"' in later
    answer = as_alice.get(asks)
    assert (answer.status_code, answer.content) == (204, b"")
    Submission.objects.update(waiting_since=timezone.now())
    score_waiting()
    answer = as_alice.get(asks)
    assert 'data-status="scored"' in text(answer)
    # It is said to those who do not see it, once.
    assert '<div hx-swap-oob="innerHTML:#status-said">Scored: 0.500</div>' in text(answer)
    assert "every" not in text(answer)
    assert "swap-oob" not in page(as_alice, waiting)


def test_a_rejected_file_gives_its_slot_back_to_the_next_step_on_its_page(as_alice, alices_team, send):
    waiting = send(alices_team, BAD)
    shown = page(as_alice, waiting)
    assert re.search(r'<div id="next-step">.*?Your team may send \d+ more', shown, re.DOTALL)
    (asks,) = re.findall(r'hx-get="([^"]+/status/[^"]+)"', shown)
    score_waiting()
    (told,) = re.findall(r'<div hx-swap-oob="innerHTML:#next-step">(.*)</div>', text(as_alice.get(asks)), re.DOTALL)
    assert "send your first predictions." in told


# --- the score beside others ------------------------------------------------------------------------------------


def test_a_score_stands_beside_the_teams_best_and_the_baselines(as_alice, competition, alices_team, graded):
    enter_baseline(competition)
    best = graded(alices_team, GOOD)
    worse = graded(alices_team, predictions(4, 4))
    shown = page(as_alice, worse)
    assert compared(shown) == [("best", "0.500", "the first"), ("this", "1.000", "–"), ("baseline", "2.000", "–")]
    assert "are not computed yet" in shown
    assert 'hx-trigger="every 3s"' in shown
    assert 'role="img"' in shown
    assert compared(page(as_alice, best)) == [("this_best", "0.500", "the first"), ("baseline", "2.000", "–")]


def test_the_interval_is_the_one_that_the_certainty_page_tells(as_alice, competition, alices_team, bobs_team, graded):
    enter_baseline(competition)
    sent = graded(alices_team, GOOD)
    graded(bobs_team, PERFECT)
    board_certainty()
    certainty = text(as_alice.get("/competitions/stars/leaderboard/certainty/")).split("<tbody>")[1]
    intervals = re.findall(r"\+(\d\.\d{3}) ± (\d+\.\d{3})", certainty)
    lines = compared(page(as_alice, sent))
    assert [whose for whose, *_ in lines] == ["first", "this_best", "baseline"]
    assert [(score, half) for _, score, half in lines] == [("0.000", "the first"), *intervals]
    assert "are not computed yet" not in page(as_alice, sent)
    # A better file comes: what was found holds no more until it is found anew.
    graded(alices_team, predictions(4.9, 3))
    assert {half for _, _, half in compared(page(as_alice, sent))} <= {"the first", "–", intervals[1][1]}
    assert "are not computed yet" in page(as_alice, sent)
    board_certainty()
    assert "are not computed yet" not in page(as_alice, sent)


def test_another_first_makes_every_interval_old(as_alice, competition, alices_team, bobs_team, graded):
    enter_baseline(competition)
    sent = graded(alices_team, GOOD)
    board_certainty()
    assert compared(page(as_alice, sent))[1][2] not in ("–", "the first")
    graded(bobs_team, PERFECT)
    assert [half for *_, half in compared(page(as_alice, sent))] == ["the first", "–", "–"]


def test_a_file_that_was_told_a_word_has_no_score_there_either(as_alice, ladder, alices, graded):
    graded(alices, FIRST_RUNG)
    word = graded(alices, NOT_CLEARLY_BETTER)
    shown = page(as_alice, word)
    assert "no significant improvement" in shown
    assert compared(shown) == [("best", "0.500", "the first"), ("baseline", "2.000", "–")]
    assert "0.405" not in shown
    assert "0.405" not in text(as_alice.get(reverse("submission_comparison", args=[word.pk])))


def test_alone_on_the_board_there_is_nothing_to_compare_with(as_alice, alices_team, graded):
    shown = page(as_alice, graded(alices_team))
    assert "nothing to compare it with yet" in shown
    assert "comparison/" not in shown


# --- the file ---------------------------------------------------------------------------------------------------


def test_the_file_comes_back_byte_for_byte_under_its_own_name(as_alice, alices_team, send):
    content = GOOD.replace("\n", "\r\n").encode() + b"\x00\xff"
    sent = send(alices_team, content, 'my "best" été.html.csv')
    answer = as_alice.get(reverse("submission_file", args=[sent.pk]))
    assert b"".join(answer.streaming_content) == content
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''my%20")
    assert "%C3%A9t%C3%A9.html.csv" in answer["Content-Disposition"]


def test_nobody_else_gets_the_file(as_alice, as_bob, as_olga, alices_team, bobs_team, send):
    address = reverse("submission_file", args=[send(alices_team).pk])
    assert as_alice.get(address).status_code == 200
    assert as_bob.get(address).status_code == 404
    assert as_olga.get(address).status_code == 404
    assert Client().get(address).status_code == 302
    assert "Download the file" not in page(as_olga, Submission.objects.get())


def test_a_file_that_is_lost_is_said_to_be_so(as_alice, alices_team, send):
    sent = send(alices_team)
    sent.file.storage.delete(sent.file.name)
    assert as_alice.get(reverse("submission_file", args=[sent.pk])).status_code == 404


def test_the_same_file_sent_twice_leads_to_the_first_one(as_alice, alices_team, bobs_team, graded):
    first = graded(alices_team, GOOD, "first.csv")
    graded(bobs_team, GOOD, "bobs.csv")
    again = graded(alices_team, GOOD, "again.csv")
    assert "data-sent-before" not in page(as_alice, first)
    shown = page(as_alice, again).split("data-sent-before")[1]
    assert f'href="{first.get_absolute_url()}">first.csv</a>' in shown
    assert "bobs.csv" not in shown


def test_a_score_leads_to_its_receipt(as_alice, alices_team, graded, send):
    link = "/receipt/"
    assert link not in page(as_alice, send(alices_team))
    assert link in page(as_alice, graded(alices_team))


# --- its description --------------------------------------------------------------------------------------------


def describe(client, submission, said, **headers):
    return client.post(reverse("submission_description", args=[submission.pk]), {"description": said}, headers=headers)


def test_a_team_says_something_else_of_its_file(as_alice, alices_team, send):
    sent = send(alices_team)
    answer = describe(as_alice, sent, "  with <b>biases</b>\n and factors ")
    assert answer.status_code == 302
    sent.refresh_from_db()
    assert sent.description == "with <b>biases</b> and factors"
    shown = page(as_alice, sent)
    assert "The description is changed." in shown
    assert "with &lt;b&gt;biases&lt;/b&gt; and factors" in shown


def test_the_pages_script_gets_the_changed_part_alone(as_alice, alices_team, send):
    sent = send(alices_team)
    part = text(describe(as_alice, sent, "better", **{"HX-Request": "true"}))
    assert "data-description>better</p>" in part
    assert "<html" not in part


def test_a_description_that_is_too_long_says_how_long_it_may_be(as_alice, alices_team, send):
    sent = send(alices_team)
    too_long = "x" * (site_settings.DESCRIPTION_CHARACTERS + 12)
    part = text(describe(as_alice, sent, too_long, **{"HX-Request": "true"}))
    assert "at most 300 characters; yours has 312. Take away 12 characters." in part
    # What was written is still there, to be shortened.
    assert too_long in part
    describe(as_alice, sent, too_long)
    assert "yours has 312" in page(as_alice, sent)
    sent.refresh_from_db()
    assert sent.description == ""
    assert Submission._meta.get_field("description").max_length == site_settings.DESCRIPTION_CHARACTERS


def test_only_its_own_team_describes_a_file(as_alice, as_bob, as_olga, alices_team, bobs_team, alice, send):
    sent = send(alices_team)
    for client in (as_bob, as_olga):
        assert describe(client, sent, "mine").status_code == 404
    assert describe(Client(), sent, "mine").status_code == 302
    assert "Edit the description" in page(as_alice, sent)
    assert "Edit the description" not in page(as_olga, sent)
    Membership.objects.filter(user=alice).delete()
    assert describe(as_alice, sent, "mine").status_code == 404
    sent.refresh_from_db()
    assert sent.description == ""


def test_what_is_archived_stays_as_it_was_said(as_alice, alices_team, send):
    sent = send(alices_team)
    ended = timezone.now() - timedelta(days=1)
    begun = ended - timedelta(days=1)
    Competition.objects.update(opens_at=begun, closes_at=ended, reveals_at=ended, archived_at=ended)
    assert "Five stars is archived" in page(as_alice, sent)
    assert "Edit the description" not in page(as_alice, sent)
    describe(as_alice, sent, "later")
    sent.refresh_from_db()
    assert sent.description == ""


def test_a_disqualified_file_says_so_and_why(as_alice, alices_team, graded, olga):
    sent = graded(alices_team)
    disqualify_submission(sent, "Made from the labels.", olga)
    shown = page(as_alice, sent)
    assert "This submission was disqualified" in shown
    assert "Made from the labels." in shown
