"""Ringing the workers' doorbell. A message says that something waits in a queue; it carries no id and may be lost."""

from django.db import transaction

from config import doorbell
from submissions.models import Queue

# Who answers each queue's bell, by name: the site does not import the workers' side.
TASKS = {Queue.MODELS: "grading.predict_waiting", Queue.SCORING: "grading.score_waiting"}
CHECK_SOLUTIONS = "grading.check_solutions"
LAUNCH_CHECKS = "grading.launch_checks"
AUDITS = "grading.audits"
RESCORE = "grading.rescore"
CERTAINTY = "grading.certainty"
SLICES = "grading.slices"
INTEGRITY = "grading.look_at_integrity"
ARCHIVES = "grading.archives"


def ring_after_commit(queue: Queue) -> None:
    """Wake a worker of `queue` once the present transaction is committed."""
    transaction.on_commit(lambda: ring(TASKS[queue], queue), robust=True)


def check_solutions_after_commit() -> None:
    """Have the scoring worker look at solutions that wait for their check, once this transaction is committed."""
    transaction.on_commit(lambda: ring(CHECK_SOLUTIONS, Queue.SCORING), robust=True)


def ring_for_job_after_commit(task: str) -> None:
    """Wake a scoring worker for a rescore, a launch check or an audit, once this transaction is committed."""
    transaction.on_commit(lambda: ring(task, Queue.SCORING), robust=True)


def ring(task: str, queue: Queue) -> bool:
    """Send one doorbell message now. False: the broker did not take it; the sweeper will ring again."""
    return doorbell.ring(task, queue.value)
