"""Joining a competition: everyone begins as a team of one, with the rules accepted."""

from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.names import WrongName
from competitions.clock import database_now
from competitions.models import Competition, PageKind
from teams.entry import JoiningRefused, admission, refuse_unless_enterable
from teams.entry_invitations import use
from teams.models import Membership, Team
from teams.names import cleaned_name


class RulesChanged(JoiningRefused):
    """The rules that were read are not those that would be recorded; joining waits for the new ones to be read."""


def rules_of(competition: Competition) -> str:
    """The Markdown of the competition's rules; empty when it has none."""
    page = competition.pages.filter(kind=PageKind.RULES).first()
    return page.text if page else ""


def rules_version(text: str) -> str:
    """What says later which text of the rules was accepted: its SHA-256."""
    return sha256(text.encode()).hexdigest()


def team_of(user: User, competition: Competition) -> Team | None:
    """The team of `user` in `competition`; None: they have not joined."""
    membership = Membership.objects.select_related("team").filter(user=user, competition=competition).first()
    if membership is None:
        return None
    membership.team.competition = competition
    return membership.team


def join(user: User, competition: Competition, token: str = "", read_version: str = "") -> Team:
    """Enter `competition` as a team of one, having accepted its rules. Joining twice changes nothing.

    `token`: of an organizer's invitation, where one is needed. `read_version`: `rules_version` of the text that was
    read and accepted; empty: the rules as they stand now. Raises RulesChanged when that is not the text of now, and
    JoiningRefused outside the time for it, or when its entry policy does not admit this person.
    """
    if team := team_of(user, competition):
        return team
    with transaction.atomic():
        hold_names(competition)
        # Two browsers at once: the other request may just have made the team.
        if team := team_of(user, competition):
            return team
        now = database_now(competition)
        refuse_unless_enterable(competition, now)
        admitted = admission(user, competition, token)
        if admitted.missing:
            raise JoiningRefused(admitted.missing.sentence)
        version = rules_version(rules_of(competition))
        if read_version and read_version != version:
            raise RulesChanged(
                _(
                    "The organizers changed the rules after you had opened them, so you have not joined. Read them as "
                    "they stand now, and join again when you accept them."
                )
            )
        if admitted.invitation and not use(admitted.invitation, user):
            raise JoiningRefused(_("Somebody else has just used this invitation. Ask the organizers for another one."))
        return _begin_alone(user, competition, now, version)


def _begin_alone(user: User, competition: Competition, at: datetime, accepted: str) -> Team:
    team = Team.objects.create(competition=competition, name=free_name(user, competition), begun_by=user)
    Membership.objects.create(
        competition=competition,
        team=team,
        user=user,
        is_captain=True,
        rules_accepted_at=at,
        rules_sha256=accepted,
    )
    return team


def hold_names(competition: Competition) -> None:
    """Until the transaction ends nobody else joins or takes a name: a team's lock, where needed, comes before this."""
    Competition.objects.select_for_update(no_key=True).get(pk=competition.pk)


def free_name(user: User, competition: Competition) -> str:
    """The person's shown name, numbered when a team (a baseline, say) bears it already. Call it with names held."""
    try:
        theirs = cleaned_name(user.shown_name)
    except WrongName:
        theirs = user.username
    return free_of(theirs, competition)


def free_of(wanted: str, competition: Competition) -> str:
    """That name, numbered when a team bears it already. Call it with names held."""
    name, number = wanted, 1
    while Team.objects.filter(competition=competition, name__iexact=name).exists():
        number += 1
        name = f"{wanted} {number}"
    return name
