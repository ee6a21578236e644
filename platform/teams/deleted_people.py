"""What becomes of somebody's teams when they delete their account: all stay, and none bears their name."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q
from django.db.models.functions import Coalesce, Lower, Now

from accounts.addresses import verified_addresses
from accounts.erasure import name_of_deleted
from accounts.models import User
from competitions.models import Competition
from teams.invitations import answer, end_all_of
from teams.joining import free_of
from teams.members import locked_teams, members, pass_on
from teams.models import EntryInvitation, EntryRequest, State, Team, TeamInvitation


@dataclass(frozen=True)
class Left:
    """A team that somebody is in: whether nobody else is there any more, and who would lead it after them.

    `heir` None: they do not lead it, are alone, or the others' accounts are closed.
    """

    team: Team
    is_alone: bool
    heir: User | None


def left_by(user: User) -> list[Left]:
    """The person's teams, the latest competition first."""
    theirs = Team.objects.filter(memberships__user=user).select_related("competition").order_by("-competition", "pk")
    return [_left(team, user) for team in theirs]


def _left(team: Team, user: User) -> Left:
    people = members(team)
    others = [one.user for one in people if one.user_id != user.pk and one.user.deleted_at is None]
    heirs = [one for one in others if one.is_active]
    leads = people[0].user_id == user.pk and people[0].is_captain
    return Left(team, not others, heirs[0] if leads and heirs else None)


def hold_places_of(user: User, organized: Collection[int]) -> list[Team]:
    """The teams that deleting this person's account changes, held with their competitions; in a transaction.

    `organized`: the keys of further competitions to hold. Teams first, then competitions, each in one go and in the
    order of their keys: two who delete at once never wait in a circle.
    """
    theirs = Q(memberships__user=user) | Q(begun_by=user, merged_into__isnull=False)
    keys = list(Team.objects.filter(theirs).values_list("pk", flat=True))
    held = list(locked_teams().filter(pk__in=keys).order_by("pk"))
    places = {*organized, *(team.competition_id for team in held)}
    list(Competition.objects.select_for_update(no_key=True).filter(pk__in=places).order_by("pk"))
    return held


def take_name_off_teams(user: User, held: list[Team]) -> None:
    """Hand the person's teams over, give those of one another name, and end what waits for their answer.

    They stay a member: what the team has sent, and how many people it has, is as it was. Call it in the transaction
    in which `hold_places_of` has held the teams.
    """
    pass_on(user)
    for team in held:
        if team.merged_into_id:
            # Theirs at first, and part of another one since: a record that may still bear their name.
            _rename(team, user)
        elif _left(team, user).is_alone:
            end_all_of(team)
            Team.objects.filter(pk=team.pk).update(link_token="")
            if not team.is_baseline:
                _rename(team, user)
    answer(TeamInvitation.objects.filter(user=user), State.WITHDRAWN)
    _forget_entry(user)


def _rename(team: Team, user: User) -> None:
    Team.objects.filter(pk=team.pk).update(name=free_of(name_of_deleted(user), team.competition))


def _forget_entry(user: User) -> None:
    """What they have told organizers about themselves, and the invitations to their address."""
    EntryRequest.objects.filter(user=user).delete()
    addresses = verified_addresses(user)
    invitations = EntryInvitation.objects.annotate(address=Lower("email")).filter(~Q(email=""), address__in=addresses)
    invitations.update(email="", revoked_at=Coalesce("revoked_at", Now()))
