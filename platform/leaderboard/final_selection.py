"""A team's final selection: the submissions that it wants to be ranked by when private results are revealed."""

from django.db import transaction

from competitions.clock import database_now
from leaderboard.mergers import hold_team_of
from leaderboard.standings import refresh
from submissions.models import COST_NO_SLOT, Submission


class SelectionRefused(Exception):
    """Why the selection stays as it was; for the participant to read."""


def select(submission: Submission, is_selected: bool = True) -> None:
    """Put a submission into its team's final selection, or take it out. Doing it twice changes nothing.

    One that still waits for its score can be chosen, and counts when it has it. Raises SelectionRefused after
    closing, for one that is late, disqualified, or will have no score, and when the selection is full.
    """
    with transaction.atomic():
        # The team's row is the lock: two browsers cannot choose the last place twice.
        team_now = hold_team_of(submission.pk)
        competition = team_now.competition
        if competition.has_closed(database_now(competition)):
            raise SelectionRefused(
                f"{competition.title} closed on {competition.closes_at:%d %B %Y at %H:%M} UTC. "
                "The final selection stays as it was then."
            )
        present = Submission.objects.get(pk=submission.pk, team=team_now)
        if present.is_selected == is_selected:
            return
        if is_selected:
            if problem := why_not_selectable(present):
                raise SelectionRefused(problem)
            chosen = Submission.objects.filter(team=team_now, is_selected=True).count()
            most = competition.final_selection_count
            if chosen >= most:
                raise SelectionRefused(
                    f"Your team has chosen {chosen} of {most} submissions already. Take one out of the selection first."
                )
        Submission.objects.filter(pk=present.pk).update(is_selected=is_selected)
        refresh(team_now)


def why_not_selectable(submission: Submission) -> str:
    """Why it cannot be chosen, as a sentence; "" when it can."""
    name = submission.original_name
    if submission.is_late:
        return f"{name} was sent after closing; only submissions in time can be chosen."
    if submission.disqualified_at:
        return f"{name} was disqualified: {submission.disqualification} Choose another one."
    if submission.status in COST_NO_SLOT:
        return f"{name} has no score: it is {submission.get_status_display()}. Choose one that has, or waits for it."
    return ""
