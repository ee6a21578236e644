"""Whose turn it is: each team in its turn, so that a flood delays itself and nobody waits for more than one of each.

A team's next turn is due with its last one; after a model, as many seconds later as the other teams that wait would get
if theirs ran as long. Who had no turn lately comes next at once, and has none saved up.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import heapify, heappop, heapreplace
from uuid import UUID

from django.conf import settings
from django.db.models import Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Now
from django.utils import timezone

from config.clock import seconds_from_now
from submissions.models import Kind, ModelRun, Queue, Status, Submission

# When a turn is due for a team that had none lately.
LONG_AGO = datetime.min.replace(tzinfo=UTC)
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
    """Of the team whose turn has been due for the longest time, the submission that waits longest.

    `among` narrows what may be taken; an empty Q is everything that waits in the queue.
    """
    waiting = _at_hand(queue).filter(among)
    heads = dict(waiting.order_by().values_list("team").annotate(since=Min("waiting_since")))
    if not heads:
        return None
    due = _due(queue, heads)
    team = min(heads, key=lambda pk: (due.get(pk, LONG_AGO), heads[pk], pk))
    seen = ("pk", "attempt", "tries", "waiting_since", "seen_at")
    first = waiting.filter(team=team).annotate(seen_at=Now()).order_by("waiting_since", "pk").values_list(*seen).first()
    # None: another worker has just taken this team's last one. Look again.
    return Turn(*first) if first else next_in_turn(queue, among)


def order_of(queue: Queue, seconds: float) -> list[UUID] | None:
    """Those at hand in the order in which they are taken up, if nobody sends anything more.

    `seconds`: what each of them will run. None: more than QUEUE_LOOKED_AT wait.
    """
    waiting = _at_hand(queue).order_by("waiting_since", "pk").values_list("team", "waiting_since", "pk")
    rows = list(waiting[: settings.QUEUE_LOOKED_AT + 1])
    if len(rows) > settings.QUEUE_LOOKED_AT:
        return None
    waits: dict[int, list[tuple[datetime, UUID]]] = defaultdict(list)
    for team, since, pk in reversed(rows):
        waits[team].append((since, pk))
    due = _due(queue, waits)
    turns = [(due.get(team, LONG_AGO), own[-1][0], team) for team, own in waits.items()]
    heapify(turns)
    order: list[UUID] = []
    now, each = timezone.now(), timedelta(seconds=max(seconds, CLOCK_GRAIN_SECONDS))
    while turns:
        # As `next_in_turn` will see them.
        *_, team = turns[0]
        _, pk = waits[team].pop()
        order.append(pk)
        if waits[team]:
            again = now + len(order) * each + _put_off(queue, seconds, len(turns))
            heapreplace(turns, (again, waits[team][-1][0], team))
        else:
            heappop(turns)
    return order


def _at_hand(queue: Queue) -> QuerySet[Submission]:
    """What may be taken up now: what waits for a later try may not yet."""
    return Submission.objects.filter(WAITS_IN[queue], waiting_since__lte=seconds_from_now(CLOCK_GRAIN_SECONDS))


def _due(queue: Queue, teams: Collection[int]) -> dict[int, datetime]:
    """When the next turn of each team that waits is due, by its last one in the last FAIR_SHARE_MINUTES."""
    since = seconds_from_now(-60 * settings.FAIR_SHARE_MINUTES)
    taken = Submission.objects.filter(team__in=teams, claimed_at__gte=since).order_by()
    if queue == Queue.SCORING:
        return dict(taken.values_list("team").annotate(due=Max("claimed_at")))
    runs = ModelRun.objects.filter(submission__team__in=teams, ran_at__gte=since)
    # A model that answered wrongly ran once more, on the public sample.
    ran = runs.values("submission").annotate(seconds=Sum("seconds"), at=Max("ran_at")).order_by("at")
    due = {
        team: at + _put_off(queue, seconds, len(teams))
        for team, seconds, at in ran.values_list("submission__team", "seconds", "at")
    }
    for running in taken.filter(status=Status.PREDICTING).select_related("competition"):
        assert running.claimed_at
        longest = running.competition.model_allowance().seconds
        due[running.team_id] = running.claimed_at + _put_off(queue, longest, len(teams))
    return due


def _put_off(queue: Queue, seconds: float, team_count: int) -> timedelta:
    """For how long a turn of so many seconds puts off the team's next one, while so many teams wait."""
    return timedelta(seconds=seconds * (team_count - 1)) if queue == Queue.MODELS else timedelta()
