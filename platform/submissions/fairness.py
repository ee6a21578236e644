"""Whose turn it is: the team with the least work in the last minutes first, so that a flood delays itself."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Min, Q

from submissions.clock import seconds_from_now
from submissions.models import Kind, Queue, Status, Submission

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
    """The longest waiting submission of the team that was served least in the last FAIR_SHARE_MINUTES.

    `among` narrows what may be taken; an empty Q is everything that waits in the queue.
    """
    # What waits for a later try is not at hand yet.
    waiting = Submission.objects.filter(
        WAITS_IN[queue], among, waiting_since__lte=seconds_from_now(CLOCK_GRAIN_SECONDS)
    )
    heads = dict(waiting.order_by().values_list("team").annotate(since=Min("waiting_since")))
    if not heads:
        return None
    recent = Submission.objects.filter(
        team__in=heads, claimed_at__gte=seconds_from_now(-60 * settings.FAIR_SHARE_MINUTES)
    )
    served = dict(recent.order_by().values_list("team").annotate(served=Count("pk")))
    team = min(heads, key=lambda pk: (served.get(pk, 0), heads[pk], pk))
    first = waiting.filter(team=team).order_by("waiting_since", "pk").values_list("pk", "attempt", "tries").first()
    # None: another worker has just taken this team's last one. Look again.
    return Turn(*first) if first else next_in_turn(queue, among)
