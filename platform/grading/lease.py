"""Keeping a claim alive while the work goes on."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import structlog
from django.conf import settings
from django.db import Error, connection

from submissions.lifecycle import Claim, renew

log = structlog.get_logger(__name__)


@contextmanager
def kept_alive(claim: Claim) -> Iterator[None]:
    """Renew the claim's lease every RENEW_SECONDS, from a thread with its own connection, until the block ends."""
    done = Event()
    keeper = Thread(
        target=_renew_until,
        args=(claim, done, structlog.contextvars.get_contextvars()),
        name=f"lease-{claim.submission_id}",
        daemon=True,
    )
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()


def _renew_until(claim: Claim, done: Event, whose: Mapping[str, Any]) -> None:
    # What it logs names submission and request as the work's own lines do.
    structlog.contextvars.bind_contextvars(**whose)
    try:
        while not done.wait(settings.RENEW_SECONDS):
            try:
                if not renew(claim):
                    log.warning("lease_lost")
                    return
            except Error as problem:
                # On a new connection the next round may find the database again before the lease runs out.
                connection.close()
                log.warning("lease_not_renewed", problem=str(problem))
    finally:
        connection.close()
