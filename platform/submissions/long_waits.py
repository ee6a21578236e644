"""Why something waited long before it was taken up, from what the database knows: for the note of the step after it."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.cache import cache

from submissions.models import Event, Queue, Status

# For how long the last standstill of a queue is kept in mind.
KEPT_SECONDS = 86_400


def why_it_waited(submission_id: UUID, queue: Queue, step: Status, since: datetime, until: datetime) -> str:
    """Such as "waited 75 s: no worker took anything up for 70 s"; "" for a wait of up to LONG_WAIT_SECONDS.

    `step`: what a claim from that queue makes of a submission; both times by the database's clock. A few reads of one
    row each, however long the queue is.
    """
    waited = (until - since).total_seconds()
    if waited <= settings.LONG_WAIT_SECONDS:
        return ""
    stood_still = _standstill(queue, step, since, until)
    if stood_still >= waited / 2:
        return f"waited {waited:.0f} s: no worker took anything up for {stood_still:.0f} s"
    return f"waited {waited:.0f} s: {_steps_since(submission_id):,} steps of others came first"


def _standstill(queue: Queue, step: Status, since: datetime, until: datetime) -> float:
    """For how many seconds of that time nothing was taken up, by the queue's last standstill."""
    last = Event.objects.filter(status=step).order_by("-pk").values_list("at", flat=True).first()
    idle_from = since if last is None else max(last, since)
    key = f"standstill.{queue.value}"
    if (until - idle_from).total_seconds() > 2 * settings.SWEEP_SECONDS:
        # This is the first one after it; those that waited with it find only its steps.
        cache.set(key, (idle_from.timestamp(), until.timestamp()), KEPT_SECONDS)
    began, ended = cache.get(key) or (0.0, 0.0)
    return max(0.0, min(ended, until.timestamp()) - max(began, since.timestamp()))


def _steps_since(submission_id: UUID) -> int:
    """How many steps of any submission were noted since its own last one."""
    newest = Event.objects.order_by("-pk").values_list("pk", flat=True)
    own = newest.filter(submission=submission_id).first() or 0
    return (newest.first() or 0) - own
