"""Who is in a team and who leads it. Whatever changes a team holds its lock; people change in a transaction."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.names import WrongName
from competitions.models import Competition
from config.by_locale import day_and_time
from teams.joining import free_name, hold_names
from teams.models import Membership, Team
from teams.names import cleaned_name


class ChangeRefused(Exception):
    """Why a team stays as it is, for its people to read."""


MOVED_ON = gettext_lazy("You are not in that team any more. Open your team's page again: it shows where you are now.")


def locked_teams() -> QuerySet[Team]:
    """Teams that are locked as they are read, with their competitions; other rows may still refer to them."""
    return Team.objects.select_for_update(of=("self",), no_key=True).select_related("competition")


def hold(*teams: Team) -> list[Team]:
    """The teams as they are now, in the order given, locked until the transaction ends.

    Locked in the order of their keys, so that two transactions never wait for each other. On SQLite the lock is the
    transaction itself. Raises ChangeRefused when one of them is gone.
    """
    found = {team.pk: team for team in locked_teams().filter(pk__in=[team.pk for team in teams]).order_by("pk")}
    if len(found) < len({team.pk for team in teams}):
        raise ChangeRefused(_("That team is gone: its person has joined another one. Open your team's page again."))
    return [found[team.pk] for team in teams]


def members(team: Team) -> list[Membership]:
    """The people of the team: the captain first, then those who have been in the competition longest."""
    people = Membership.objects.filter(team=team).select_related("user")
    return sorted(people, key=lambda one: (not one.is_captain, one.rules_accepted_at, one.pk))


def captain_of(team: Team) -> User | None:
    """Who leads the team; None: nobody is in it."""
    captain = Membership.objects.filter(team=team, is_captain=True).select_related("user").first()
    return captain.user if captain else None


def refuse_strangers(team: Team, user: User) -> Membership:
    """The membership of `user` in `team`. Raises ChangeRefused for somebody who is not in it (any more)."""
    membership = Membership.objects.filter(team=team, user=user).first()
    if membership is None:
        raise ChangeRefused(MOVED_ON)
    return membership


def refuse_unless_captain(team: Team, user: User) -> None:
    """Raises ChangeRefused for everyone but the team's captain."""
    if not refuse_strangers(team, user).is_captain:
        captain = captain_of(team)
        raise ChangeRefused(
            _("Only the captain of %(team)s may do this. Ask %(captain)s.") % {"team": team.name, "captain": captain}
        )


def refuse_outsiders(team: Team) -> None:
    """Raises ChangeRefused for a team that takes no part: disqualified, a baseline, a rehearsal, or merged."""
    if team.disqualified_at:
        raise ChangeRefused(
            _("%(team)s was disqualified, so it stays as it is. Ask the organizers; they can undo it.")
            % {"team": team.name}
        )
    if team.is_baseline or team.is_rehearsal:
        raise ChangeRefused(_("%(team)s is the organizers' entry: nobody joins it.") % {"team": team.name})
    if team.merged_into_id:
        raise ChangeRefused(
            _("%(team)s has become part of another team. Open your team's page again.") % {"team": team.name}
        )


def refuse_after_deadline(competition: Competition, at: datetime) -> None:
    """Raises ChangeRefused when teams must stay as they are."""
    timeline = competition.timeline
    if timeline.may_merge(at):
        return
    deadline = competition.merger_deadline_at
    if deadline is not None and at >= deadline:
        raise ChangeRefused(
            _(
                "The team merger deadline of %(competition)s was on %(deadline)s UTC: teams stay as they are "
                "from then on."
            )
            % {"competition": competition.title, "deadline": day_and_time(deadline)}
        )
    raise ChangeRefused(
        _("%(competition)s is %(stage)s: teams stay as they are.")
        % {"competition": competition.title, "stage": competition.stage(at).label}
    )


def refuse_above_size(competition: Competition, *sizes: int) -> None:
    """Raises ChangeRefused when teams of these sizes together have too many people, naming the numbers."""
    most = competition.max_team_size
    if sum(sizes) > most:
        together = " + ".join(str(size) for size in sizes)
        raise ChangeRefused(
            _(
                "Together you would be %(sizes)s people (%(together)s); a team of %(competition)s has at most "
                "%(most)s. Nothing was changed."
            )
            % {"sizes": sum(sizes), "together": together, "competition": competition.title, "most": most}
        )


def hand_over(team: Team, captain: User, to: User) -> None:
    """Make another member the captain. Raises ChangeRefused for anyone but the captain, or towards a stranger."""
    with transaction.atomic():
        (team,) = hold(team)
        refuse_unless_captain(team, captain)
        if not Membership.objects.filter(team=team, user=to).exists():
            raise ChangeRefused(
                _("%(to)s is not in %(team)s. Choose one of its members.") % {"to": to, "team": team.name}
            )
        if not to.is_active:
            raise ChangeRefused(_("%(to)s's account is closed. Choose another member.") % {"to": to})
        _make_captain(team, to)


def rename(team: Team, captain: User, name: str) -> Team:
    """Give the team another name. Raises ChangeRefused for a wrong or taken one, or anyone but the captain."""
    try:
        name = cleaned_name(name)
    except WrongName as problem:
        raise ChangeRefused(str(problem)) from None
    with transaction.atomic():
        (team,) = hold(team)
        refuse_unless_captain(team, captain)
        refuse_outsiders(team)
        hold_names(team.competition)
        if Team.objects.filter(competition=team.competition, name__iexact=name).exclude(pk=team.pk).exists():
            raise ChangeRefused(
                _("Another team of %(competition)s is called “%(name)s”. Choose another name.")
                % {"competition": team.competition.title, "name": name}
            )
        team.name = name
        team.save(update_fields=["name"])
    return team


def ensure_captain(team: Team) -> None:
    """A team with people has a captain: where there is none, the one who has been here longest becomes it.

    Those whose account is closed come last.
    """
    people = sorted(members(team), key=lambda one: not (one.is_captain or one.user.is_active))
    if people and not people[0].is_captain:
        _make_captain(team, people[0].user)


def pass_on(captain: User) -> None:
    """Whoever is next leads the teams that `captain` cannot lead any more. Where they are alone, nothing changes."""
    led = Team.objects.filter(memberships__user=captain, memberships__is_captain=True)
    for team in locked_teams().filter(pk__in=list(led.values_list("pk", flat=True))).order_by("pk"):
        people = members(team)
        heirs = [one.user for one in people if one.user_id != captain.pk and one.user.is_active]
        if heirs and people[0].user_id == captain.pk:
            _make_captain(team, heirs[0])


def put_back_alone(membership: Membership) -> Team:
    """Give a member a team of their own, whose captain they are; which rules they have accepted stays recorded."""
    hold_names(membership.competition)
    team = Team.objects.create(
        competition=membership.competition,
        name=free_name(membership.user, membership.competition),
        begun_by=membership.user,
    )
    Membership.objects.filter(pk=membership.pk).update(team=team, is_captain=True)
    return team


def _make_captain(team: Team, user: User) -> None:
    Membership.objects.filter(team=team, is_captain=True).update(is_captain=False)
    Membership.objects.filter(team=team, user=user).update(is_captain=True)
