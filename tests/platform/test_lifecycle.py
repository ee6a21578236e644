"""Who may move a submission, and what a lost worker leaves behind."""

import pytest
from cast_of_stories import GOOD
from django.db import transaction
from django.db.models.functions import Now

from config.clock import seconds_from_now
from grader.scoring.rejection import Problem, Rejected
from grading.labels import active_version
from grading.sweeper import sweep
from submissions import lifecycle
from submissions.lifecycle import ClaimLost
from submissions.models import Evaluation, Queue, Status, Submission, Told


def lose_the_lease(submission):
    Submission.objects.filter(pk=submission.pk).update(lease_until=seconds_from_now(-1))


def statuses(submission):
    return [event.status for event in submission.events.all()]


def record(claim, competition):
    with transaction.atomic():
        return lifecycle.score(
            claim,
            active_version(competition),
            metric="mse",
            public=1.0,
            private=1.0,
            told=Told.SCORE,
            predictions="x.npy",
        )


def test_a_claim_holds_a_submission_until_its_lease_runs_out(alices_team, send):
    submission = send(alices_team)
    claim = lifecycle.claim_next(Queue.SCORING)
    assert claim.submission_id == submission.pk
    assert lifecycle.claim_next(Queue.SCORING) is None
    assert lifecycle.release_expired() == 0
    lose_the_lease(submission)
    assert lifecycle.release_expired() == 1
    assert lifecycle.claim_next(Queue.SCORING).attempt == claim.attempt + 1


def test_a_worker_that_lost_its_claim_cannot_score(alices_team, send, competition):
    submission = send(alices_team)
    late = lifecycle.claim_next(Queue.SCORING)
    lose_the_lease(submission)
    lifecycle.release_expired()
    successor = lifecycle.claim_next(Queue.SCORING)
    with pytest.raises(ClaimLost):
        record(late, competition)
    assert not Evaluation.objects.exists()
    assert not lifecycle.renew(late)
    assert not lifecycle.release(late, "late")
    assert lifecycle.renew(successor)
    record(successor, competition)
    submission.refresh_from_db()
    assert submission.status == Status.SCORED
    assert Evaluation.objects.count() == 1


def test_a_worker_that_lost_its_claim_cannot_reject(alices_team, send):
    submission = send(alices_team)
    late = lifecycle.claim_next(Queue.SCORING)
    lose_the_lease(submission)
    lifecycle.release_expired()
    with pytest.raises(ClaimLost), transaction.atomic():
        lifecycle.reject(late, Rejected([Problem(1, "x.", "y.")]))
    submission.refresh_from_db()
    assert submission.status == Status.QUEUED


def test_a_lease_is_renewed_by_the_databases_clock(alices_team, send):
    submission = send(alices_team)
    claim = lifecycle.claim_next(Queue.SCORING)
    lose_the_lease(submission)
    assert lifecycle.renew(claim)
    assert Submission.objects.filter(pk=submission.pk, lease_until__gt=Now()).exists()


def test_a_submission_whose_worker_dies_every_time_fails_as_our_fault(alices_team, send, settings):
    submission = send(alices_team)
    for _ in range(settings.MAX_TRIES):
        lifecycle.claim_next(Queue.SCORING)
        lose_the_lease(submission)
        sweep()
    submission.refresh_from_db()
    assert submission.status == Status.FAILED
    assert "worker went away" in submission.failure
    assert lifecycle.retry(submission)
    submission.refresh_from_db()
    assert (submission.status, submission.tries, submission.failure) == (Status.QUEUED, 0, "")


def test_the_team_whose_turn_is_longest_ago_comes_first(alices_team, bobs_team, send):
    flood = [send(alices_team) for _ in range(3)]
    one = send(bobs_team)
    order = [lifecycle.claim_next(Queue.SCORING).submission_id for _ in range(4)]
    assert order == [flood[0].pk, one.pk, flood[1].pk, flood[2].pk]


def test_only_a_waiting_submission_can_be_withdrawn(alices_team, send, graded):
    waiting = send(alices_team)
    assert lifecycle.cancel(waiting)
    assert not lifecycle.cancel(waiting)
    waiting.refresh_from_db()
    assert waiting.status == Status.CANCELLED
    assert lifecycle.claim_next(Queue.SCORING) is None
    done = graded(alices_team)
    assert not lifecycle.cancel(done)
    # What is in the queue for another grading has a score already; withdrawing it would take it off the board.
    lifecycle.regrade(done)
    assert not lifecycle.cancel(done)


def test_the_timeline_tells_every_step(alices_team, graded):
    submission = graded(alices_team, GOOD)
    assert statuses(submission) == [Status.QUEUED, Status.SCORING, Status.SCORED]
    lifecycle.regrade(submission)
    assert statuses(submission)[-1] == Status.QUEUED


def test_verbs_do_nothing_from_the_wrong_state(alices_team, send):
    submission = send(alices_team)
    assert not lifecycle.regrade(submission)
    assert not lifecycle.retry(submission)
    assert statuses(submission) == [Status.QUEUED]


def test_what_was_removed_is_not_graded_again(alices_team, send, graded):
    done, failed = graded(alices_team), send(alices_team)
    Submission.objects.filter(pk=failed.pk).update(status=Status.FAILED, failure="the disk was full")
    Submission.objects.update(upload_removed_at=Now(), predictions_removed_at=Now())
    assert not lifecycle.regrade(done)
    assert not lifecycle.retry(failed)
    assert set(Submission.objects.values_list("status", flat=True)) == {Status.SCORED, Status.FAILED}


def test_a_submission_that_waits_rings_the_bell_again(alices_team, send, mailbox):
    submission = send(alices_team)
    sweep()
    assert mailbox() == []
    Submission.objects.filter(pk=submission.pk).update(waiting_since=seconds_from_now(-60))
    sweep()
    assert mailbox() == ["grading.score_waiting"]


def test_the_bell_rings_only_after_commit(alices_team, send, mailbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        send(alices_team)
        assert mailbox() == []
    assert mailbox() == ["grading.score_waiting"]
