"""Ringing a worker's doorbell. A message says that something waits in a queue; it carries no id and may be lost."""

import structlog
from kombu.exceptions import OperationalError

from config.celery import app

log = structlog.get_logger(__name__)


def ring(task: str, queue: str) -> bool:
    """Send one doorbell message now. False: the broker did not take it; the sweeper will ring again."""
    try:
        app.send_task(task, queue=queue, retry=False, ignore_result=True)
    except (OperationalError, OSError) as problem:
        log.warning("doorbell_not_rung", task=task, problem=str(problem))
        return False
    return True
