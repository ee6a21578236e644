"""Answering what teams ask: an invitation, or a proposal to merge. Who may give which answer is decided here."""

from django.db.models import TextChoices

from accounts.models import User
from leaderboard.mergers import ANSWERED, accept_invitation, accept_proposal
from teams import invitations, merging
from teams.members import ChangeRefused, refuse_unless_captain
from teams.models import MergeProposal, State, Team, TeamInvitation


class Answer(TextChoices):
    """What can be said to an invitation or a proposal: `WITHDRAW` by those who have asked, the rest by the asked."""

    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


ENDS = {Answer.DECLINE: State.DECLINED, Answer.WITHDRAW: State.WITHDRAWN}


def answer_invitation(team: Team, user: User, pk: int, answer: Answer) -> TeamInvitation:
    """The invited person accepts or declines; the captain of the team that asked withdraws. `team`: the user's own.

    Raises TeamInvitation.DoesNotExist for what is none of theirs, ChangeRefused when it was answered before.
    """
    theirs = {"team": team} if answer == Answer.WITHDRAW else {"user": user}
    of_this = TeamInvitation.objects.filter(team__competition=team.competition_id).select_related("team", "user")
    invitation = of_this.get(pk=pk, **theirs)
    if answer == Answer.WITHDRAW:
        refuse_unless_captain(team, user)
    if answer == Answer.ACCEPT:
        accept_invitation(invitation)
    elif not invitations.answer(TeamInvitation.objects.filter(pk=pk), ENDS[answer]):
        raise ChangeRefused(ANSWERED)
    return invitation


def answer_proposal(team: Team, user: User, pk: int, answer: Answer) -> MergeProposal:
    """The captain who was asked accepts or declines; the one who asked withdraws. `team`: the user's own.

    Raises MergeProposal.DoesNotExist for what is none of theirs, ChangeRefused for all else that stands against it.
    """
    side = {"from_team": team} if answer == Answer.WITHDRAW else {"to_team": team}
    proposal = MergeProposal.objects.select_related("from_team", "to_team").get(pk=pk, **side)
    if answer == Answer.ACCEPT:
        accept_proposal(proposal, user)
        return proposal
    refuse_unless_captain(team, user)
    if not merging.end(MergeProposal.objects.filter(pk=pk), ENDS[answer], user):
        raise ChangeRefused(ANSWERED)
    return proposal
