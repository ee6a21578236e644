"""Asking people into a team: by its link, or by the name of a participant."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import outbox
from accounts.models import User
from competitions.clock import database_now
from competitions.models import Competition
from config.counted import CountOf
from teams.entry_invitations import is_token, new_token
from teams.members import (
    ChangeRefused,
    hold,
    refuse_above_size,
    refuse_after_deadline,
    refuse_outsiders,
    refuse_unless_captain,
)
from teams.models import Membership, MergeProposal, State, Team, TeamInvitation
from teams.team_letters import team_invitation_letter

DAY = timedelta(days=1)


def renew_link(team: Team, captain: User) -> Team:
    """Give the team a new link; the old one opens nothing any more. Raises ChangeRefused."""
    return _set_link(team, captain, new_token())


def close_link(team: Team, captain: User) -> Team:
    """Nobody comes by a link any more. Raises ChangeRefused."""
    return _set_link(team, captain, "")


def _set_link(team: Team, captain: User, token: str) -> Team:
    with transaction.atomic():
        (team,) = hold(team)
        refuse_unless_captain(team, captain)
        refuse_outsiders(team)
        team.link_token = token
        team.save(update_fields=["link_token"])
    return team


def team_by_link(competition: Competition, token: str) -> Team | None:
    """The team of that link; None: there is none, or it belongs to another competition."""
    return Team.objects.filter(competition=competition, link_token=token).first() if is_token(token) else None


def invite(team: Team, captain: User, username: str, site: str) -> TeamInvitation:
    """Ask a participant into the team, and write to them. Asking twice changes nothing.

    `site`: the site's own address, without a slash at its end, for the link in the letter.

    Raises ChangeRefused: not the captain, too late, full, too many asked today, or nobody of that name takes part.
    """
    with transaction.atomic():
        (team,) = hold(team)
        competition = team.competition
        refuse_unless_captain(team, captain)
        refuse_outsiders(team)
        refuse_after_deadline(competition, database_now(competition))
        present = Membership.objects.filter(competition=competition, user__deleted_at=None)
        guest = present.filter(user__username__iexact=username.strip()).first()
        if guest is None:
            # The same for a stranger and for no account at all: accounts cannot be probed.
            raise ChangeRefused(
                _(
                    "Nobody called “%(username)s” takes part in %(competition)s. Send them your team's link: "
                    "by it they can join the competition and your team."
                )
                % {"username": username.strip(), "competition": competition.title}
            )
        if guest.team_id == team.pk:
            raise ChangeRefused(_("%(user)s is in your team already.") % {"user": guest.user})
        refuse_above_size(competition, team.memberships.count(), 1)
        waiting = TeamInvitation.objects.filter(team=team, user=guest.user, state=State.WAITING).first()
        if waiting:
            return waiting
        refuse_if_asked_enough(team)
        invitation = TeamInvitation.objects.create(team=team, user=guest.user, invited_by=captain)
        if guest.user.email:
            outbox.post_all([team_invitation_letter(invitation, site)])
        return invitation


def refuse_if_asked_enough(team: Team) -> None:
    """Raises ChangeRefused when the team has asked as many people and teams in the last 24 hours as it may."""
    since = database_now(team.competition) - DAY
    asked = (
        TeamInvitation.objects.filter(team=team, created_at__gt=since).count()
        + MergeProposal.objects.filter(from_team=team, created_at__gt=since).count()
    )
    if asked >= settings.TEAM_INVITATIONS_PER_DAY:
        raise ChangeRefused(
            ngettext(
                "Your team has asked %(asked)s times within 24 hours, people and teams together; "
                "%(team_invitations_per_day)s is the most. Send others your team's link, or ask again tomorrow.",
                "Your team has asked %(asked)s times within 24 hours, people and teams together; "
                "%(team_invitations_per_day)s is the most. Send others your team's link, or ask again tomorrow.",
                asked,
            )
            % {"asked": asked, "team_invitations_per_day": settings.TEAM_INVITATIONS_PER_DAY}
        )


def answer(invitations: QuerySet[TeamInvitation], state: State) -> bool:
    """End what still waits. False: it was answered before."""
    return invitations.filter(state=State.WAITING).update(state=state, answered_at=Now()) > 0


def open_invitations(user: User, competition: Competition) -> QuerySet[TeamInvitation]:
    """What teams of `competition` have asked `user`, and wait for."""
    return TeamInvitation.objects.filter(user=user, team__competition=competition, state=State.WAITING).select_related(
        "team", "invited_by"
    )


def call_count() -> CombinedExpression:
    """Of a membership: how many invitations and proposals wait for that person's answer."""
    got = MergeProposal.objects.filter(
        to_team=OuterRef("team"),
        to_team__memberships=OuterRef("pk"),
        to_team__memberships__is_captain=True,
        state=State.WAITING,
    )
    asked = TeamInvitation.objects.filter(
        user=OuterRef("user"), team__competition=OuterRef("competition"), state=State.WAITING
    )
    return CountOf(got.order_by().values("pk")) + CountOf(asked.order_by().values("pk"))


def end_all_of(team: Team) -> None:
    """The team is no more: nothing that it asked, or was asked, waits any longer."""
    answer(TeamInvitation.objects.filter(team=team), State.WITHDRAWN)
    proposals = MergeProposal.objects.filter(Q(from_team=team) | Q(to_team=team))
    # Mergers of two other pairs may end the same proposals: in the order of their keys, neither waits for ever.
    ended = list(proposals.select_for_update().order_by("pk").values_list("pk", flat=True))
    MergeProposal.objects.filter(pk__in=ended, state=State.WAITING).update(state=State.WITHDRAWN, answered_at=Now())
