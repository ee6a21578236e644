"""Two teams become one on both captains' word: the proposal, its rules, and the people."""

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts import outbox
from accounts.models import User
from competitions.clock import database_now
from teams.invitations import answer, end_all_of, refuse_if_asked_enough
from teams.members import (
    ChangeRefused,
    captain_of,
    hold,
    refuse_above_size,
    refuse_after_deadline,
    refuse_outsiders,
    refuse_unless_captain,
)
from teams.models import Membership, MergeProposal, State, Team, TeamInvitation
from teams.team_letters import merger_letter


def propose(team: Team, captain: User, other_name: str, site: str) -> MergeProposal:
    """Offer the team of that name a place in `team`, and write to its captain. Offering twice changes nothing.

    `site`: the site's own address, without a slash at its end, for the link in the letter.

    Raises ChangeRefused: not the captain, no such team, or a rule that the merged team would break.
    """
    found = Team.objects.filter(competition=team.competition, name__iexact=" ".join(other_name.split())).first()
    if found is None or not Membership.objects.filter(team=found).exists():
        raise ChangeRefused(
            _("No team that takes part is called “%(other_name)s”. Write its name as the leaderboard does.")
            % {"other_name": other_name.strip()}
        )
    if found.pk == team.pk:
        raise ChangeRefused(_("That is your own team. Write the name of the other one."))
    with transaction.atomic():
        team, other = hold(team, found)
        refuse_unless_captain(team, captain)
        refuse_merger(team, other)
        waiting = MergeProposal.objects.filter(from_team=team, to_team=other, state=State.WAITING).first()
        if waiting:
            return waiting
        refuse_if_asked_enough(team)
        proposal = MergeProposal.objects.create(from_team=team, to_team=other, proposed_by=captain)
        asked = captain_of(other)
        if asked and asked.email:
            outbox.post_all([merger_letter(proposal, asked, site)])
        return proposal


def refuse_merger(first: Team, second: Team) -> None:
    """Raises ChangeRefused for two teams that may not become one now. It binds only while both are held."""
    if first.competition_id != second.competition_id:
        raise ChangeRefused(_("The two teams take part in different competitions."))
    refuse_outsiders(first)
    refuse_outsiders(second)
    refuse_after_deadline(first.competition, database_now(first.competition))
    refuse_above_size(first.competition, first.memberships.count(), second.memberships.count())


def end(proposals: QuerySet[MergeProposal], state: State, by: User) -> bool:
    """Decline or withdraw what still waits. False: it was answered before."""
    return proposals.filter(state=State.WAITING).update(state=state, answered_by=by, answered_at=Now()) > 0


def move_people(second: Team, first: Team) -> None:
    """All of `second` go over to `first`, which keeps its captain; both are held. `second` remains as a record.

    So do teams that have become part of `second` before: they still name it, for only the two are held.
    """
    Membership.objects.filter(team=second).update(team=first, is_captain=False)
    end_all_of(second)
    # Nobody of the merged team waits for an invitation to it any more.
    answer(TeamInvitation.objects.filter(team=first, user__memberships__team=first), State.ACCEPTED)
    second.merged_into, second.link_token = first, ""
    second.save(update_fields=["merged_into", "link_token"])


def move_only_member(second: Team, first: Team) -> None:
    """The one person of `second`, which has sent nothing, goes over to `first`; the empty team is deleted."""
    Membership.objects.filter(team=second).update(team=first, is_captain=False)
    answer(TeamInvitation.objects.filter(team=first, user__memberships__team=first), State.ACCEPTED)
    end_all_of(second)
    second.delete()
