"""Who looks at a competition, and when: asked at once, since every page of it begins with that."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import OuterRef
from django.db.models.functions import Now

from accounts.models import User
from competitions.models import Announcement, Competition
from config.counted import CountOf
from teams.invitations import call_count
from teams.models import Membership, Team


@dataclass(frozen=True)
class Visit:
    """A look at a competition, by the database's clock. `team`: the visitor's, with its standing; None: no member."""

    at: datetime
    announcement_count: int
    team: Team | None = None
    call_count: int = 0


def visit_of(user: User | AnonymousUser, competition: Competition) -> Visit:
    """What every page of the competition needs to know: by one query for a member, by two at most."""
    announcements = Announcement.objects.order_by().values("pk")
    if user.is_authenticated:
        seat = (
            Membership.objects.filter(user=user, competition=competition)
            .select_related("team__standing")
            .annotate(
                at=Now(),
                announcement_count=CountOf(announcements.filter(competition=OuterRef("competition"))),
                call_count=call_count(),
            )
            .first()
        )
        if seat:
            seat.team.competition = competition
            return Visit(seat.at, seat.announcement_count, seat.team, seat.call_count)
    count = CountOf(announcements.filter(competition=OuterRef("pk")))
    at, announcement_count = Competition.objects.values_list(Now(), count).get(pk=competition.pk)
    return Visit(at, announcement_count)
