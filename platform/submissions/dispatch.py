"""Ringing the workers' doorbell. A message says that something waits in a queue; it carries no id and may be lost."""

import structlog
from django.db import transaction
from kombu.exceptions import OperationalError

from config.celery import app
from submissions.models import Queue

log = structlog.get_logger(__name__)

# Who answers each queue's bell, by name: the site does not import the workers' side.
TASKS = {Queue.MODELS: "grading.predict_waiting", Queue.SCORING: "grading.score_waiting"}
CHECK_SOLUTIONS = "grading.check_solutions"
LAUNCH_CHECKS = "grading.launch_checks"
AUDITS = "grading.audits"
RESCORE = "grading.rescore"


def ring_after_commit(queue: Queue) -> None:
    """Wake a worker of `queue` once the present transaction is committed."""
    transaction.on_commit(lambda: ring(TASKS[queue], queue), robust=True)


def check_solutions_after_commit() -> None:
    """Have the scoring worker look at solutions that wait for their check, once this transaction is committed."""
    transaction.on_commit(lambda: ring(CHECK_SOLUTIONS, Queue.SCORING), robust=True)


def ring_for_job_after_commit(task: str) -> None:
    """Wake a scoring worker for a launch check or an audit, once this transaction is committed."""
    transaction.on_commit(lambda: ring(task, Queue.SCORING), robust=True)


def rescore_after_commit() -> None:
    """Have the scoring worker go on with the rescores, once this transaction is committed."""
    transaction.on_commit(lambda: ring(RESCORE, Queue.SCORING), robust=True)


def ring(task: str, queue: Queue) -> bool:
    """Send one doorbell message now. False: the broker did not take it; the sweeper will ring again."""
    try:
        app.send_task(task, queue=queue.value, retry=False, ignore_result=True)
    except (OperationalError, OSError) as problem:
        log.warning("doorbell_not_rung", task=task, problem=str(problem))
        return False
    return True
