"""Taking a job in hand that somebody asked for: one process at a time, by the database's clock, and nobody for ever.

The row is the truth, as for submissions: a bell may be lost or doubled, a process may die in mid-work. `attempt` is the
ticket of whoever has it in hand; all writing is a compare-and-set on it.
"""

from datetime import timedelta
from typing import Any, TypeVar

import structlog
from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now

from competitions.clock import database_now
from competitions.models import UNFINISHED, Job, JobState
from config.clock import seconds_from_now

log = structlog.get_logger(__name__)

AnyJob = TypeVar("AnyJob", bound=Job)


class JobLost(Exception):
    """Another process has the job in hand by now: nothing may be written any more."""


def at_hand() -> Q:
    """Jobs that are to be worked on and that nobody has in hand."""
    return Q(state__in=UNFINISHED) & (Q(held_until__isnull=True) | Q(held_until__lt=Now()))


def take_in_hand(model: type[AnyJob]) -> AnyJob | None:
    """Take the job that waits longest and hold it for JOB_LEASE_SECONDS. None: nothing is at hand."""
    jobs = model._default_manager
    for pk, attempt in jobs.filter(at_hand()).order_by("pk").values_list("pk", "attempt"):
        taken = jobs.filter(at_hand(), pk=pk, attempt=attempt).update(
            state=JobState.RUNNING,
            attempt=F("attempt") + 1,
            started_at=Coalesce(F("started_at"), Now()),
            held_until=seconds_from_now(settings.JOB_LEASE_SECONDS),
        )
        if taken:
            return jobs.select_related("competition").get(pk=pk)
    return None


def hold(job: Job, progress: str) -> None:
    """Keep it in hand for another JOB_LEASE_SECONDS, and say where it is. Raises JobLost."""
    _write(job, held_until=seconds_from_now(settings.JOB_LEASE_SECONDS), progress=progress[:200])


def let_go(job: Job, for_seconds: float = 0) -> None:
    """Leave the rest to whoever comes next, not before `for_seconds`. Raises JobLost."""
    _write(job, held_until=seconds_from_now(for_seconds) if for_seconds else None)


def finish(job: Job, **result: Any) -> None:
    """Done, with its result. Raises JobLost, which must end its transaction."""
    _write(job, state=JobState.DONE, finished_at=Now(), held_until=None, progress="", **result)


def fail(job: Job, why: str) -> None:
    """It cannot be done; `why` is a sentence. Raises JobLost, which must end its transaction."""
    log.error("job_failed", job=str(job), why=why)
    _write(job, state=JobState.FAILED, finished_at=Now(), held_until=None, progress="", failure=why[:300])


def is_overdue(job: Job, seconds: float) -> bool:
    """Whether it was begun longer ago than that."""
    begun_before = database_now(job.competition) - timedelta(seconds=seconds)  # type: ignore[attr-defined]
    return job.started_at is not None and job.started_at < begun_before


def _write(job: Job, **values: Any) -> None:
    held = type(job)._default_manager.filter(pk=job.pk, attempt=job.attempt, state=JobState.RUNNING)
    if held.update(**values) != 1:
        raise JobLost(str(job))
