"""Whose submissions somebody may see, and which are their own team's."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from competitions.access import organized_by
from submissions.models import Submission
from teams.models import Membership


def within_reach(user: User) -> QuerySet[Submission]:
    """The submissions that `user` may see: their team's, and those of competitions they organize."""
    mine = _of_own_team(user) | Q(competition__in=organized_by(user))
    # A rehearsal's perfect answer is made of labels: it is nobody's to look at.
    within = Submission.objects.filter(mine, team__is_rehearsal=False)
    return within.select_related("competition", "team__competition", "evaluation")


def of_own_team(user: User) -> QuerySet[Submission]:
    """Those of the user's own teams, which they may act on; an organizer's look is not enough."""
    return within_reach(user).filter(_of_own_team(user))


def _of_own_team(user: User) -> Q:
    # Not a join, which would need DISTINCT: PostgreSQL planned that for ten times as long as it ran.
    return Q(Exists(Membership.objects.filter(team=OuterRef("team"), user=user)))
