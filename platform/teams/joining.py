"""Joining a competition: everyone begins as a team of one, with the rules accepted."""

from datetime import datetime
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from competitions.models import Competition, PageKind
from competitions.timeline import Stage
from teams.models import Membership, Team


class JoiningRefused(Exception):
    """Why this person cannot join, for them to read."""


def rules_of(competition: Competition) -> str:
    """The Markdown of the competition's rules; empty when it has none."""
    page = competition.pages.filter(kind=PageKind.RULES).first()
    return page.text if page else ""


def team_of(user: User, competition: Competition) -> Team | None:
    """The team of `user` in `competition`; None: they have not joined."""
    membership = Membership.objects.select_related("team").filter(user=user, competition=competition).first()
    return membership.team if membership else None


def join(user: User, competition: Competition) -> Team:
    """Enter `competition` as a team of one, having accepted its rules as they stand. Joining twice changes nothing.

    Raises JoiningRefused outside the time for it.
    """
    if team := team_of(user, competition):
        return team
    now = timezone.now()
    refuse_unless_enterable(competition, now)
    try:
        with transaction.atomic():
            team = Team.objects.create(competition=competition, name=_free_name(user, competition))
            Membership.objects.create(
                competition=competition,
                team=team,
                user=user,
                is_captain=True,
                rules_accepted_at=now,
                rules_sha256=sha256(rules_of(competition).encode()).hexdigest(),
            )
    except IntegrityError:
        # Two browsers at once: the other request has just made the team.
        team = team_of(user, competition)
        if team is None:
            raise
    return team


def refuse_unless_enterable(competition: Competition, at: datetime) -> None:
    """Raises JoiningRefused before publishing, after the entry deadline, and after closing."""
    if competition.timeline.may_enter(at):
        return
    stage = competition.stage(at)
    if stage == Stage.DRAFT:
        raise JoiningRefused(f"{competition.title} is not published yet. Its organizers publish it in the admin.")
    if stage in (Stage.PUBLISHED, Stage.OPEN):
        raise JoiningRefused(
            f"The entry deadline of {competition.title} was on {competition.entry_deadline_at:%d %B %Y at %H:%M} UTC: "
            "nobody new may join. Its pages and leaderboard stay readable."
        )
    ended_at = competition.closes_at if competition.has_closed(at) else competition.archived_at
    raise JoiningRefused(
        f"{competition.title} closed on {ended_at:%d %B %Y at %H:%M} UTC. Its pages and leaderboard stay readable."
    )


def _free_name(user: User, competition: Competition) -> str:
    """The person's user name, numbered when a team (a baseline, say) bears it already."""
    name, number = user.username, 1
    while Team.objects.filter(competition=competition, name=name).exists():
        number += 1
        name = f"{user.username} {number}"
    return name
