"""A claim lives as long as its work, and not longer."""

import pytest
from running_site import eventually

from grading.lease import kept_alive
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
