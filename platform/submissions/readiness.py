"""Whether this process can serve, and what works beside it: for load balancers, and for whoever watches the site.

The web can serve when the database answers and has its tables. Whatever else is away only delays: the row is the truth,
and what is sent meanwhile waits for it.
"""

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from time import monotonic

import structlog
from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError, connection
from django.utils import timezone

from config import broker_reach, database_reach
from config.bounded import BoundedLook
from config.heartbeats import last_beat
from submissions.model_grading import workers_heard_of, workers_that_run_models
from submissions.waiting import waiting
from submissions.worker_states import SWEEP, was_lately, worker_states

KEPT_AS = "readiness"
log = structlog.get_logger(__name__)


class State(StrEnum):
    """OK; DEGRADED: the web serves, something else waits; BAD: the web cannot serve."""

    OK = "ok"
    DEGRADED = "degraded"
    BAD = "bad"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: what was found, and what to do. For strangers' eyes: it names no place."""

    name: str
    state: State
    found: str
    to_do: str = ""


@dataclass(frozen=True)
class Readiness:
    at: datetime
    checks: tuple[Check, ...]

    @property
    def can_serve(self) -> bool:
        return all(check.state != State.BAD for check in self.checks)

    @property
    def word(self) -> str:
        if not self.can_serve:
            return "not ready"
        return "ready" if all(check.state == State.OK for check in self.checks) else "degraded"


def readiness() -> Readiness:
    """As it was found READY_SECONDS ago at most; answers within READY_TIMEOUT_SECONDS, whatever hangs."""
    kept: Readiness | None = caches["process"].get(KEPT_AS)
    if kept is not None:
        return kept
    ends_at = monotonic() + settings.READY_TIMEOUT_SECONDS
    rows, broker = _look_at_rows.begin(), _look_at_broker.begin()
    found = Readiness(timezone.now(), (*_rows_in_time(rows, ends_at), _broker_in_time(broker, ends_at)))
    caches["process"].set(KEPT_AS, found, settings.READY_SECONDS)
    return found


def database_checks() -> tuple[Check, ...]:
    """What the database itself says; with nothing missing there, what its rows say of queues and workers."""
    at = timezone.now()
    if missing := database_reach.missing_migrations():
        found = f"{len(missing)} migrations have not been run, such as {missing[0]}"
        return (Check("database", State.BAD, found, "Run manage.py migrate."),)
    return (Check("database", State.OK, "it answers and has its tables"), *_queues(at), *_workers(at), _sandbox())


def _queues(at: datetime) -> Iterator[Check]:
    for each in waiting(at):
        is_old = each.oldest_seconds > settings.OLD_QUEUE_SECONDS
        yield Check(
            f"queue {each.queue}",
            State.DEGRADED if is_old else State.OK,
            f"{each.count} wait, the oldest for {each.oldest_seconds:.0f} s" if each.count else "nothing waits",
            f"See whether its worker is heard of; start more {each.queue} workers." if is_old else "",
        )


def _workers(at: datetime) -> Iterator[Check]:
    for worker in worker_states(at):
        yield _heard_of(f"worker {worker.key}", worker.seen_at, at, f"Start the {worker.key} worker; read its log.")
    yield _heard_of("sweeper", last_beat(SWEEP), at, "Start beat and the scoring worker; read their logs.")


def _heard_of(name: str, seen_at: datetime | None, at: datetime, to_do: str) -> Check:
    if was_lately(seen_at, at):
        return Check(name, State.OK, "heard of")
    found = "never heard of" if seen_at is None else f"silent for {(at - seen_at).total_seconds():.0f} s"
    return Check(name, State.DEGRADED, found, to_do)


def _sandbox() -> Check:
    if workers_that_run_models().exists():
        return Check("sandbox", State.OK, "SavedModels are run behind walls")
    found = "the models worker has switched itself off" if workers_heard_of().exists() else "no models worker"
    return Check("sandbox", State.DEGRADED, f"{found}: SavedModels wait", "The Status page says why; see ./run walls.")


def _rows_in_time(look: "Future[tuple[Check, ...]]", ends_at: float) -> tuple[Check, ...]:
    try:
        return look.result(timeout=max(0.0, ends_at - monotonic()))
    except TimeoutError:
        found = f"it has not answered within {settings.READY_TIMEOUT_SECONDS} s"
    except DatabaseError as problem:
        log.error("database_away", problem=str(problem))
        found = "it does not answer, or lacks a table"
    return (Check("database", State.BAD, found, "Start the database; manage.py doctor says more."),)


def _broker_in_time(look: "Future[str]", ends_at: float) -> Check:
    try:
        problem = look.result(timeout=max(0.0, ends_at - monotonic()))
        found = "it does not answer"
    except TimeoutError:
        problem = found = f"it has not answered within {settings.READY_TIMEOUT_SECONDS} s"
    if not problem:
        return Check("broker", State.OK, "it answers")
    log.warning("broker_away", problem=problem)
    return Check(
        "broker",
        State.DEGRADED,
        f"{found}: what is sent is kept, and waits",
        "Start the broker; the sweeper rings for all that waits.",
    )


def _rows() -> tuple[Check, ...]:
    # A connection of this thread's own, which ends with it.
    try:
        return database_checks()
    finally:
        connection.close()


_look_at_rows: BoundedLook[tuple[Check, ...]] = BoundedLook(_rows, "readiness-database")
_look_at_broker: BoundedLook[str] = BoundedLook(broker_reach.why_away, "readiness-broker")
