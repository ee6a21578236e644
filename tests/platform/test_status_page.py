"""The status page and its JSON: what waits, who works, how long answers take; asked once for everybody."""

import re
from datetime import timedelta

import pytest
from cast_of_stories import BAD
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.outbox import MAIL_QUEUE
from config.heartbeats import beat, last_beat
from grading import worker_beats
from submissions.answer_times import answer_times
from submissions.models import Event, Kind, Queue, Status, Submission

PAGE, FILE = "/status/", "/status.json"


@pytest.fixture(autouse=True)
def _made_anew_for_each_look(settings) -> None:
    settings.STATUS_SECONDS = 0


def shown():
    return Client().get(PAGE).content.decode()


def said():
    return Client().get(FILE).json()


def took(submissions, *seconds):
    """Play that these were scored so many seconds after they had been sent."""
    for submission, duration in zip(submissions, seconds, strict=True):
        at = submission.submitted_at + timedelta(seconds=duration)
        Event.objects.filter(submission=submission, status=Status.SCORED).update(at=at)


def test_a_queue_says_how_much_waits_and_since_when(alices_team, bobs_team, send):
    oldest = send(alices_team)
    send(bobs_team)
    Submission.objects.filter(pk=oldest.pk).update(waiting_since=timezone.now() - timedelta(minutes=3))
    (queue,) = [queue for queue in said()["queues"] if queue["queue"] == "scoring"]
    assert queue["waiting"] == 2
    assert 180 <= queue["oldest_seconds"] < 240
    assert re.search(r"files and answers to be scored</td><td[^>]*>2</td><td[^>]*>3\xa0minutes</td>", shown())
    assert said()["today"]["unfinished"] == 2


def test_workers_that_are_heard_of_are_at_work_and_others_silent(db, settings, models_worker_here):
    cache.clear()
    worker_beats.beat_once([Queue.SCORING.value])
    workers = {worker["queue"]: worker for worker in said()["workers"]}
    assert {name: worker["is_heard_of"] for name, worker in workers.items()} == {
        "scoring": True,
        "models": True,
        "mail": False,
    }
    assert workers["mail"]["last_heard_of"] is None
    assert shown().count(">at work<") == 2
    beat(MAIL_QUEUE)
    assert last_beat(MAIL_QUEUE) is not None
    assert shown().count(">silent<") == 0
    settings.WORKER_SILENCE_SECONDS = 0
    assert shown().count(">silent<") == 3


def test_half_and_most_of_the_answers_came_within_so_many_seconds(competition, alices_team, graded):
    competition.daily_limit = 50
    competition.save()
    sent = [graded(alices_team) for _ in range(20)]
    took(sent, *range(1, 21))
    (files, models) = said()["upload_to_score"]
    # Of 1 to 20 the tenth is the middle one, and 19 of 20 are 95 %.
    assert files == {"kind": "predictions", "hours": 24, "count": 20, "p50_seconds": 10, "p95_seconds": 19}
    assert models == {"kind": "saved_model", "hours": 24, "count": 0, "p50_seconds": None, "p95_seconds": None}
    page = shown()
    assert "10.00 s" in page
    assert "19.00 s" in page


def test_a_file_that_is_graded_again_counts_as_it_was_answered_first(
    competition, alices_team, graded, new_version, rescored
):
    sent = [graded(alices_team) for _ in range(5)]
    took(sent, 1, 1, 1, 1, 1)
    rescored(new_version("id,rating,Usage\n1,5,Public\n2,4,Public\n3,4,Private\n4,1,Private\n5,2,Private\n"))
    assert answer_times(Kind.PREDICTIONS, timezone.now()).p95 == 1


def test_of_few_submissions_nothing_is_said_for_it_would_be_said_of_one_team(alices_team, graded):
    for _ in range(4):
        graded(alices_team)
    (files, _) = said()["upload_to_score"]
    assert (files["count"], files["p50_seconds"], files["p95_seconds"]) == (4, None, None)
    assert "too few to say" in shown()


def test_what_was_sent_earlier_counts_no_more(alices_team, graded):
    sent = [graded(alices_team) for _ in range(5)]
    assert answer_times(Kind.PREDICTIONS, timezone.now()).count == 5
    assert answer_times(Kind.PREDICTIONS, timezone.now() + timedelta(hours=25)).count == 0
    two_days_ago = timezone.now() - timedelta(days=2)
    Submission.objects.filter(pk=sent[0].pk).update(submitted_at=two_days_ago)
    assert answer_times(Kind.PREDICTIONS, timezone.now()).count == 4
    assert said()["today"]["scored"] == 4


def test_what_became_of_todays_files_is_counted(alices_team, graded, send):
    graded(alices_team)
    graded(alices_team, BAD)
    send(alices_team)
    assert said()["today"] == {"scored": 1, "rejected": 1, "failed": 0, "unfinished": 1}


def test_a_flood_of_visitors_asks_the_database_once(alices_team, graded, settings):
    settings.STATUS_SECONDS = 60
    graded(alices_team)
    with CaptureQueriesContext(connection) as first:
        shown()
    assert len(first.captured_queries) > 5
    with CaptureQueriesContext(connection) as others:
        for _ in range(10):
            shown()
            said()
    assert others.captured_queries == []


def test_it_names_no_team_no_competition_and_no_score(competition, alices_team, bobs_team, graded, as_alice):
    for _ in range(3):
        graded(alices_team)
        graded(bobs_team)
    for client in (Client(), as_alice):
        for address in (PAGE, FILE):
            read = client.get(address).content.decode().lower()
            for name in ("stars", "bob", "predictions.csv", "0.500", "3.000"):
                assert name not in read, (address, name)
    assert "alice" not in shown()
