"""How long answers take, and how many were given: what a status page says of all together and of nobody alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery
from django_stubs_ext import StrPromise

from submissions.fairness import WAITS_IN
from submissions.models import TERMINAL, Event, Kind, Queue, Status, Submission
from submissions.quota import day_of


@dataclass(frozen=True)
class QueueState:
    """What waits in one queue. `oldest_since` None: nothing does."""

    key: str
    name: str | StrPromise
    waiting_count: int
    oldest_since: datetime | None


@dataclass(frozen=True)
class AnswerTimes:
    """Seconds from upload to score, of the `count` submissions of one kind that were scored lately.

    `p50` and `p95` None: too few to say it without telling of one team.
    """

    kind: Kind
    count: int
    p50: float | None
    p95: float | None


@dataclass(frozen=True)
class Today:
    """What has been sent since 00:00 UTC and has its answer, and what still has none, whenever it was sent."""

    scored: int
    rejected: int
    failed: int
    unfinished: int


def state_of(queue: Queue) -> QueueState:
    waiting = Submission.objects.filter(WAITS_IN[queue]).order_by()
    found = waiting.aggregate(count=Count("pk"), oldest=Min("waiting_since"))
    return QueueState(queue.value, queue.label, found["count"], found["oldest"])


def answer_times(kind: Kind, at: datetime, lately: timedelta | None = None) -> AnswerTimes:
    """Of participants' files sent so shortly before that moment; of the newest STATUS_TIMES_READ at most.

    `lately` None: in the last STATUS_HOURS.
    """
    since = at - (lately or timedelta(hours=settings.STATUS_HOURS))
    first_score = Event.objects.filter(submission=OuterRef("pk"), status=Status.SCORED).order_by("pk").values("at")[:1]
    # Whatever was sent since then has waited since then, and by that there is an index.
    theirs = _sent_since(since).filter(
        status=Status.SCORED, kind=kind, submitted_at__gte=since, team__is_baseline=False
    )
    rows = theirs.order_by("-waiting_since").annotate(scored_at=Subquery(first_score))
    seconds = sorted(
        (scored_at - submitted_at).total_seconds()
        for submitted_at, scored_at in rows.values_list("submitted_at", "scored_at")[: settings.STATUS_TIMES_READ]
        if scored_at is not None
    )
    if len(seconds) < settings.STATUS_LEAST_TIMES:
        return AnswerTimes(kind, len(seconds), None, None)
    return AnswerTimes(kind, len(seconds), _quantile(seconds, 0.5), _quantile(seconds, 0.95))


def today(at: datetime) -> Today:
    since = day_of(at)
    sent = Q(submitted_at__gte=since)
    done = _sent_since(since).aggregate(
        scored=Count("pk", filter=sent & Q(status=Status.SCORED)),
        rejected=Count("pk", filter=sent & Q(status=Status.REJECTED)),
        failed=Count("pk", filter=sent & Q(status=Status.FAILED)),
    )
    open_ones = [status for status in Status if status not in TERMINAL]
    unfinished = Submission.objects.filter(status__in=open_ones, team__is_rehearsal=False).count()
    return Today(**done, unfinished=unfinished)


def _sent_since(since: datetime) -> QuerySet[Submission]:
    """Ended ones that have waited since then: rehearsals left out, for they are made before anybody may know."""
    return Submission.objects.filter(status__in=TERMINAL, waiting_since__gte=since, team__is_rehearsal=False).order_by()


def _quantile(ascending: Sequence[float], share: float) -> float:
    """The smallest value that at least that share of them does not exceed."""
    needed = -(-share * len(ascending) // 1)
    return ascending[max(0, int(needed) - 1)]
