"""Whose turn it is: the team with the least work in the last minutes first, so that a flood delays itself."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet, Sum
from django.db.models.functions import Now

from config.clock import seconds_from_now
from submissions.models import Kind, ModelRun, Queue, Status, Submission

# SQLite tells milliseconds: what was queued in this very one is at hand too.
CLOCK_GRAIN_SECONDS = 0.01
WAITS_IN = {
    Queue.MODELS: Q(status=Status.QUEUED, kind=Kind.SAVED_MODEL),
    Queue.SCORING: Q(status=Status.QUEUED, kind=Kind.PREDICTIONS) | Q(status=Status.PREDICTED),
}


@dataclass(frozen=True)
class Turn:
    """The submission that should be worked on next, as it was seen; times by the database's clock."""

    submission_id: UUID
    attempt: int
    tries: int
    waiting_since: datetime
    seen_at: datetime


def next_in_turn(queue: Queue, among: Q) -> Turn | None:
    """The longest waiting submission of the team with the least work in this queue in the last FAIR_SHARE_MINUTES.

    `among` narrows what may be taken; an empty Q is everything that waits in the queue.
    """
    waiting = _at_hand(queue).filter(among)
    heads = dict(waiting.order_by().values_list("team").annotate(since=Min("waiting_since")))
    if not heads:
        return None
    served = _served(queue, heads)
    team = min(heads, key=lambda pk: (served.get(pk, 0), heads[pk], pk))
    seen = ("pk", "attempt", "tries", "waiting_since", "seen_at")
    first = waiting.filter(team=team).annotate(seen_at=Now()).order_by("waiting_since", "pk").values_list(*seen).first()
    # None: another worker has just taken this team's last one. Look again.
    return Turn(*first) if first else next_in_turn(queue, among)


def order_of(queue: Queue, work: float) -> list[UUID] | None:
    """Those at hand in the order in which they are taken up, if nobody sends anything more.

    `work`: what each of them will add to its team's work in this queue (above 0). None: more than QUEUE_LOOKED_AT wait.
    """
    waiting = _at_hand(queue).order_by("waiting_since", "pk").values_list("team", "waiting_since", "pk")
    rows = list(waiting[: settings.QUEUE_LOOKED_AT + 1])
    if len(rows) > settings.QUEUE_LOOKED_AT:
        return None
    served = _served(queue, {team for team, _, _ in rows})
    so_far: dict[int, int] = defaultdict(int)
    turns = []
    for team, since, pk in rows:
        # As `next_in_turn` would see the team once its earlier ones have been worked on.
        turns.append((served.get(team, 0) + so_far[team] * work, since, team, pk))
        so_far[team] += 1
    return [pk for *_, pk in sorted(turns)]


def _at_hand(queue: Queue) -> QuerySet[Submission]:
    """What may be taken up now: what waits for a later try may not yet."""
    return Submission.objects.filter(WAITS_IN[queue], waiting_since__lte=seconds_from_now(CLOCK_GRAIN_SECONDS))


def _served(queue: Queue, teams: Iterable[int]) -> dict[int, float]:
    """The work of each team lately: files taken up for a score, or seconds of models, those that run now included."""
    since = seconds_from_now(-60 * settings.FAIR_SHARE_MINUTES)
    taken = Submission.objects.filter(team__in=teams, claimed_at__gte=since).order_by()
    if queue == Queue.SCORING:
        return dict(taken.values_list("team").annotate(served=Count("pk")))
    served: dict[int, float] = defaultdict(float)
    runs = ModelRun.objects.filter(submission__team__in=teams, ran_at__gte=since).order_by()
    for team, seconds in runs.values_list("submission__team").annotate(seconds=Sum("seconds")):
        served[team] += seconds
    running = taken.filter(status=Status.PREDICTING).select_related("competition")
    for submission in running:
        served[submission.team_id] += submission.competition.model_allowance().seconds
    return served
