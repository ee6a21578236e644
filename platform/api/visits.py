"""What most addresses of a competition begin with: which competition, and the asker's team in it."""

from typing import cast

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.request import Request

from accounts.models import User
from api.problems import Problem
from competitions.access import visible_to
from competitions.models import Competition
from teams.joining import team_of
from teams.models import Team


def competition_or_404(request: Request, slug: str) -> Competition:
    """The competition, if the asker may look at it."""
    found = visible_to(request.user).filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def who(request: Request) -> User:
    """The person who asks, where the address is for those who have signed in."""
    return cast(User, request.user)


def team_or_none(request: Request, competition: Competition) -> Team | None:
    """The asker's team; None: they have not joined, or signed in."""
    team = team_of(who(request), competition) if request.user.is_authenticated else None
    if team is not None:
        team.competition = competition
    return team


def own_team(request: Request, competition: Competition) -> Team:
    """The asker's team. Raises Problem (403) for who has not joined."""
    team = team_or_none(request, competition)
    if team is None:
        sentence = _("Join %(competition)s first: you begin as a team of one.") % {"competition": competition.title}
        raise Problem(403, "not_joined", sentence)
    return team
