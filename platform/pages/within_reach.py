"""Whose submissions a visitor may see, and which are their own team's."""

from typing import cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts.models import User
from submissions import access
from submissions.models import Submission


def within_reach(request: HttpRequest) -> QuerySet[Submission]:
    """The submissions that this visitor may see."""
    return access.within_reach(cast(User, request.user))


def own_or_404(request: HttpRequest, pk: UUID) -> Submission:
    """A submission of the visitor's own team. Raises Http404 for any other, an organizer's look included."""
    return get_object_or_404(access.of_own_team(cast(User, request.user)), pk=pk)
