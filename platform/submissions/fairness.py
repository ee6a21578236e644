"""Whose turn it is: the team with the least work in the last minutes first, so that a flood delays itself."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Min, Q, Sum

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
    """The submission that should be worked on next, as it was seen."""

    submission_id: UUID
    attempt: int
    tries: int


def next_in_turn(queue: Queue, among: Q) -> Turn | None:
    """The longest waiting submission of the team with the least work in this queue in the last FAIR_SHARE_MINUTES.

    `among` narrows what may be taken; an empty Q is everything that waits in the queue.
    """
    # What waits for a later try is not at hand yet.
    waiting = Submission.objects.filter(
        WAITS_IN[queue], among, waiting_since__lte=seconds_from_now(CLOCK_GRAIN_SECONDS)
    )
    heads = dict(waiting.order_by().values_list("team").annotate(since=Min("waiting_since")))
    if not heads:
        return None
    served = _served(queue, heads)
    team = min(heads, key=lambda pk: (served.get(pk, 0), heads[pk], pk))
    first = waiting.filter(team=team).order_by("waiting_since", "pk").values_list("pk", "attempt", "tries").first()
    # None: another worker has just taken this team's last one. Look again.
    return Turn(*first) if first else next_in_turn(queue, among)


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
