"""What a submission's page shows of it: its state, its time line, its answer, and what stands beside that."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from competitions.clock import database_now
from competitions.models import Competition
from grader.scoring.disclosure import disclosed
from leaderboard.board import public_score_of, rank_of
from leaderboard.comparison import compare
from pages.comparison_plot import comparison_plot
from pages.forms import DescriptionForm
from pages.polling import poll_seconds
from pages.slice_panel import slice_panel
from submissions.descriptions import why_not_described
from submissions.model_grading import runs_told, why_it_waits
from submissions.models import Evaluation, Event, Status, Submission, Told
from submissions.queue_place import QueuePlace, place_in_queue
from submissions.removed_files import why_no_upload
from submissions.repeats import sent_before
from submissions.steps import Mark, Step, steps_of

# So long after a score its interval is waited for, and looked for so often (seconds).
INTERVAL_AWAITED_SECONDS = 120
INTERVAL_POLL_SECONDS = 3
ORDINALS = (gettext_lazy("next"), gettext_lazy("second"), gettext_lazy("third"))


@dataclass(frozen=True)
class Progress:
    """How far a submission is: all that its page shows and that changes by itself until it ends.

    `steps`: each with what stands beside it. `fingerprint`: as long as it is the same, nothing has changed.
    """

    at: datetime
    events: list[Event]
    steps: list[tuple[Step, str]]
    poll_seconds: float
    why_models_wait: str
    fingerprint: str


def progress_of(submission: Submission) -> Progress:
    """What an open page asks again and again, so without anything that only a new page shows."""
    at = database_now(submission.competition)
    events = list(submission.events.all())
    waits = why_it_waits(submission)
    place = None if waits else place_in_queue(submission)
    steps = [(step, _aside(step.key, step.mark, place)) for step in steps_of(submission, events)]
    pause = poll_seconds(submission.waiting_since, at)
    shown = (submission.status, len(events), [aside for _step, aside in steps], pause, waits)
    return Progress(at, events, steps, pause, waits, sha256(repr(shown).encode()).hexdigest()[:16])


def status_context(submission: Submission, viewer: User, progress: Progress) -> dict[str, Any]:
    """What changes while it is graded, and its answer."""
    competition, now = submission.competition, progress.at
    context: dict[str, Any] = {
        "submission": submission,
        "progress": progress,
        "may_withdraw": submission.status == Status.QUEUED and not submission.evaluations.exists(),
        "unnamed_problems": submission.problem_count - len(submission.problems),
        "runs": runs_told(submission),
    }
    if submission.evaluation:
        context |= _told(submission, submission.evaluation, competition)
        if competition.timeline.shows_private(now) and submission.evaluation.private_score is not None:
            context["private_score"] = disclosed(submission.evaluation.private_score, competition.decimals)
        context["rank"] = None if submission.is_late else rank_of(submission.team)
        context |= comparison_context(submission, now)
    return context | slice_panel(viewer, submission, now)


def comparison_context(submission: Submission, now: datetime) -> dict[str, Any]:
    """Its score beside others, as a picture and a table. `compare_again`: seconds until an interval may be there."""
    evaluation = submission.evaluation
    if evaluation is None:
        return {}
    comparison = compare(submission)
    is_new = now - evaluation.graded_at < timedelta(seconds=INTERVAL_AWAITED_SECONDS)
    is_awaited = is_new and not comparison.is_sure and len(comparison.lines) > 1
    return {
        "comparison": comparison,
        "comparison_picture": comparison_plot(comparison, submission.competition),
        "compare_again": INTERVAL_POLL_SECONDS if is_awaited else None,
    }


def file_context(submission: Submission, viewer: User) -> dict[str, Any]:
    """What was sent, which does not change by itself; its own team may describe it and gets it back."""
    is_own = submission.team.memberships.filter(user=viewer).exists()
    return {
        "is_own": is_own,
        "sent_before": sent_before(submission),
        "why_no_upload": why_no_upload(submission),
        "description_form": DescriptionForm(initial={"description": submission.description}) if is_own else None,
        "description_characters": settings.DESCRIPTION_CHARACTERS,
        "why_not_described": why_not_described(submission.competition) if is_own else "",
    }


def place_in_words(place: QueuePlace) -> str:
    """ "third in the queue, about 4 s"."""
    number = place.number
    which = ORDINALS[number - 1] if number <= len(ORDINALS) else _("number %(number)s") % {"number": f"{number:,}"}
    where = _("%(which)s in the queue") % {"which": which}
    if place.seconds is None:
        return where
    return _("%(where)s, about %(duration)s") % {"where": where, "duration": about(place.seconds)}


def about(seconds: float) -> str:
    """A duration as one says it: no more digits than such an estimate has."""
    if seconds < 1.5:
        return _("1 s")
    if seconds < 10:
        return _("%(count)s s") % {"count": round(seconds)}
    if seconds < 90:
        return _("%(count)s s") % {"count": 5 * round(seconds / 5)}
    if seconds < 5400:
        return _("%(count)s min") % {"count": round(seconds / 60)}
    hours = round(seconds / 3600)
    return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}


def _aside(key: str, mark: Mark, place: QueuePlace | None) -> str:
    """What stands beside the step that it is at."""
    if mark != Mark.NOW:
        return ""
    if place is not None:
        return place_in_words(place)
    return _("waiting") if key == "queued" else _("under way")


def _told(submission: Submission, evaluation: Evaluation, competition: Competition) -> dict[str, object]:
    """The public score as it was told, or the word in its place with the team's number on the board."""
    if evaluation.told == Told.SCORE:
        return {"public_score": disclosed(evaluation.public_score, competition.decimals)}
    return {"word": evaluation.get_told_display(), "teams_score": public_score_of(submission.team)}
