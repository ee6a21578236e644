"""The landing page: what is open, who leads, what is next for whoever looks; and what has been."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import OuterRef
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from competitions.access import organized_by, visible_to
from competitions.models import Competition
from competitions.timeline import Stage
from config.counted import CountOf
from leaderboard.leaders import Leader, leaders
from leaderboard.next_step import next_step
from pages.next_steps import Said, said
from submissions.tallies import Tally, tallies
from teams.invitations import call_count
from teams.models import COMPETES, Membership, Team

OVER = (Stage.CLOSED, Stage.REVEALED, Stage.ARCHIVED)
FAR_AWAY = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Card:
    """A competition as the landing page shows it. `next` None: nothing is to be done there, or nobody is signed in."""

    competition: Competition
    stage: Stage
    team_count: int
    leader: Leader | None
    team: Team | None
    next: Said | None

    @property
    def is_over(self) -> bool:
        return self.stage in OVER


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """In a number of queries that depends neither on teams and submissions nor, mostly, on competitions."""
    cards = list(_cards(request.user))
    present = sorted((card for card in cards if not card.is_over), key=_soonest_first)
    past = sorted((card for card in cards if card.is_over), key=_soonest_first, reverse=True)
    return render(request, "pages/home.html", {"present": present, "past": past})


def _soonest_first(card: Card) -> tuple[bool, datetime]:
    """Those that run by when they close, then those to come."""
    competition = card.competition
    return card.stage != Stage.OPEN and not card.is_over, competition.closes_at or FAR_AWAY


def _cards(user: User | AnonymousUser) -> Iterable[Card]:
    teams = Team.objects.filter(COMPETES, competition=OuterRef("pk")).order_by().values("pk")
    shown = list(visible_to(user).annotate(team_count=CountOf(teams), at=Now()))
    if not shown:
        return
    at = shown[0].at
    first = leaders(shown, at)
    seats = _seats(user, shown)
    organized = set(organized_by(user).values_list("pk", flat=True))
    sent = tallies([seat.team for seat in seats.values()], at)
    for competition in shown:
        seat = seats.get(competition.pk)
        team = seat.team if seat else None
        what_next = None
        if user.is_authenticated:
            tally = sent[team.pk] if team else Tally()
            calls = seat.call_count if seat else 0
            step = next_step(
                user, competition, at, team, tally, call_count=calls, organizes=competition.pk in organized
            )
            what_next = said(step, competition)
        yield Card(
            competition, competition.stage(at), competition.team_count, first.get(competition.pk), team, what_next
        )


def _seats(user: User | AnonymousUser, competitions: Sequence[Competition]) -> dict[int, Any]:
    """The user's memberships by competition, each with `call_count`."""
    if not user.is_authenticated:
        return {}
    found = Membership.objects.filter(user=user, competition__in=competitions).select_related("team")
    return {seat.competition_id: seat for seat in found.annotate(call_count=call_count())}
