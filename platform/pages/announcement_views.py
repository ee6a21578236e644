"""A competition's announcements."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.subscription import token_of
from pages.competition_views import competition_or_404, context_of


@require_safe
def announcements(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest first."""
    competition = competition_or_404(request, slug)
    context = context_of(request, competition, "announcements")
    context["announcements"] = competition.announcements.all()
    if context["team"]:
        context["letters_token"] = token_of(cast(User, request.user))
    return render(request, "pages/announcements.html", context)
