"""Whose submissions a visitor may see, and which are their own team's."""

from typing import cast
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts.models import User
from competitions.access import organized_by
from submissions.models import Submission


def within_reach(request: HttpRequest) -> QuerySet[Submission]:
    """The submissions that this visitor may see: their team's, and those of competitions they organize."""
    user = cast(User, request.user)
    mine = Q(team__memberships__user=user) | Q(competition__in=organized_by(user))
    # A rehearsal's perfect answer is made of labels: it is nobody's to look at.
    within = Submission.objects.filter(mine, team__is_rehearsal=False)
    return within.select_related("competition", "team__competition", "evaluation").distinct()


def own_or_404(request: HttpRequest, pk: UUID) -> Submission:
    """A submission of the visitor's own team. Raises Http404 for any other, an organizer's look included."""
    own = within_reach(request).filter(team__memberships__user=cast(User, request.user))
    return get_object_or_404(own, pk=pk)
