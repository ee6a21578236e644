"""Who looks at a competition, and when: asked at once, since every page of it begins with that."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import BigIntegerField, OuterRef, QuerySet, SlugField
from django.db.models.functions import Now
from django.shortcuts import get_object_or_404

from accounts.models import User
from competitions.access import visible_to
from competitions.models import Announcement, Competition
from config.counted import CountOf
from config.kept_query import Given, KeptQuery
from teams.invitations import call_count
from teams.models import Membership, Team

ANNOUNCEMENTS = Announcement.objects.order_by().values("pk")


@dataclass(frozen=True)
class Visit:
    """A look at a competition, by the database's clock. `team`: the visitor's, with its standing; None: no member."""

    at: datetime
    announcement_count: int
    team: Team | None = None
    call_count: int = 0


def visit_of(user: User | AnonymousUser, competition: Competition) -> Visit:
    """What every page of the competition needs to know: by one query for a member, by two at most."""
    if seat := _seat(OF_COMPETITION, user, competition=competition.pk):
        return _of_member(seat, competition)
    count = CountOf(ANNOUNCEMENTS.filter(competition=OuterRef("pk")))
    at, announcement_count = Competition.objects.values_list(Now(), count).get(pk=competition.pk)
    return Visit(at, announcement_count)


def competition_and_visit(user: User | AnonymousUser, slug: str) -> tuple[Competition, Visit]:
    """The same with the competition itself, by one query for a member of a published one.

    Raises Http404 where it is not to be seen.
    """
    if seat := _seat(OF_PUBLISHED, user, slug=slug):
        return seat.competition, _of_member(seat, seat.competition)
    competition = get_object_or_404(visible_to(user), slug=slug)
    return competition, visit_of(user, competition)


def _seats() -> "QuerySet[Any, Any]":
    """A user's memberships, with what a Visit is made of."""
    return (
        Membership.objects.filter(user=Given("user", BigIntegerField()))
        .select_related("team__standing")
        .annotate(
            at=Now(),
            announcement_count=CountOf(ANNOUNCEMENTS.filter(competition=OuterRef("competition"))),
            call_count=call_count(),
        )
    )


OF_COMPETITION = KeptQuery(_seats().filter(competition=Given("competition", BigIntegerField())))
OF_PUBLISHED = KeptQuery(
    _seats()
    .filter(competition__is_published=True, competition__slug=Given("slug", SlugField()))
    .select_related("competition")
)


def _seat(query: KeptQuery, user: User | AnonymousUser, **given: Any) -> Any:
    """The user's membership of that competition, of which there is one at most."""
    found = query.objects(user=user.pk, **given) if user.is_authenticated else []
    return found[0] if found else None


def _of_member(seat: Any, competition: Competition) -> Visit:
    seat.team.competition = competition
    return Visit(seat.at, seat.announcement_count, seat.team, seat.call_count)
