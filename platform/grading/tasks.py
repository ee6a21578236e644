"""What the workers answer to. A task claims, calls and records; the rules live elsewhere."""

from collections.abc import Callable
from time import monotonic

from celery import shared_task
from django.conf import settings
from django.db.models import Q

from grading import archiving, auditing, certainty, commitments, models_worker, rescoring, slicing, solutions, sweeper
from grading import lost_children as lost_children  # This and the next answer Celery's signals.
from grading import worker_beats as worker_beats
from grading.integrity import looks, similarity
from grading.keeping import cleaning
from grading.launch import checking
from grading.model_running import run_claimed
from grading.scoring import score_claimed
from submissions.dispatch import (
    ARCHIVES,
    AUDITS,
    CERTAINTY,
    CHECK_SOLUTIONS,
    INTEGRITY,
    LAUNCH_CHECKS,
    RESCORE,
    SLICES,
    TASKS,
    ring,
)
from submissions.lifecycle import Claim, claim_next
from submissions.model_grading import runs_with
from submissions.models import Queue


@shared_task(name=TASKS[Queue.SCORING])
def score_waiting() -> None:
    """The scoring queue's bell: score what waits."""
    _take_turns(Queue.SCORING, Q(), score_claimed)


@shared_task(name=TASKS[Queue.MODELS], time_limit=settings.MODELS_TASK_SECONDS)
def predict_waiting() -> None:
    """The models queue's bell: run what waits, where models can be run at all."""
    _take_turns(Queue.MODELS, runs_with(models_worker.tensorflow_version()), run_claimed, models_worker.is_on)


def _take_turns(
    queue: Queue, among: Q, finish: Callable[[Claim], bool], may_go_on: Callable[[], bool] = lambda: True
) -> None:
    """Turn by turn, for TURN_SECONDS at most; then ring for the rest."""
    ends_at = monotonic() + settings.TURN_SECONDS
    while may_go_on() and (claim := claim_next(queue, among)) is not None:
        if not finish(claim):
            # What waits is rung for by the sweeper, so a full disk is tried once a sweep.
            return
        if monotonic() > ends_at:
            ring(TASKS[queue], queue)
            return


@shared_task(name=CHECK_SOLUTIONS)
def check_solutions() -> None:
    """A solution was uploaded: check what waits, and publish the commitments that are missing."""
    solutions.check_waiting()
    commitments.commit_missing()


@shared_task(name=LAUNCH_CHECKS)
def launch_checks() -> None:
    """A launch check was asked for: carry on with what is at hand, for TURN_SECONDS at most."""
    ends_at = monotonic() + settings.TURN_SECONDS
    if not checking.check_waiting(lambda: monotonic() < ends_at):
        ring(LAUNCH_CHECKS, Queue.SCORING)


@shared_task(name=AUDITS, time_limit=settings.AUDIT_SECONDS + settings.GRADING_SECONDS)
def audits() -> None:
    """An audit was asked for: a child process reads the data, and this one scores meanwhile."""
    auditing.audit_waiting()


@shared_task(name=ARCHIVES, time_limit=settings.ARCHIVE_SECONDS + settings.GRADING_SECONDS)
def archives() -> None:
    """An archive was asked for: make it, and score what waits between two files."""
    archiving.archive_waiting()


@shared_task(
    name=CERTAINTY,
    time_limit=settings.TURN_SECONDS + settings.CERTAINTY_AT_MOST_SECONDS + settings.GRADING_SECONDS,
)
def board_certainty() -> None:
    """A board has changed: say again how sure it is; a child process compares, and this one scores meanwhile."""
    certainty.compare_due(monotonic() + settings.TURN_SECONDS)


@shared_task(name=RESCORE)
def rescore() -> None:
    """A rescore was asked for, or given its word: go on with what is under way, then ring for the rest."""
    if rescoring.take_turn(monotonic() + settings.TURN_SECONDS):
        ring(RESCORE, Queue.SCORING)


@shared_task(name=SLICES)
def slices() -> None:
    """Somebody wants to know where a submission errs: make the reports that wait, for TURN_SECONDS at most."""
    if not slicing.slice_waiting(monotonic() + settings.TURN_SECONDS):
        ring(SLICES, Queue.SCORING)


@shared_task(
    name=INTEGRITY,
    time_limit=settings.TURN_SECONDS + settings.SIMILARITY_AT_MOST_SECONDS + settings.GRADING_SECONDS,
)
def look_at_integrity() -> None:
    """Files were scored: look at them for signs of probing, and at teams' best files for similar ones."""
    looks.look_at_waiting(monotonic() + settings.TURN_SECONDS)
    similarity.compare_due(monotonic() + settings.SIMILARITY_AT_MOST_SECONDS)


@shared_task(name="grading.clean_up", time_limit=settings.CLEAN_UP_SECONDS + settings.GRADING_SECONDS)
def clean_up() -> None:
    """Beat's daily round: remove what nobody needs any more, and score what waits between two steps."""
    cleaning.clean_up(settings.CLEAN_UP_SECONDS)


@shared_task(name="grading.sweep")
def sweep() -> None:
    """Beat's round, every SWEEP_SECONDS."""
    sweeper.sweep()
