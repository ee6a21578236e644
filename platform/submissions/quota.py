"""How many submissions a team may still send, and whether it may send one now."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Sum

from competitions.features import why_models_cannot_be_asked
from competitions.models import TEST_FILE, Competition
from submissions.models import COST_NO_SLOT, Kind, ModelRun, Submission
from teams.models import Team


class SubmissionRefused(Exception):
    """Why nothing was taken, and what is possible; for the participant to read."""


def day_of(at: datetime) -> datetime:
    """00:00 UTC of the day of `at` (aware, UTC)."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def next_day(at: datetime) -> datetime:
    """00:00 UTC of the day after that of `at`: when limits begin anew."""
    return day_of(at) + timedelta(days=1)


def submissions_left_today(team: Team, at: datetime) -> int:
    """What remains of the team's daily limit on the UTC day of `at`. Rejected, failed and cancelled ones are free."""
    used = Submission.objects.filter(team=team, submitted_at__gte=day_of(at)).exclude(status__in=COST_NO_SLOT).count()
    return max(0, team.competition.daily_limit - used)


def model_seconds_per_day(competition: Competition) -> int:
    """How long all models of a team may run per UTC day, failing ones too: UPLOADS_PER_SLOT runs for each slot."""
    return competition.daily_limit * settings.UPLOADS_PER_SLOT * competition.model_allowance().seconds


def model_seconds_left_today(team: Team, at: datetime) -> float:
    """What remains of the team's model seconds on the UTC day of `at`; 0 or less: nothing."""
    today = ModelRun.objects.filter(submission__team=team, ran_at__gte=day_of(at))
    used = today.aggregate(used=Sum("seconds", default=0.0))["used"]
    return model_seconds_per_day(team.competition) - float(used)


def in_words(duration: timedelta) -> str:
    """Hours and minutes, rounded up to the minute: "3 h 12 min"."""
    minutes = -(-int(duration.total_seconds()) // 60)
    hours, minutes = divmod(max(minutes, 1), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def refuse_unless_open(competition: Competition, at: datetime) -> None:
    """Raises SubmissionRefused outside the competition's time, or when it cannot grade yet."""
    if not competition.has_opened(at):
        raise SubmissionRefused(
            f"{competition.title} opens on {competition.opens_at:%d %B %Y at %H:%M} UTC "
            f"(in {in_words(competition.opens_at - at)}). Submissions are possible from then on."
        )
    if competition.has_closed(at):
        raise SubmissionRefused(
            f"{competition.title} closed on {competition.closes_at:%d %B %Y at %H:%M} UTC. "
            "No submission is taken any more; your earlier ones and the leaderboard stay."
        )
    if not competition.solutions.filter(is_active=True).exists():
        raise SubmissionRefused(
            f"{competition.title} cannot grade yet: its organizers have not set an accepted solution. "
            "Nothing was counted; please try again later."
        )


def refuse_other_kinds(competition: Competition, kind: Kind) -> None:
    """Raises SubmissionRefused for a kind that the competition does not take, or cannot grade yet."""
    if kind == Kind.PREDICTIONS and not competition.takes_predictions:
        raise SubmissionRefused(
            f"{competition.title} takes SavedModels, not prediction files. Send a .zip with one SavedModel."
        )
    if kind == Kind.PREDICTIONS:
        if competition.data_files.filter(name=TEST_FILE, is_hidden=True).exists():
            raise SubmissionRefused(
                f"The rows of {competition.title} are hidden, so it takes SavedModels, not prediction files. "
                "Send a .zip with one SavedModel."
            )
        return
    if not competition.takes_models:
        raise SubmissionRefused(
            f"{competition.title} takes predictions, not models. "
            "Send a prediction file: .csv, .csv.gz, or a .zip that holds one .csv."
        )
    if problem := why_models_cannot_be_asked(competition):
        raise SubmissionRefused(
            f"{competition.title} cannot run models yet; its organizers have something to mend. {problem} "
            "Nothing was counted; please try again later."
        )


def refuse_if_used_up(team: Team, kind: Kind, at: datetime) -> None:
    """Raises SubmissionRefused when the team's UTC day is used up. It binds only under the team's lock."""
    if kind == Kind.SAVED_MODEL and model_seconds_left_today(team, at) <= 0:
        raise SubmissionRefused(no_model_seconds(team.competition, at))
    limit = team.competition.daily_limit
    today = Submission.objects.filter(team=team, submitted_at__gte=day_of(at))
    # Rejected ones are free, but not without end: each costs disk and a reader's time.
    uploads = today.filter(kind=kind).count()
    if uploads >= limit * settings.UPLOADS_PER_SLOT:
        what, command = ("SavedModels", "check") if kind == Kind.SAVED_MODEL else ("files", "score")
        raise SubmissionRefused(
            f"Your team has uploaded {uploads} {what} today, most of which could not be graded; "
            f"the next upload is possible {_from(at)}. "
            f"The starter kit's `{command}` tries one at home."
        )
    size_bytes = today.aggregate(size=Sum("size_bytes", default=0))["size"]
    if size_bytes >= settings.TEAM_UPLOAD_BYTES_PER_DAY:
        raise SubmissionRefused(
            f"Your team has uploaded {size_bytes:,} bytes today; {settings.TEAM_UPLOAD_BYTES_PER_DAY:,} is the most. "
            f"The next upload is possible {_from(at)}."
        )
    if submissions_left_today(team, at) == 0:
        raise SubmissionRefused(
            f"Your team has used its {limit} {'submission' if limit == 1 else 'submissions'} for today; "
            f"the next is possible {_from(at)}."
        )


def no_model_seconds(competition: Competition, at: datetime) -> str:
    """The sentence for a team whose models have run long enough today."""
    return (
        f"Your team's models have run for their {model_seconds_per_day(competition):,} seconds of today; "
        f"the next can be run {_from(at)}. The starter kit's `check` runs a model at home."
    )


def _from(at: datetime) -> str:
    return f"at 00:00 UTC (in {in_words(next_day(at) - at)})"
