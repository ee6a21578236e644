"""How fast a queue's workers went lately, measured from the events of what they have finished."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from django.conf import settings

from submissions.lifecycle import WORKS_AS
from submissions.models import Event, ModelRun, Queue, Status, Submission

Interval = tuple[datetime, datetime]


@dataclass(frozen=True)
class Pace:
    """Seconds: what one submission takes (`alone`), and after how many all workers together are ready for the next."""

    alone: float
    between: float


def pace_of(queue: Queue) -> Pace | None:
    """From the last PACE_SAMPLE that were worked on; None: none was yet."""
    worked = sorted(_worked(queue, _lately(queue)), key=lambda interval: interval[1])[-settings.PACE_SAMPLE :]
    if not worked:
        return None
    alone = sum((end - begin).total_seconds() for begin, end in worked) / len(worked)
    return Pace(alone, _covered(worked) / len(worked))


def _lately(queue: Queue) -> list[UUID]:
    """Submissions that were in this queue's work lately, by queries that read no more than they return."""
    if queue == Queue.MODELS:
        return list(ModelRun.objects.order_by("-pk").values_list("submission", flat=True)[: settings.PACE_SAMPLE])
    found: list[UUID] = []
    for status in (Status.SCORED, Status.REJECTED):
        newest = Submission.objects.filter(status=status).order_by("-waiting_since")
        found += newest.values_list("pk", flat=True)[: settings.PACE_SAMPLE]
    return found


def _worked(queue: Queue, submissions: Iterable[UUID]) -> list[Interval]:
    """When each was at this queue's step: from that event to the one after it."""
    rows = Event.objects.filter(submission__in=list(submissions)).order_by("submission", "pk")
    events = list(rows.values_list("submission", "status", "at"))
    step = WORKS_AS[queue]
    return [(begin, end) for (pk, status, begin), (after, _, end) in pairwise(events) if pk == after and status == step]


def _covered(intervals: Iterable[Interval]) -> float:
    """The seconds in which at least one was worked on."""
    covered = 0.0
    last: datetime | None = None
    for begin, end in sorted(intervals):
        begins = begin if last is None else max(begin, last)
        covered += max(0.0, (end - begins).total_seconds())
        last = end if last is None else max(last, end)
    return covered
