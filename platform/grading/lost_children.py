"""A pool's process that dies takes its bell along; what waits behind the submission that killed it must not wait."""

from typing import Any

from celery.exceptions import WorkerLostError
from celery.signals import task_failure

from submissions.dispatch import TASKS, ring

QUEUE_OF_TASK = {task: queue for queue, task in TASKS.items()}


@task_failure.connect
def ring_again(sender: Any, exception: BaseException, **_: Any) -> None:
    """In the worker's main process. What the dead one held stays leased, so the next bell takes up another."""
    queue = QUEUE_OF_TASK.get(sender.name)
    if queue and isinstance(exception, WorkerLostError):
        ring(sender.name, queue)
