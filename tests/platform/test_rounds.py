"""Beat's rounds: swept is whatever becomes of the broker and the workers."""

import pytest
from django.db import OperationalError, connection

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
def test_beat_gives_back_what_a_dead_worker_held_though_no_worker_hears_it(lost, mailbox, settings):
    pause = OwnRounds(app).tick()
    lost.refresh_from_db()
    assert lost.status == Status.QUEUED
    assert 0 <= pause <= settings.SWEEP_SECONDS
    # Nothing was sent but the bell for it.
    assert mailbox() == ["grading.score_waiting"]


@pytest.mark.django_db(transaction=True)
def test_beat_outlives_a_database_that_is_away(lost):
    def refused(*_):
        raise OperationalError("connection refused")

    rounds = OwnRounds(app)
    with connection.execute_wrapper(refused):
        rounds.tick()
    rounds.tick()
    lost.refresh_from_db()
    assert lost.status == Status.QUEUED


@pytest.mark.django_db(transaction=True)
def test_what_else_is_in_the_schedule_is_sent_to_a_worker_at_its_time(mailbox):
    rounds = OwnRounds(app)
    rounds.update_from_dict(
        {"often": {"task": "grading.rescore", "schedule": 0}, "later": {"task": "grading.audits", "schedule": 900}}
    )
    rounds.tick()
    assert mailbox() == ["grading.rescore"]
