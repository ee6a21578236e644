"""Whose turn it is: each team in its turn, so that a flood delays itself, and others by one submission each time.

A team's next turn is due with its last one; after a model, later by the model's seconds times the number of other teams
that wait. Who had no turn lately comes next at once, and has none saved up.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import heapify, heappop, heapreplace
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import DateTimeField, Max, Min, Q, QuerySet, Sum, Value
from django.db.models.functions import Least, Now

from config.clock import seconds_from_now
from submissions.models import Kind, ModelRun, Queue, Status, Submission

# SQLite tells milliseconds: what was queued in this very one is at hand too.
CLOCK_GRAIN_SECONDS = 0.01
# Who waits decides when the next model of a team is due: that is looked at anew when so many of the teams are left.
SHARE_LEFT = 0.9
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


class Last(NamedTuple):
    """A team's last turn; `seconds`: of the model that it was for. None lately: as these stand."""

    at: datetime = datetime.min.replace(tzinfo=UTC)
    seconds: float = 0.0

    def next_due(self, team_count: int) -> datetime:
        """While so many teams wait, this one among them."""
        return self.at + timedelta(seconds=self.seconds * (team_count - 1))


def next_in_turn(queue: Queue, among: Q) -> Turn | None:
    """Of the team whose turn has been due for the longest time, the submission that waits longest.

    `among` narrows what may be taken; an empty Q is everything that waits in the queue.
    """
    waiting = _at_hand(queue).filter(among)
    heads = dict(waiting.order_by().values_list("team").annotate(since=Min("waiting_since")))
    if not heads:
        return None
    last = _last_turns(queue, heads)
    team = min(heads, key=lambda pk: (last[pk].next_due(len(heads)), heads[pk], pk))
    seen = ("pk", "attempt", "tries", "waiting_since", "seen_at")
    first = waiting.filter(team=team).annotate(seen_at=Now()).order_by("waiting_since", "pk").values_list(*seen).first()
    # None: another worker has just taken this team's last one. Look again.
    return Turn(*first) if first else next_in_turn(queue, among)


def order_of(queue: Queue, seconds: float) -> list[UUID] | None:
    """Those at hand in the order in which they are taken up, if nobody sends anything more.

    `seconds`: what each of them, and what is run now, will take. None: more than QUEUE_LOOKED_AT wait.
    """
    waiting = _at_hand(queue).order_by("waiting_since", "pk").values_list("team", "waiting_since", "pk", Now())
    rows = list(waiting[: settings.QUEUE_LOOKED_AT + 1])
    if len(rows) > settings.QUEUE_LOOKED_AT:
        return None
    if not rows:
        return []
    waits: dict[int, list[tuple[datetime, UUID]]] = defaultdict(list)
    for team, since, pk, _ in reversed(rows):
        waits[team].append((since, pk))
    last = _last_turns(queue, {team: own[-1][0] for team, own in waits.items()}, seconds)
    now, each = rows[0][3], timedelta(seconds=max(seconds, CLOCK_GRAIN_SECONDS))
    order: list[UUID] = []

    def seat_of(team: int, team_count: int) -> tuple[datetime, datetime, int]:
        return last[team].next_due(team_count), waits[team][-1][0], team

    left = list(waits)
    while left:
        # As `next_in_turn` will see them, one after the other.
        seats, until = [seat_of(team, len(left)) for team in left], SHARE_LEFT * len(left)
        heapify(seats)
        while len(seats) > until:
            team = seats[0][2]
            order.append(waits[team].pop()[1])
            last[team] = Last(now + len(order) * each, seconds if queue == Queue.MODELS else 0.0)
            if waits[team]:
                heapreplace(seats, seat_of(team, len(seats)))
            else:
                heappop(seats)
        left = [team for *_, team in seats]
    return order


def _at_hand(queue: Queue) -> QuerySet[Submission]:
    """What may be taken up now: what waits for a later try may not yet."""
    return Submission.objects.filter(WAITS_IN[queue], waiting_since__lte=seconds_from_now(CLOCK_GRAIN_SECONDS))


def _last_turns(queue: Queue, heads: Mapping[int, datetime], seconds: float | None = None) -> dict[int, Last]:
    """By team, of those that wait, each since when its first one does: its turn that puts off the next one furthest.

    Turns are remembered for FAIR_SHARE_MINUTES, and for as long as somebody waits. `seconds`: what a model that runs
    now will take; None: all that it may.
    """
    last: dict[int, Last] = defaultdict(Last)
    for team, at, ran in _turns_lately(queue, heads, seconds):
        last[team] = max(last[team], Last(at, ran), key=lambda one: one.next_due(len(heads)))
    return last


def _turns_lately(
    queue: Queue, heads: Mapping[int, datetime], seconds: float | None
) -> Iterator[tuple[int, datetime, float]]:
    since = Least(
        seconds_from_now(-60 * settings.FAIR_SHARE_MINUTES), Value(min(heads.values()), output_field=DateTimeField())
    )
    taken = Submission.objects.filter(team__in=heads, claimed_at__gte=since).order_by()
    if queue == Queue.SCORING:
        for team, at in taken.values_list("team").annotate(at=Max("claimed_at")):
            yield team, at, 0.0
        return
    # Refused before it ran, or running now.
    not_recorded = taken.filter(Q(model_runs=None) | Q(status=Status.PREDICTING), kind=Kind.SAVED_MODEL)
    for taken_up in not_recorded.select_related("competition"):
        assert taken_up.claimed_at
        longest = taken_up.competition.model_allowance().seconds if seconds is None else seconds
        yield taken_up.team_id, taken_up.claimed_at, longest if taken_up.status == Status.PREDICTING else 0.0
    runs = ModelRun.objects.filter(submission__team__in=heads, ran_at__gte=since).order_by()
    # One that failed ran again, by another try or on the public sample.
    yield from (
        runs.values("submission")
        .annotate(ran=Sum("seconds"), at=Max("ran_at"))
        .values_list("submission__team", "at", "ran")
    )
