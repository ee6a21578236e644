"""Limits of a team: per day, in all, and waiting at once; what is left, and when the next slot opens."""

from datetime import UTC, datetime, timedelta

import pytest
from cast_of_stories import BAD
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from competitions.models import Competition, LimitWindow
from grading.tasks import score_waiting
from submissions import lifecycle
from submissions.models import Submission
from submissions.quota import SubmissionRefused, allowance

NOON = datetime(2026, 10, 25, 12, tzinfo=UTC)


def limits(team, **values):
    Competition.objects.update(**values)
    team.competition.refresh_from_db()


def sent_at(submission, at):
    Submission.objects.filter(pk=submission.pk).update(submitted_at=at)


def test_in_a_rolling_window_each_slot_comes_back_24_hours_after_its_submission(alices_team, send):
    limits(alices_team, daily_limit=2, limit_window=LimitWindow.ROLLING)
    sent_at(send(alices_team), NOON)
    sent_at(send(alices_team), NOON + timedelta(hours=3))
    later = NOON + timedelta(hours=23)
    assert allowance(alices_team, later).left == 0
    assert allowance(alices_team, later).next_at == NOON + timedelta(hours=24)
    assert allowance(alices_team, NOON + timedelta(hours=24) - timedelta(microseconds=1)).left == 0
    assert allowance(alices_team, NOON + timedelta(hours=24)).left == 1
    assert allowance(alices_team, NOON + timedelta(hours=27)).left == 2


def test_midnight_means_nothing_in_a_rolling_window_and_everything_in_a_utc_day(alices_team, send):
    limits(alices_team, daily_limit=1, limit_window=LimitWindow.ROLLING)
    sent_at(send(alices_team), datetime(2026, 10, 25, 23, 59, 59, tzinfo=UTC))
    midnight = datetime(2026, 10, 26, tzinfo=UTC)
    assert allowance(alices_team, midnight).left == 0
    limits(alices_team, limit_window=LimitWindow.UTC_DAY)
    assert allowance(alices_team, midnight).left == 1


def test_rejected_and_withdrawn_ones_are_free_in_every_limit(alices_team, send):
    limits(alices_team, daily_limit=1, total_limit=1, pending_limit=1)
    send(alices_team, BAD)
    score_waiting()
    assert lifecycle.cancel(send(alices_team))
    has = allowance(alices_team, timezone.now())
    assert (has.left_today, has.left_in_all, has.left_pending) == (1, 1, 1)


def test_the_total_is_refused_without_a_promise(alices_team, send):
    limits(alices_team, total_limit=2)
    send(alices_team)
    send(alices_team)
    with pytest.raises(SubmissionRefused, match="has used all its 2 submissions of this competition"):
        send(alices_team)
    assert allowance(alices_team, timezone.now()).next_at is None


def test_what_waits_at_once_is_limited_until_one_has_its_score(alices_team, send):
    limits(alices_team, pending_limit=2)
    send(alices_team)
    send(alices_team)
    with pytest.raises(SubmissionRefused, match="2 submissions of your team wait for their score"):
        send(alices_team)
    score_waiting()
    assert send(alices_team).team == alices_team


def test_the_submit_page_tells_what_is_left_and_when_the_next_one_is_possible(as_alice, alices_team, send):
    limits(alices_team, daily_limit=2, total_limit=9)
    send(alices_team)
    page = as_alice.get("/competitions/stars/submit/").content.decode()
    assert "may send <strong>1</strong> more now: 1 of 2 today (UTC), 8 of 9 in all." in page
    send(alices_team)
    page = as_alice.get("/competitions/stars/submit/").content.decode()
    used_up = "has used its 2 submissions for today; the next is possible at 00:00 UTC (in "
    # Said once.
    assert page.count(used_up) == 1
    assert "data-allowance" not in page
    refused = as_alice.post("/competitions/stars/submit/", {"file": SimpleUploadedFile("more.csv", b"id,rating\n")})
    assert refused.status_code == 409
    assert used_up in refused.content.decode()


def test_a_refusal_in_a_rolling_window_names_the_second(alices_team, send):
    limits(alices_team, daily_limit=1, limit_window=LimitWindow.ROLLING)
    at = timezone.now() - timedelta(hours=20)
    sent_at(send(alices_team), at)
    with pytest.raises(SubmissionRefused) as refusal:
        send(alices_team)
    opens = at + timedelta(days=1)
    assert f"at {opens:%H:%M:%S} UTC on {opens:%d %B} (in 4 h 0 min)" in str(refusal.value)
