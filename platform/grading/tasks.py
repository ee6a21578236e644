"""What the workers answer to. A task claims, calls and records; the rules live elsewhere."""

from time import monotonic

from celery import shared_task
from django.conf import settings

from grading import solutions, sweeper
from grading.scoring import score_claimed
from submissions.dispatch import CHECK_SOLUTIONS, TASKS, ring
from submissions.lifecycle import claim_next
from submissions.models import Queue


@shared_task(name=TASKS[Queue.SCORING])
def score_waiting() -> None:
    """The scoring queue's bell: score what waits, turn by turn, for TURN_SECONDS at most; then ring for the rest."""
    ends_at = monotonic() + settings.TURN_SECONDS
    while (claim := claim_next(Queue.SCORING)) is not None:
        score_claimed(claim)
        if monotonic() > ends_at:
            ring(TASKS[Queue.SCORING], Queue.SCORING)
            return


@shared_task(name=CHECK_SOLUTIONS)
def check_solutions() -> None:
    """A solution was uploaded: check what waits."""
    solutions.check_waiting()


@shared_task(name="grading.sweep")
def sweep() -> None:
    """Beat's round, every SWEEP_SECONDS."""
    sweeper.sweep()
