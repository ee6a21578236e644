"""What organizers do by hand: disqualify and reinstate, mark a baseline, close an account. Each act keeps its reason.

An act, what it changes and the team's standing are one transaction, under the team's lock.
"""

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.sessions import end_sessions
from competitions.confirmation import REASON_LENGTH
from leaderboard.mergers import hold_team_of
from leaderboard.models import ModerationAct
from leaderboard.standings import refresh
from submissions.models import Submission
from teams.members import locked_teams, pass_on
from teams.models import Team

Deed = ModerationAct.Deed


class ModerationRefused(Exception):
    """Why an act is not possible, for the organizer to read."""


def disqualify_team(team: Team, reason: str, by: User) -> bool:
    """Take a team off every board; it can send nothing more. False: it was disqualified before."""
    why = as_sentence(reason)
    with transaction.atomic():
        team = _locked(team)
        if team.disqualified_at:
            return False
        _refuse_bystanders(team)
        Team.objects.filter(pk=team.pk).update(disqualified_at=Now(), disqualification=why)
        _finish(Deed.TEAM_DISQUALIFIED, team, why, by)
    return True


def reinstate_team(team: Team, reason: str, by: User) -> bool:
    """Put a disqualified team back where its submissions place it. False: it was not disqualified."""
    why = as_sentence(reason)
    with transaction.atomic():
        team = _locked(team)
        if not team.disqualified_at:
            return False
        Team.objects.filter(pk=team.pk).update(disqualified_at=None, disqualification="")
        _finish(Deed.TEAM_REINSTATED, team, why, by)
    return True


def disqualify_submission(submission: Submission, reason: str, by: User) -> bool:
    """Let a submission count for nothing; its team keeps the others. False: it was disqualified before."""
    why = as_sentence(reason)
    with transaction.atomic():
        # A merger may just have given it to another team, whose standing is the one to refresh.
        team = hold_team_of(submission.pk)
        standing = Submission.objects.filter(pk=submission.pk, disqualified_at=None)
        if not standing.update(disqualified_at=Now(), disqualification=why):
            return False
        _finish(Deed.SUBMISSION_DISQUALIFIED, team, why, by, submission)
    return True


def reinstate_submission(submission: Submission, reason: str, by: User) -> bool:
    """Let a disqualified submission count again. False: it was not disqualified."""
    why = as_sentence(reason)
    with transaction.atomic():
        team = hold_team_of(submission.pk)
        disqualified = Submission.objects.filter(pk=submission.pk, disqualified_at__isnull=False)
        if not disqualified.update(disqualified_at=None, disqualification=""):
            return False
        _finish(Deed.SUBMISSION_REINSTATED, team, why, by, submission)
    return True


def mark_baseline(team: Team, reason: str, by: User) -> bool:
    """Show a team without a rank, as the organizers' own. False: it is a baseline already."""
    why = as_sentence(reason)
    with transaction.atomic():
        team = _locked(team)
        if team.is_baseline:
            return False
        _refuse_bystanders(team)
        Team.objects.filter(pk=team.pk).update(is_baseline=True)
        _finish(Deed.BASELINE_MARKED, team, why, by)
    return True


def unmark_baseline(team: Team, reason: str, by: User) -> bool:
    """Rank a baseline like everyone. False: it is none.

    Raises ModerationRefused for one that has sent after closing: that was late for everyone else.
    """
    why = as_sentence(reason)
    with transaction.atomic():
        team = _locked(team)
        if not team.is_baseline:
            return False
        closes_at = team.competition.closes_at
        after_closing = team.submissions.filter(is_late=False, submitted_at__gte=closes_at).count() if closes_at else 0
        if after_closing:
            raise ModerationRefused(
                ngettext(
                    "%(team)s has sent %(after_closing)s submissions after closing, which only a baseline may. "
                    "Disqualify or leave it; it cannot be ranked.",
                    "%(team)s has sent %(after_closing)s submissions after closing, which only a baseline may. "
                    "Disqualify or leave it; it cannot be ranked.",
                    after_closing,
                )
                % {"team": team.name, "after_closing": after_closing}
            )
        Team.objects.filter(pk=team.pk).update(is_baseline=False)
        _finish(Deed.BASELINE_UNMARKED, team, why, by)
    return True


def close_account(account: User, reason: str, by: User) -> bool:
    """Shut a person out: no sign-in, every session ended. Their teams keep what was sent. False: it is closed."""
    why = as_sentence(reason)
    if account.pk == by.pk:
        raise ModerationRefused(_("This is your own account: another superuser can close it."))
    with transaction.atomic():
        if not User.objects.filter(pk=account.pk, is_active=True).update(is_active=False):
            return False
        pass_on(account)
        end_sessions(account)
        ModerationAct.objects.create(deed=Deed.ACCOUNT_CLOSED, account=account, reason=why, by=by)
    return True


def reopen_account(account: User, reason: str, by: User) -> bool:
    """Let a person sign in again. False: the account is not closed.

    Raises ModerationRefused for one that its person has deleted: nobody is there to sign in.
    """
    why = as_sentence(reason)
    if account.deleted_at:
        raise ModerationRefused(_("%(name)s deleted the account: it stays so.") % {"name": account})
    with transaction.atomic():
        if not User.objects.filter(pk=account.pk, is_active=False).update(is_active=True):
            return False
        ModerationAct.objects.create(deed=Deed.ACCOUNT_REOPENED, account=account, reason=why, by=by)
    return True


def as_sentence(reason: str) -> str:
    """The reason as others will read it, with a full stop. Raises ModerationRefused for an empty or overlong one."""
    said = " ".join(reason.split())
    if not said:
        raise ModerationRefused(_("Say why: the team reads the reason, and so do the other organizers."))
    if said[-1] not in ".!?":
        said += "."
    if len(said) > REASON_LENGTH:
        raise ModerationRefused(
            _("The reason has %(count)s characters; the most is %(most)s. Shorten it.")
            % {"count": len(said), "most": REASON_LENGTH}
        )
    return said


def _locked(team: Team) -> Team:
    return locked_teams().get(pk=team.pk)


def _refuse_bystanders(team: Team) -> None:
    if team.is_rehearsal:
        raise ModerationRefused(
            _("%(team)s is the launch check's own and on no board: nothing was done.") % {"team": team.name}
        )
    if team.merged_into:
        raise ModerationRefused(
            _("%(team)s has become part of %(merged_into)s: choose that team.")
            % {"team": team.name, "merged_into": team.merged_into.name}
        )


def _finish(deed: Deed, team: Team, reason: str, by: User, submission: Submission | None = None) -> None:
    ModerationAct.objects.create(
        deed=deed, competition=team.competition, team=team, submission=submission, reason=reason, by=by
    )
    refresh(team)
