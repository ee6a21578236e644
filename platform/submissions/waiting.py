"""What waits in each queue, that of the letters included, and for how long."""

from dataclasses import dataclass
from datetime import datetime

from accounts import outbox
from submissions.answer_times import state_of
from submissions.models import Queue


@dataclass(frozen=True)
class Waiting:
    """Of one queue. `oldest_seconds` 0: nothing waits, or only for a time that is yet to come."""

    queue: str
    count: int
    oldest_seconds: float


def waiting(at: datetime) -> tuple[Waiting, ...]:
    states = [state_of(queue) for queue in Queue]
    found = [(state.key, state.waiting_count, state.oldest_since) for state in states]
    return tuple(
        Waiting(queue, count, max(0.0, (at - since).total_seconds()) if since else 0.0)
        for queue, count, since in (*found, (outbox.MAIL_QUEUE, *outbox.waiting()))
    )
