"""A team's final selection: the submissions that it wants to be ranked by when private results are revealed."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from competitions.clock import database_now
from config.by_locale import day_and_time
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
                _("%(competition)s closed on %(closes_at)s UTC. The final selection stays as it was then.")
                % {"competition": competition.title, "closes_at": day_and_time(competition.closes_at)}
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
                    ngettext(
                        "Your team has chosen %(chosen)s of %(most)s submissions already. Take one out of the "
                        "selection first.",
                        "Your team has chosen %(chosen)s of %(most)s submissions already. Take one out of the "
                        "selection first.",
                        most,
                    )
                    % {"chosen": chosen, "most": most}
                )
        Submission.objects.filter(pk=present.pk).update(is_selected=is_selected)
        refresh(team_now)


def why_not_selectable(submission: Submission) -> str:
    """Why it cannot be chosen, as a sentence; "" when it can."""
    name = submission.original_name
    if submission.is_late:
        return _("%(name)s was sent after closing; only submissions in time can be chosen.") % {"name": name}
    if submission.disqualified_at:
        return _("%(name)s was disqualified: %(disqualification)s Choose another one.") % {
            "name": name,
            "disqualification": submission.disqualification,
        }
    if submission.status in COST_NO_SLOT:
        return _("%(name)s has no score: it is %(status)s. Choose one that has, or waits for it.") % {
            "name": name,
            "status": submission.get_status_display(),
        }
    return ""
