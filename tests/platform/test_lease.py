"""A claim lives as long as its work, and not longer."""

from pathlib import Path

import pytest
from running_site import eventually

from config.clock import seconds_from_now
from grading.lease import kept_alive
from grading.scoring import score_claimed
from grading.tasks import score_waiting
from submissions import lifecycle
from submissions.models import Queue, Submission


@pytest.mark.django_db(transaction=True)
def test_a_lease_is_renewed_while_the_work_goes_on(settings, alices_team, send):
    settings.RENEW_SECONDS = 0.02
    submission = send(alices_team)
    claim = lifecycle.claim_next(Queue.SCORING)
    leases = set()

    def renewed_twice():
        leases.add(Submission.objects.get(pk=submission.pk).lease_until)
        return len(leases) >= 3

    with kept_alive(claim):
        eventually(renewed_twice, "the lease is renewed")
    ended_with = Submission.objects.get(pk=submission.pk).lease_until
    assert ended_with >= max(leases)


@pytest.mark.django_db(transaction=True)
def test_a_lost_claim_is_not_renewed(settings, alices_team, send):
    settings.RENEW_SECONDS = 0.02
    settings.RETRY_PAUSE_SECONDS = 0
    submission = send(alices_team)
    late = lifecycle.claim_next(Queue.SCORING)
    lifecycle.release(late, "given up")
    lease = "lease_until"
    with kept_alive(late):
        successor = lifecycle.claim_next(Queue.SCORING)
        held_until = Submission.objects.values_list(lease, flat=True).get(pk=submission.pk)
        assert not lifecycle.renew(late)
    assert successor.attempt == late.attempt + 1
    assert Submission.objects.values_list(lease, flat=True).get(pk=submission.pk) == held_until


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_was_given_up_for_dead_leaves_no_answers_behind(alices_team, send):
    submission = send(alices_team)
    late = lifecycle.claim_next(Queue.SCORING)
    Submission.objects.update(lease_until=seconds_from_now(-1))
    assert lifecycle.release_expired() == 1
    score_waiting()
    score_claimed(late)
    submission.refresh_from_db()
    kept = Path(submission.evaluation.predictions.path)
    assert list(kept.parent.iterdir()) == [kept]
