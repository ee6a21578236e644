"""Asking where a submission errs: who may, how often, and what was said already.

The scoring worker makes the report (`grading/slicing.py`); what it may tell is the rule of `grader.scoring.slices`.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from competitions.access import organizes
from competitions.clock import database_now
from competitions.features import header_of
from competitions.models import TEST_FILE, TRAIN_FILE, Competition, JobState
from config.by_locale import whole
from grader.scoring.slices import why_not_sliced
from submissions.dispatch import SLICES, ring_for_job_after_commit
from submissions.lifecycle import locked
from submissions.models import Evaluation, SliceReport, Submission, Told
from submissions.quota import day_of, in_words, next_day, refuse_team
from submissions.removed_files import why_no_predictions
from teams.models import Team


class SlicesRefused(Exception):
    """Why a submission gets no slices, or not now; for its owner to read."""


@dataclass(frozen=True)
class SlicesLeft:
    """How many reports a team may still ask for: today, and in all."""

    today: int
    in_all: int

    @property
    def now(self) -> int:
        """How many it may ask for right now."""
        return min(self.today, self.in_all)


def has_a_number(evaluation: Evaluation) -> bool:
    """Whether the team was told a score for this file; what has none of its own has no slices either."""
    return evaluation.told == Told.SCORE


def why_no_slices(competition: Competition) -> str:
    """Why nobody is told here where a submission errs, as a sentence or two; "": they can be."""
    if not settings.SLICES_PER_DAY:
        return _("This site does not tell where a submission errs (HOLDOUT_SLICES_PER_DAY is 0).")
    expected = competition.prediction_format()
    if reason := why_not_sliced(competition.scored_by, expected.lowest, expected.highest):
        return reason
    files = {data_file.name: data_file for data_file in competition.data_files.filter(name__in=[TEST_FILE, TRAIN_FILE])}
    for column in filter(None, (competition.cluster_column, competition.item_column)):
        for name in (TEST_FILE, TRAIN_FILE):
            if name not in files or column not in header_of(files[name]):
                return _(
                    "%(name)s has no column %(column)r, by which slices are made; its organizers have that to mend."
                ) % {"name": name, "column": column}
    if competition.scored_by.needs_groups and not competition.cluster_column:
        return _("Its organizers have not said whose lists these are, so there is nothing to part them by.")
    return ""


def report_on(submission: Submission) -> SliceReport | None:
    """The newest report on it, or on the same file of its team under the same solution, which says the same.

    None: there is none, or it has no score.
    """
    evaluation = submission.evaluation
    if evaluation is None:
        return None
    same_file = Q(
        evaluation__submission__team=submission.team_id,
        evaluation__submission__kind=submission.kind,
        evaluation__submission__sha256=submission.sha256,
        evaluation__solution=evaluation.solution_id,
    )
    reports = list(SliceReport.objects.filter(Q(evaluation=evaluation) | same_file))
    return next((report for report in reports if report.state != JobState.FAILED), reports[0] if reports else None)


def slices_left(team: Team, at: datetime) -> SlicesLeft:
    """What the team may still ask for on the UTC day of `at`. Reports that failed cost nothing."""
    asked = SliceReport.objects.filter(evaluation__submission__team=team, is_charged=True)
    count = asked.exclude(state=JobState.FAILED).aggregate(
        today=Count("pk", filter=Q(asked_at__gte=day_of(at))), in_all=Count("pk")
    )
    return SlicesLeft(
        today=max(0, settings.SLICES_PER_DAY - count["today"]),
        in_all=max(0, settings.SLICES_IN_ALL - count["in_all"]),
    )


def ask_for_slices(submission: Submission, by: User) -> SliceReport:
    """The report on a scored submission; a new one, which costs its team one of the day's, where there is none.

    To an organizer who is no member of the team it costs nothing. Raises SlicesRefused, or SubmissionRefused for a
    team that is gone or takes part no more.
    """
    with transaction.atomic():
        team = locked(submission.team)
        submission = Submission.objects.select_related("competition", "evaluation__solution").get(pk=submission.pk)
        evaluation = submission.evaluation
        is_members = team.memberships.filter(user=by).exists()
        may_ask = is_members or organizes(by, team.competition)
        if submission.team_id != team.pk or not may_ask:
            raise SlicesRefused(
                _("%(team)s is not your team any more. Open the submission once more and ask again.")
                % {"team": team.name}
            )
        if evaluation is None or not has_a_number(evaluation):
            raise SlicesRefused(why_not_asked(submission))
        earlier = report_on(submission)
        if earlier is not None and earlier.state != JobState.FAILED:
            return earlier
        if reason := why_not_sliced_here(evaluation, submission.competition):
            raise SlicesRefused(reason)
        now = database_now(submission.competition)
        if is_members:
            refuse_team(team)
            _refuse_if_used_up(team, now)
        ring_for_job_after_commit(SLICES)
        return SliceReport.objects.create(
            competition=submission.competition,
            evaluation=evaluation,
            asked_by=by,
            asked_at=now,
            is_charged=is_members,
        )


def why_not_asked(submission: Submission) -> str:
    """Why this submission gets no slices, whoever asks, as a sentence or two; "": nothing stands against it."""
    evaluation = submission.evaluation
    if evaluation is None:
        return _("Only a scored submission can be looked into; this one has no score.")
    if not has_a_number(evaluation):
        return _(
            "This file has no score of its own on the board, so where it errs is not told either. Ask it of one that "
            "has."
        )
    return why_no_predictions(submission) or why_not_sliced_here(evaluation, submission.competition)


def why_not_sliced_here(evaluation: Evaluation, competition: Competition) -> str:
    """As `why_no_slices`, or that the evaluation's solution has too few public rows; "": nothing stands against it."""
    public_count = evaluation.solution.public_count or 0
    if (reason := why_no_slices(competition)) or public_count >= 2 * settings.LEAST_SLICE_ROWS:
        return reason
    return _(
        "A slice has %(least_slice_rows)s public rows at least, and this competition has %(public_count)s "
        "in all: too few to tell where a file errs without telling labels."
    ) % {"least_slice_rows": whole(settings.LEAST_SLICE_ROWS), "public_count": whole(public_count)}


def _refuse_if_used_up(team: Team, at: datetime) -> None:
    left = slices_left(team, at)
    if not left.in_all:
        raise SlicesRefused(
            _(
                "Your team has asked %(times)s where a file errs, as often as it may in this competition. What "
                "it was told stays on the pages of those submissions."
            )
            % {"times": _times(settings.SLICES_IN_ALL)}
        )
    if not left.today:
        raise SlicesRefused(
            _(
                "Your team has asked %(times)s today where a file errs, as often as it may; the next time is "
                "possible %(tomorrow)s."
            )
            % {"times": _times(settings.SLICES_PER_DAY), "tomorrow": _tomorrow(at)}
        )
    # What failed is free, but not without end: each takes the worker's time.
    asked = SliceReport.objects.filter(evaluation__submission__team=team, asked_at__gte=day_of(at)).count()
    if asked >= settings.SLICES_PER_DAY * settings.UPLOADS_PER_SLOT:
        raise SlicesRefused(
            _(
                "Your team has asked %(times)s today where a file errs, and most could not be answered; the "
                "next time is possible %(tomorrow)s."
            )
            % {"times": _times(asked), "tomorrow": _tomorrow(at)}
        )


def _tomorrow(at: datetime) -> str:
    return _("at 00:00 UTC (in %(wait)s)") % {"wait": in_words(next_day(at) - at)}


def _times(count: int) -> str:
    return ngettext("once", "%(count)s times", count) % {"count": count}
