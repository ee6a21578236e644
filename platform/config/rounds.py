"""Beat sweeps by itself: no broker that is away and no worker that is busy holds up a sweep."""

from time import monotonic
from typing import Any

import structlog
from celery.beat import Scheduler
from django.conf import settings
from django.db import connections

SWEEP = "grading.sweep"
log = structlog.get_logger(__name__)


class OwnRounds(Scheduler):
    """Sweeps every SWEEP_SECONDS, and sends messages for whatever else is in the schedule. It keeps nothing on disk."""

    # Celery would ask for one before each message, and wait for a broker that is away.
    producer = None  # type: ignore[assignment]

    def tick(self, *arguments: Any, **more: Any) -> float:
        """One sweep, whatever becomes of it; the seconds until the next. A clock that is set changes none of them."""
        begun = monotonic()
        try:
            self.app.tasks[SWEEP]()
        except Exception as problem:  # Such as a database that is away: the next round finds it again.
            log.warning("sweep_failed", problem=f"{type(problem).__name__}: {problem}")
        connections.close_all()
        super().tick(*arguments, **more)
        return max(0.0, settings.SWEEP_SECONDS - (monotonic() - begun))
