"""Beat's rounds: swept is whatever becomes of the broker and the workers."""

import pytest

from config.celery import app
from config.clock import seconds_from_now
from config.rounds import OwnRounds
from submissions import lifecycle
from submissions.models import Queue, Status, Submission


@pytest.fixture
def lost(alices_team, send):
    """A submission whose worker has died."""
    submission = send(alices_team)
    lifecycle.claim_next(Queue.SCORING)
    Submission.objects.update(lease_until=seconds_from_now(-1))
    return submission


@pytest.mark.django_db(transaction=True)
def test_beat_gives_back_what_a_dead_worker_held_though_no_worker_hears_it(lost, mailbox):
    pause = OwnRounds(app).tick()
    lost.refresh_from_db()
    assert lost.status == Status.QUEUED
    assert 0 <= pause <= app.conf.beat_schedule["sweep"]["schedule"]
    # Nothing was sent but the bell for it.
    assert mailbox() == ["grading.score_waiting"]


@pytest.mark.django_db(transaction=True)
def test_a_round_that_fails_keeps_beat_from_nothing_else(lost):
    rounds = OwnRounds(app, lazy=True)
    rounds.schedule = {}
    rounds.update_from_dict({"broken": {"task": "nobody.has_it", "schedule": 1}, **app.conf.beat_schedule})
    rounds.tick()
    lost.refresh_from_db()
    assert lost.status == Status.QUEUED
