"""Nothing waits long without a cause on record."""

import re

import pytest
from django.db.models import Q

from config.clock import seconds_from_now
from grading.tasks import score_waiting
from submissions import lifecycle
from submissions.models import Event, Queue, Status, Submission


@pytest.fixture
def notes():
    """notes(submission): what its time line says of the moments when it was taken up."""
    return lambda one: list(one.events.filter(status=Status.SCORING).values_list("note", flat=True))


def test_who_waited_while_no_worker_was_there_is_told_so_the_last_one_too(alices_team, bobs_team, send, notes):
    sent = [send(alices_team), send(bobs_team), send(alices_team)]
    Submission.objects.update(waiting_since=seconds_from_now(-100))
    score_waiting()
    for one in sent:
        (note,) = notes(one)
        waited, stood_still = map(int, re.findall(r"waited (\d+) s: no worker took anything up for (\d+) s", note)[0])
        assert waited >= stood_still >= 90


def test_who_waited_behind_others_is_told_so(alices_team, bobs_team, send, notes):
    last = send(alices_team)
    for _ in range(3):
        send(bobs_team)
        lifecycle.claim_next(Queue.SCORING, among=~Q(pk=last.pk))
    Event.objects.filter(status=Status.SCORING).update(at=seconds_from_now(-5))
    Submission.objects.filter(pk=last.pk).update(waiting_since=seconds_from_now(-100))
    score_waiting()
    # Three were received and taken up meanwhile.
    (note,) = notes(last)
    assert re.fullmatch(r"waited 1\d\d s: 6 steps of others came first", note)


def test_of_a_short_wait_nothing_is_said(alices_team, send, notes):
    one = send(alices_team)
    Submission.objects.update(waiting_since=seconds_from_now(-5))
    score_waiting()
    assert notes(one) == [""]
