"""Where a submission stands in its queue, and when its answer can be expected."""

from dataclasses import dataclass

from submissions.fairness import taken_before
from submissions.lifecycle import WORKS_AS
from submissions.models import Kind, Queue, Status, Submission
from submissions.pace import Pace, pace_of


@dataclass(frozen=True)
class QueuePlace:
    """`number` 1: it is taken up next. `seconds`: until its answer; None: nothing was measured yet.

    Both as things stand now: a team that has had less work lately may still come before it.
    """

    number: int
    seconds: float | None


def place_in_queue(submission: Submission) -> QueuePlace | None:
    """None: it waits in no queue, or for a time that is yet to come, or so many wait that nobody has counted."""
    queue = _queue_of(submission)
    if queue is None:
        return None
    pace = pace_of(queue)
    ahead = taken_before(submission, queue, _work_of(submission, queue, pace))
    if ahead is None:
        return None
    return QueuePlace(ahead + 1, _seconds(submission, queue, pace, ahead))


def _queue_of(submission: Submission) -> Queue | None:
    if submission.status == Status.PREDICTED:
        return Queue.SCORING
    if submission.status != Status.QUEUED:
        return None
    return Queue.MODELS if submission.kind == Kind.SAVED_MODEL else Queue.SCORING


def _work_of(submission: Submission, queue: Queue, pace: Pace | None) -> float:
    """What the fair order counts for one submission: a file is a file, a model as many seconds as it runs."""
    if queue == Queue.SCORING:
        return 1.0
    return (pace.alone if pace else 0.0) or float(submission.competition.model_allowance().seconds)


def _seconds(submission: Submission, queue: Queue, pace: Pace | None, ahead: int) -> float | None:
    """Those before it, half of one that is being worked on, and itself; a model's answers are then scored."""
    if pace is None:
        return None
    is_busy = Submission.objects.filter(status=WORKS_AS[queue]).exists()
    seconds = (ahead + (0.5 if is_busy else 0.0)) * pace.between + pace.alone
    if queue == Queue.MODELS and (scoring := pace_of(Queue.SCORING)):
        seconds += scoring.alone
    return seconds
