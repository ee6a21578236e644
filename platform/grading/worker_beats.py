"""The workers of the scoring and the mail queue say that they live. The models worker's report says more of itself."""

from threading import Event, Thread
from typing import Any

import structlog
from celery.signals import worker_ready, worker_shutting_down
from django.conf import settings
from django.db import Error, connection

from accounts.outbox import MAIL_QUEUE
from config.heartbeats import beat
from submissions.models import Queue

log = structlog.get_logger(__name__)

BEAT = (Queue.SCORING.value, MAIL_QUEUE)

_ended = Event()


def beat_once(queues: list[str]) -> None:
    """One round; a database that is away is asked again in the next, by a new connection."""
    try:
        for queue in queues:
            beat(queue)
    except Error as problem:
        connection.close()
        log.warning("heartbeat_not_written", problem=str(problem))


@worker_ready.connect
def _beat_from_now_on(sender: Any, **_: Any) -> None:
    queues = [queue for queue in BEAT if queue in sender.app.amqp.queues.consume_from]
    if queues:
        Thread(target=_beat_until_the_end, args=(queues,), name="worker-beats", daemon=True).start()


def _beat_until_the_end(queues: list[str]) -> None:
    beat_once(queues)
    while not _ended.wait(settings.SWEEP_SECONDS):
        beat_once(queues)
    connection.close()


@worker_shutting_down.connect
def _stop(**_: Any) -> None:
    _ended.set()
