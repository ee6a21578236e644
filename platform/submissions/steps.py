"""A submission's time line: the steps that lie behind it, the one that it is at, and those to come."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from submissions.models import TERMINAL, Event, Kind, Status, Submission


class Mark(TextChoices):
    """How far a step is: `STOPPED` is an end without a score."""

    DONE = "done", _("done")
    NOW = "now", _("now")
    AHEAD = "ahead", _("to come")
    STOPPED = "stopped", _("stopped")


@dataclass(frozen=True)
class Step:
    """`at`: when it began; None: not yet. `seconds`: how long it lasted; None: it is not over, or is a moment only."""

    key: str
    name: StrPromise
    mark: Mark
    at: datetime | None = None
    seconds: float | None = None


# Each step between receiving and the end, by the statuses in which a submission is at it.
FILE_STEPS = (
    ("queued", _("Queued"), (Status.QUEUED,)),
    ("checked", _("Checked"), (Status.SCORING,)),
)
MODEL_STEPS = (
    ("queued", _("Queued"), (Status.QUEUED,)),
    ("run", _("Model run"), (Status.PREDICTING,)),
    ("checked", _("Answers checked"), (Status.PREDICTED, Status.SCORING)),
)
ENDS = {
    Status.SCORED: _("Scored"),
    Status.REJECTED: _("Rejected"),
    Status.FAILED: _("Failed"),
    Status.CANCELLED: _("Withdrawn"),
}


def steps_of(submission: Submission, events: Iterable[Event]) -> list[Step]:
    """As many steps at every moment of its life, in their order. `events`: all of it, the oldest first.

    What was tried again, or graded again, is shown as it went the last time.
    """
    seen = list(events)
    between = MODEL_STEPS if submission.kind == Kind.SAVED_MODEL else FILE_STEPS
    # Where it is now: after all of them when it has ended.
    at_step = [submission.status in statuses for _key, _name, statuses in between]
    present = at_step.index(True) if any(at_step) else len(between)
    steps = [Step("received", _("Received"), Mark.DONE, submission.submitted_at)]
    for number, (key, name, statuses) in enumerate(between):
        begun, seconds = _last_time(seen, statuses)
        if number > present or begun is None:
            steps.append(Step(key, name, Mark.AHEAD))
        elif number == present:
            steps.append(Step(key, name, Mark.NOW, begun))
        else:
            steps.append(Step(key, name, Mark.DONE, begun, seconds))
    return [*steps, _end(submission, seen)]


def _last_time(events: list[Event], statuses: tuple[Status, ...]) -> tuple[datetime | None, float | None]:
    """When it last came to one of these, and for how many seconds it stayed. None: never, or it is there still."""
    last = max((number for number, event in enumerate(events) if event.status in statuses), default=None)
    if last is None:
        return None, None
    first = last
    while first and events[first - 1].status in statuses:
        first -= 1
    begun = events[first].at
    return begun, (events[last + 1].at - begun).total_seconds() if last + 1 < len(events) else None


def _end(submission: Submission, events: list[Event]) -> Step:
    if not submission.is_finished:
        return Step("end", ENDS[Status.SCORED], Mark.AHEAD)
    status = Status(submission.status)
    at = next((event.at for event in reversed(events) if event.status in TERMINAL), None)
    return Step("end", ENDS[status], Mark.DONE if status == Status.SCORED else Mark.STOPPED, at)
