"""Whose submissions somebody may see, and which are their own team's."""

from django.db.models import Q, QuerySet

from accounts.models import User
from competitions.access import organized_by
from submissions.models import Submission


def within_reach(user: User) -> QuerySet[Submission]:
    """The submissions that `user` may see: their team's, and those of competitions they organize."""
    mine = Q(team__memberships__user=user) | Q(competition__in=organized_by(user))
    # A rehearsal's perfect answer is made of labels: it is nobody's to look at.
    within = Submission.objects.filter(mine, team__is_rehearsal=False)
    return within.select_related("competition", "team__competition", "evaluation").distinct()


def of_own_team(user: User) -> QuerySet[Submission]:
    """Those of the user's own teams, which they may act on; an organizer's look is not enough."""
    return within_reach(user).filter(team__memberships__user=user)
