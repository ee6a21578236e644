"""How many submissions a team may still send, and whether it may send one now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from competitions.features import why_models_cannot_be_asked
from competitions.models import TEST_FILE, Competition, JobState, LimitWindow
from competitions.timeline import Stage
from config.by_locale import day_and_time, day_of_the_year, whole
from submissions.models import COST_NO_SLOT, ChunkedUpload, Kind, ModelRun, Status, Submission
from teams.models import Team

DAY = timedelta(days=1)


class SubmissionRefused(Exception):
    """Why nothing was taken, and what is possible; for the participant to read."""


class UsedUp(SubmissionRefused):
    """The team has none left. `reset_at`: when the next is possible; None: no time alone brings one."""

    def __init__(self, sentence: str, reset_at: datetime | None) -> None:
        self.reset_at = reset_at
        super().__init__(sentence)


def day_of(at: datetime) -> datetime:
    """00:00 UTC of the day of `at` (aware, UTC)."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def next_day(at: datetime) -> datetime:
    """00:00 UTC of the day after that of `at`: when limits begin anew."""
    return day_of(at) + DAY


def in_window(competition: Competition, at: datetime) -> Q:
    """The submissions that count against the daily limit at that moment."""
    if competition.limit_window == LimitWindow.ROLLING:
        return Q(submitted_at__gt=at - DAY)
    return Q(submitted_at__gte=day_of(at))


@dataclass(frozen=True)
class Allowance:
    """What a team may still send at one moment. None: no such limit.

    `next_at`: when the next slot opens for a team that has none now; None: it has one, or no time will bring one.
    """

    daily_limit: int
    left_today: int
    left_in_all: int | None
    left_pending: int | None
    next_at: datetime | None

    @property
    def left(self) -> int:
        """How many may be sent right now."""
        return min(n for n in (self.left_today, self.left_in_all, self.left_pending) if n is not None)


def allowance(team: Team, at: datetime) -> Allowance:
    """What the team may still send at that moment. Rejected, failed and withdrawn submissions are free."""
    competition = team.competition
    counted = Submission.objects.filter(team=team).exclude(status__in=COST_NO_SLOT)
    limit = competition.daily_limit
    times = list(
        counted.filter(in_window(competition, at))
        .order_by("-submitted_at")
        .values_list("submitted_at", flat=True)[:limit]
    )
    left_today = max(0, limit - len(times))
    next_at = None
    if left_today == 0:
        # In a rolling window the oldest one of those that fill it makes room when it leaves.
        next_at = times[-1] + DAY if competition.limit_window == LimitWindow.ROLLING else next_day(at)
    left_in_all = None if competition.total_limit is None else max(0, competition.total_limit - counted.count())
    left_pending = None
    if competition.pending_limit is not None:
        left_pending = max(0, competition.pending_limit - counted.exclude(status=Status.SCORED).count())
    if left_in_all == 0:
        next_at = None
    return Allowance(limit, left_today, left_in_all, left_pending, next_at)


def model_seconds_per_day(competition: Competition) -> int:
    """How long all models of a team may run per UTC day, failing ones too: UPLOADS_PER_SLOT runs for each slot."""
    return competition.daily_limit * settings.UPLOADS_PER_SLOT * competition.model_allowance().seconds


def model_seconds_left_today(team: Team, at: datetime) -> float:
    """What remains of the team's model seconds on the UTC day of `at`; 0 or less: nothing."""
    today = ModelRun.objects.filter(submission__team=team, ran_at__gte=day_of(at))
    used = today.aggregate(used=Sum("seconds", default=0.0))["used"]
    return model_seconds_per_day(team.competition) - float(used)


def in_utc(moment: datetime | None) -> str:
    """ "3 May 2026 at 14:00 UTC"; an empty string for None."""
    return _("%(time)s UTC") % {"time": day_and_time(moment)} if moment else ""


def in_words(duration: timedelta) -> str:
    """Hours and minutes, rounded up to the minute: "3 h 12 min"."""
    minutes = -(-int(duration.total_seconds()) // 60)
    hours, minutes = divmod(max(minutes, 1), 60)
    said = _("%(hours)s h %(minutes)s min") if hours else _("%(minutes)s min")
    return said % {"hours": hours, "minutes": minutes}


def may_submit(competition: Competition, at: datetime) -> bool:
    """Whether its time line lets anything be sent, in time or late."""
    stage = competition.stage(at)
    return stage == Stage.OPEN or (stage in (Stage.CLOSED, Stage.REVEALED) and competition.takes_late_submissions)


def refuse_team(team: Team) -> None:
    """Raises SubmissionRefused for a team that does not take part any more."""
    if team.disqualified_at:
        raise SubmissionRefused(
            _("%(team)s was disqualified: %(disqualification)s Ask the organizers; they can reinstate it.")
            % {"team": team.name, "disqualification": team.disqualification}
        )
    if team.merged_into_id:
        raise SubmissionRefused(_("%(team)s has become part of another team. Submit from there.") % {"team": team.name})


def refuse_who_has_left(team: Team, user: User | None) -> None:
    """Raises SubmissionRefused for somebody who is in another team by now. It binds only under the team's lock."""
    if user is not None and not team.memberships.filter(user=user).exists():
        raise SubmissionRefused(
            _("You are not in %(team)s any more. Submit again: it goes to your present team.") % {"team": team.name}
        )


def counts_at(competition: Competition, at: datetime, begun_at: datetime | None) -> datetime:
    """The moment by which the time line judges an upload that ends `at`.

    That is when it was begun, if that was before closing and it ends within UPLOAD_GRACE_SECONDS after it.
    `begun_at` None: it came in one request, and counts when it ends.
    """
    closes_at = competition.closes_at or competition.archived_at
    if begun_at is None or closes_at is None or not begun_at < closes_at <= at:
        return at
    return begun_at if at < closes_at + timedelta(seconds=settings.UPLOAD_GRACE_SECONDS) else at


def refuse_unless_open(competition: Competition, at: datetime, begun_at: datetime | None = None) -> None:
    """Raises SubmissionRefused outside the competition's time, or when it cannot grade yet.

    `begun_at`: of an upload in chunks, which may end a little after closing.
    """
    counted_at = counts_at(competition, at, begun_at)
    stage = competition.stage(counted_at)
    if stage == Stage.DRAFT:
        raise SubmissionRefused(
            _("%(competition)s is not published yet. Its organizers publish it in the admin.")
            % {"competition": competition.title}
        )
    if stage == Stage.PUBLISHED:
        raise SubmissionRefused(
            _("%(competition)s opens on %(at)s (in %(wait)s). Submissions are possible from then on.")
            % {
                "competition": competition.title,
                "at": in_utc(competition.opens_at),
                "wait": in_words(competition.opens_at - at),
            }
        )
    if not may_submit(competition, counted_at):
        closed_at = competition.closes_at or competition.archived_at
        sentences = [
            _("%(competition)s closed on %(at)s.") % {"competition": competition.title, "at": in_utc(closed_at)},
            _("No submission is taken any more; your earlier ones and the leaderboard stay."),
        ]
        if begun_at and closed_at and begun_at < closed_at:
            grace = in_words(timedelta(seconds=settings.UPLOAD_GRACE_SECONDS))
            too_slow = _("The upload was begun before that, and had %(grace)s after it to end.") % {"grace": grace}
            sentences.insert(1, too_slow)
        raise SubmissionRefused(" ".join(sentences))
    if competition.archives.filter(state=JobState.DONE).exists():
        raise SubmissionRefused(
            _(
                "The archive of %(competition)s is published with the labels in it, so a score would prove "
                "nothing. No submission is taken any more."
            )
            % {"competition": competition.title}
        )
    if not competition.solutions.filter(is_active=True).exists():
        raise SubmissionRefused(
            _(
                "%(competition)s cannot grade yet: its organizers have not set an accepted solution. Nothing "
                "was counted; please try again later."
            )
            % {"competition": competition.title}
        )


def refuse_other_kinds(competition: Competition, kind: Kind) -> None:
    """Raises SubmissionRefused for a kind that the competition does not take, or cannot grade yet."""
    if kind == Kind.PREDICTIONS and not competition.takes_predictions:
        raise SubmissionRefused(
            _("%(competition)s takes SavedModels, not prediction files. Send a .zip with one SavedModel.")
            % {"competition": competition.title}
        )
    if kind == Kind.PREDICTIONS:
        if competition.data_files.filter(name=TEST_FILE, is_hidden=True).exists():
            raise SubmissionRefused(
                _(
                    "The rows of %(competition)s are hidden, so it takes SavedModels, not prediction files. "
                    "Send a .zip with one SavedModel."
                )
                % {"competition": competition.title}
            )
        return
    if not competition.takes_models:
        raise SubmissionRefused(
            _(
                "%(competition)s takes predictions, not models. Send a prediction file: .csv, .csv.gz, or a "
                ".zip that holds one .csv."
            )
            % {"competition": competition.title}
        )
    if problem := why_models_cannot_be_asked(competition):
        raise SubmissionRefused(
            _(
                "%(competition)s cannot run models yet; its organizers have something to mend. %(problem)s "
                "Nothing was counted; please try again later."
            )
            % {"competition": competition.title, "problem": problem}
        )


def refuse_if_used_up(team: Team, kind: Kind, at: datetime) -> None:
    """Raises UsedUp when the team's UTC day is used up, or its slots are. It binds only under the team's lock."""
    try:
        _refuse_by_the_day(team, kind, at)
    except SubmissionRefused as refusal:
        raise UsedUp(str(refusal), next_day(at)) from None
    has = allowance(team, at)
    try:
        _refuse_without_slot(team.competition, has, at)
    except SubmissionRefused as refusal:
        raise UsedUp(str(refusal), has.next_at) from None


def _refuse_by_the_day(team: Team, kind: Kind, at: datetime) -> None:
    """Seconds of models, files and bytes, all of a UTC day."""
    if kind == Kind.SAVED_MODEL and model_seconds_left_today(team, at) <= 0:
        raise SubmissionRefused(no_model_seconds(team.competition, at))
    limit = team.competition.daily_limit
    today = Submission.objects.filter(team=team, submitted_at__gte=day_of(at))
    # Rejected ones are free, but not without end: each costs disk and a reader's time.
    uploads = today.filter(kind=kind).count()
    if uploads >= limit * settings.UPLOADS_PER_SLOT:
        sentence = (
            _(
                "Your team has uploaded %(uploads)s SavedModels today, most of which could not be graded; the next "
                "upload is possible %(from)s. The starter kit's `check` tries one at home."
            )
            if kind == Kind.SAVED_MODEL
            else _(
                "Your team has uploaded %(uploads)s files today, most of which could not be graded; the next upload is "
                "possible %(from)s. The starter kit's `score` tries one at home."
            )
        )
        raise SubmissionRefused(sentence % {"uploads": uploads, "from": _from(at)})
    refuse_more_bytes(team, at)


def refuse_more_bytes(team: Team, at: datetime, *, on_their_way: int = 0) -> None:
    """Raises SubmissionRefused when the team has sent its bytes of the UTC day; abandoned uploads count too.

    `on_their_way`: bytes that other uploads in chunks will still bring.
    """
    sent = Submission.objects.filter(team=team, submitted_at__gte=day_of(at))
    given_up = ChunkedUpload.objects.filter(team=team, touched_at__gte=day_of(at), abandoned_at__isnull=False)
    size_bytes = (
        sent.aggregate(size=Sum("size_bytes", default=0))["size"]
        + given_up.aggregate(size=Sum("received_bytes", default=0))["size"]
        + on_their_way
    )
    if size_bytes >= settings.TEAM_UPLOAD_BYTES_PER_DAY:
        sentence = (
            _(
                "Your team has uploaded %(size)s bytes today, what is on its way included; %(most)s is the most. The "
                "next upload is possible %(from)s."
            )
            if on_their_way
            else _(
                "Your team has uploaded %(size)s bytes today; %(most)s is the most. The next upload is possible "
                "%(from)s."
            )
        )
        most = whole(settings.TEAM_UPLOAD_BYTES_PER_DAY)
        raise SubmissionRefused(sentence % {"size": whole(size_bytes), "most": most, "from": _from(at)})


def _refuse_without_slot(competition: Competition, has: Allowance, at: datetime) -> None:
    if has.left_in_all == 0:
        limit = competition.total_limit or 0
        used_up = ngettext(
            "Your team has used all its %(limit)s submission of this competition. Rejected, failed and withdrawn ones "
            "did not count.",
            "Your team has used all its %(limit)s submissions of this competition. Rejected, failed and withdrawn ones "
            "did not count.",
            limit,
        )
        raise SubmissionRefused(used_up % {"limit": limit})
    if has.next_at is not None:
        used_today = (
            ngettext(
                "Your team has used its %(limit)s submission for today; the next is possible %(at)s (in %(wait)s).",
                "Your team has used its %(limit)s submissions for today; the next is possible %(at)s (in %(wait)s).",
                has.daily_limit,
            )
            if competition.limit_window == LimitWindow.UTC_DAY
            else ngettext(
                "Your team has used its %(limit)s submission of 24 hours; the next is possible %(at)s (in %(wait)s).",
                "Your team has used its %(limit)s submissions of 24 hours; the next is possible %(at)s (in %(wait)s).",
                has.daily_limit,
            )
        )
        wait = in_words(has.next_at - at)
        raise SubmissionRefused(used_today % {"limit": has.daily_limit, "at": _at(has.next_at), "wait": wait})
    if has.left_pending == 0:
        limit = competition.pending_limit or 0
        waiting = ngettext(
            "%(limit)s submission of your team wait for their score; that is as many as may wait at once. The next is "
            "possible as soon as one has its score.",
            "%(limit)s submissions of your team wait for their score; that is as many as may wait at once. The next is "
            "possible as soon as one has its score.",
            limit,
        )
        raise SubmissionRefused(waiting % {"limit": limit})


def _at(moment: datetime) -> str:
    """ "at 00:00 UTC" for the next midnight, the day with it otherwise."""
    if moment == day_of(moment):
        return _("at 00:00 UTC")
    return _("at %(time)s UTC on %(day)s") % {"time": f"{moment:%H:%M:%S}", "day": day_of_the_year(moment)}


def no_model_seconds(competition: Competition, at: datetime) -> str:
    """The sentence for a team whose models have run long enough today."""
    return _(
        "Your team's models have run for their %(model_seconds_per_day)s seconds of today; the next can be "
        "run %(from)s. The starter kit's `check` runs a model at home."
    ) % {"model_seconds_per_day": whole(model_seconds_per_day(competition)), "from": _from(at)}


def _from(at: datetime) -> str:
    return _("at 00:00 UTC (in %(wait)s)") % {"wait": in_words(next_day(at) - at)}
