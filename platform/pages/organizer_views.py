"""The organizers' own pages beside the admin's lists: a competition's dashboard, and its tables as files."""

from typing import cast

import structlog
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.models import User
from competitions.access import organized_by
from competitions.models import Competition
from leaderboard.exports import FOR_ORGANIZERS
from leaderboard.integrity import signs_of
from leaderboard.sheets import CONTENT_TYPES, as_file
from pages import dashboard as board

log = structlog.get_logger(__name__)

EXPORTS = (
    ("participants", gettext_lazy("Participants with their addresses")),
    ("submissions", gettext_lazy("Submissions with their scores")),
    ("leaderboard", gettext_lazy("Public and final leaderboard")),
)


def own_competition_or_404(request: HttpRequest, pk: int) -> Competition:
    return get_object_or_404(organized_by(request.user), pk=pk)


def no_shortcut(request: HttpRequest, rest: str) -> HttpResponse:
    """In the place of the admin's `/r/`, which leads any organizer to the address of any row, a draft's too."""
    raise Http404


@require_safe
def dashboard(request: HttpRequest, pk: int) -> HttpResponse:
    """A competition at a glance, for its own organizers."""
    competition = own_competition_or_404(request, pk)
    now = timezone.now()
    context = admin.site.each_context(request) | {
        "title": competition.title,
        "competition": competition,
        "now": now,
        "stage_label": competition.stage(now).label,
        "numbers": board.numbers(competition),
        "charts": [
            board.submissions_chart(competition, now),
            board.best_chart(competition, now),
            board.teams_chart(competition, now),
        ],
        "queue": board.queue(competition),
        "reasons": board.reasons(competition),
        "storage": board.storage(competition),
        "rejected_list": board.rejected_list(competition),
        "solutions": board.list_of("competitions_solution", competition),
        "acts": board.list_of("leaderboard_moderationact", competition),
        "sign_count": signs_of(competition).count(),
        "exports": EXPORTS,
    }
    return render(request, "admin/dashboard.html", context)


@require_safe
def export(request: HttpRequest, pk: int, name: str, form: str) -> StreamingHttpResponse:
    """One of the tables that organizers may take; who took which is logged, for they hold addresses."""
    competition = own_competition_or_404(request, pk)
    if name not in FOR_ORGANIZERS or form not in CONTENT_TYPES:
        raise Http404
    log.info("exported", sheet=name, competition=competition.slug, by=cast(User, request.user).username)
    return as_file(FOR_ORGANIZERS[name](competition), form, competition.slug)
