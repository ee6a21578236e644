"""What the database knows of all submissions together, counted for those who watch the site: of nobody alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q, Sum
from django.db.models.functions import Now

from accounts.models import Letter
from config.heartbeats import last_beat
from submissions.answer_times import AnswerTimes, answer_times
from submissions.model_grading import workers_that_run_models
from submissions.models import TERMINAL, WORKED_ON, Kind, Status, Submission
from submissions.waiting import Waiting, waiting
from submissions.worker_states import SWEEP, WorkerState, worker_states


@dataclass(frozen=True)
class Counted:
    """Submissions of one status and kind, and how often any of them was taken up by a worker."""

    status: Status
    kind: Kind
    count: int
    claims: int


@dataclass(frozen=True)
class Figures:
    """All of it at one moment. `ended`: what was last queued in METRICS_WINDOW_SECONDS, by what became of it."""

    at: datetime
    counts: tuple[Counted, ...]
    waiting: tuple[Waiting, ...]
    ended: dict[Status, int]
    tried_again: int
    leases_run_out: int
    letters_given_up: int
    times: tuple[AnswerTimes, ...]
    workers: tuple[WorkerState, ...]
    swept_at: datetime | None
    runs_models: bool


def figures(at: datetime) -> Figures:
    """Each by a query that an index answers, or that reads no more than what is under way."""
    window = timedelta(seconds=settings.METRICS_WINDOW_SECONDS)
    under_way = Submission.objects.filter(status__in=[status for status in Status if status not in TERMINAL])
    return Figures(
        at=at,
        counts=_counts(),
        waiting=waiting(at),
        ended=_ended(at - window),
        tried_again=under_way.filter(tries__gt=0).count(),
        leases_run_out=leases_run_out(),
        letters_given_up=Letter.objects.filter(state=Letter.State.FAILED).count(),
        times=tuple(answer_times(kind, at, window) for kind in Kind),
        workers=worker_states(at),
        swept_at=last_beat(SWEEP),
        runs_models=workers_that_run_models().exists(),
    )


def leases_run_out() -> int:
    """Submissions whose worker has gone, and that the sweeper has not yet given back."""
    return Submission.objects.filter(status__in=WORKED_ON, lease_until__lt=Now()).count()


def _counts() -> tuple[Counted, ...]:
    rows = Submission.objects.order_by().values_list("status", "kind").annotate(count=Count("*"), claims=Sum("attempt"))
    return tuple(Counted(Status(status), Kind(kind), count, claims) for status, kind, count, claims in rows)


def _ended(since: datetime) -> dict[Status, int]:
    ended = (Status.SCORED, Status.REJECTED, Status.FAILED)
    sent = Submission.objects.filter(status__in=ended, waiting_since__gte=since).order_by()
    found = sent.aggregate(**{status.value: Count("pk", filter=Q(status=status)) for status in ended})
    return {status: found[status.value] for status in ended}
