"""Beat's rounds, made by beat's own process: no broker that is away and no worker that is busy holds up a sweep."""

from time import monotonic
from typing import Any

import structlog
from celery.beat import Scheduler
from django.conf import settings
from django.db import connections

log = structlog.get_logger(__name__)


class OwnRounds(Scheduler):
    """Does what is due itself, where Celery's own schedulers send a message. It keeps nothing on disk."""

    def tick(self, *_: Any, **__: Any) -> float:
        """One round, whatever becomes of it; the seconds until the next. A clock that is set changes none of them."""
        begun = monotonic()
        for entry in self.schedule.values():
            try:
                self.app.tasks[str(entry.task)]()
            except Exception as problem:  # Such as a database that is away: the next round finds it again.
                log.warning("round_failed", task=entry.task, problem=f"{type(problem).__name__}: {problem}")
        connections.close_all()
        return max(0.0, settings.SWEEP_SECONDS - (monotonic() - begun))
