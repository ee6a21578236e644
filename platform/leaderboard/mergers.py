"""What joins two teams, whole: people, submissions and standings in one transaction, or nothing at all."""

from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from competitions.clock import database_now
from leaderboard.models import ModerationAct
from leaderboard.standings import refresh
from submissions.merging import has_sent, move_submissions, refuse_above_combined_limit
from submissions.models import Submission
from teams.members import MOVED_ON, ChangeRefused, hold, locked_teams, members, refuse_unless_captain
from teams.merging import move_only_member, move_people, refuse_merger
from teams.models import Membership, MergeProposal, State, Team, TeamInvitation

ANSWERED = gettext_lazy(
    "This was answered or withdrawn before. Open your team's page again: it shows what still waits."
)


def accept_proposal(proposal: MergeProposal, captain: User) -> Team:
    """The asked captain agrees: their team becomes part of the one that asked, which is returned.

    Raises ChangeRefused, and then everything is as it was before.
    """
    with transaction.atomic():
        first, second = hold(proposal.from_team, proposal.to_team)
        refuse_unless_captain(second, captain)
        answered = MergeProposal.objects.filter(pk=proposal.pk, state=State.WAITING).update(
            state=State.ACCEPTED, answered_by=captain, answered_at=Now()
        )
        if not answered:
            raise ChangeRefused(ANSWERED)
        _merge(second, first)
    return first


def accept_invitation(invitation: TeamInvitation) -> Team:
    """The invited person comes into the team, which is returned. Raises ChangeRefused; then nothing has changed."""
    with transaction.atomic():
        team = _come_into(invitation.team, invitation.user, Q(pk=invitation.pk, state=State.WAITING))
    return team


def come_by_link(team: Team, token: str, user: User) -> Team:
    """Whoever has the team's link comes into it. Raises ChangeRefused; then nothing has changed."""
    with transaction.atomic():
        return _come_into(team, user, None, token)


def hold_team_of(submission_id: UUID) -> Team:
    """The team that the submission belongs to now, held until the transaction ends, so that no merger moves it.

    Call it before anything of the submission is written: a merger holds teams first as well.
    """
    while True:
        team = locked_teams().filter(submissions=submission_id).first()
        if team is None:
            raise Submission.DoesNotExist(f"{submission_id} was erased meanwhile")
        if Submission.objects.filter(pk=submission_id, team=team).exists():
            return team


def _come_into(team: Team, user: User, invitation: Q | None, token: str = "") -> Team:
    own = Membership.objects.filter(user=user, competition=team.competition_id).select_related("team").first()
    if own is None:
        raise ChangeRefused(_("You have not joined the competition yet. Join it, then accept."))
    if own.team_id == team.pk:
        return team
    first, second = hold(team, own.team)
    people = members(second)
    if user.pk not in {one.user_id for one in people}:
        raise ChangeRefused(MOVED_ON)
    if len(people) > 1:
        raise ChangeRefused(
            _("You are one of %(count)s in %(team)s. Leave it first, or let the two captains merge the teams.")
            % {"count": len(people), "team": second.name}
        )
    if invitation is None and first.link_token != token:
        raise ChangeRefused(_("The captain has renewed the team's link. Ask for the new one."))
    if invitation is not None and not TeamInvitation.objects.filter(invitation).exists():
        raise ChangeRefused(ANSWERED)
    _merge(second, first)
    return first


def _merge(second: Team, first: Team) -> None:
    """Make one team of two that are held.

    A team of one that has sent nothing, and to which nothing was done, disappears; any other stays on record.
    """
    refuse_merger(first, second)
    is_new = second.memberships.count() == 1 and not has_sent(second) and not _is_on_record(second)
    if not is_new:
        refuse_above_combined_limit(first, second, database_now(first.competition))
    move_submissions(second, first)
    if is_new:
        move_only_member(second, first)
        return
    move_people(second, first)
    refresh(second)
    refresh(first)


def _is_on_record(team: Team) -> bool:
    """Whether a decision of organizers or an earlier merger names the team, so that it may not disappear."""
    return ModerationAct.objects.filter(team=team).exists() or team.merged_teams.exists()
