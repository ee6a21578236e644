"""Where a submission stands in its queue, and when its answer can be expected."""

from dataclasses import dataclass

from django.conf import settings
from django.core.cache import caches

from submissions.fairness import order_of
from submissions.lifecycle import WORKS_AS
from submissions.models import Kind, Queue, Status, Submission
from submissions.pace import Pace, pace_of


@dataclass(frozen=True)
class QueuePlace:
    """`number` 1: it is taken up next. `seconds`: until its answer; None: nothing was measured yet.

    Both as things stand now: a team that sends something now may still come before it.
    """

    number: int
    seconds: float | None


@dataclass(frozen=True)
class _Line:
    """A queue as it was seen. `numbers`: by key, what is taken up as which; None: so many wait that nobody counted."""

    numbers: dict[str, int] | None
    pace: Pace | None
    is_busy: bool


def place_in_queue(submission: Submission) -> QueuePlace | None:
    """As its queue was seen QUEUE_SECONDS ago at most, so that all who wait in it do not have it counted for each.

    None: it waits in no queue, or for a time that is yet to come, or so many wait that nobody has counted.
    """
    queue = _queue_of(submission)
    if queue is None:
        return None
    kept_as = f"queue-{queue}"
    line: _Line | None = caches["process"].get(kept_as)
    # One that is not in it may have come since.
    if line is None or (line.numbers is not None and submission.pk.hex not in line.numbers):
        line = _line_of(queue, submission)
        caches["process"].set(kept_as, line, settings.QUEUE_SECONDS)
    number = (line.numbers or {}).get(submission.pk.hex)
    return QueuePlace(number, _seconds(queue, line, number - 1)) if number else None


def _queue_of(submission: Submission) -> Queue | None:
    if submission.status == Status.PREDICTED:
        return Queue.SCORING
    if submission.status != Status.QUEUED:
        return None
    return Queue.MODELS if submission.kind == Kind.SAVED_MODEL else Queue.SCORING


def _line_of(queue: Queue, asked: Submission) -> _Line:
    pace = pace_of(queue)
    order = order_of(queue, _run_of(asked, pace))
    return _Line(
        numbers=None if order is None else {pk.hex: number for number, pk in enumerate(order, 1)},
        pace=pace,
        is_busy=Submission.objects.filter(status=WORKS_AS[queue]).exists(),
    )


def _run_of(submission: Submission, pace: Pace | None) -> float:
    """Seconds that one takes, by the queue's pace; before anything was measured, what a model of it may run."""
    return (pace.alone if pace else 0.0) or float(submission.competition.model_allowance().seconds)


def _seconds(queue: Queue, line: _Line, ahead: int) -> float | None:
    """Those before it, half of one that is being worked on, and itself; a model's answers are then scored."""
    if line.pace is None:
        return None
    seconds = (ahead + (0.5 if line.is_busy else 0.0)) * line.pace.between + line.pace.alone
    if queue == Queue.MODELS and (scoring := pace_of(Queue.SCORING)):
        seconds += scoring.alone
    return seconds
