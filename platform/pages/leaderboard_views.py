"""The leaderboard of a competition: its pages, its files, and how a team came to its place."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from competitions.clock import database_now
from leaderboard.board import board_page
from leaderboard.board_words import sentences_of
from leaderboard.exports import board
from leaderboard.progress import best_over_time
from leaderboard.sure_places import certainty_of, rows_of, sure_places
from pages import certainty_words
from pages.board_lines import lines
from pages.competition_views import competition_or_404, context_of
from pages.dashboard import progress_chart
from pages.interval_plot import interval_plot
from pages.sheets import CONTENT_TYPES, as_file
from pages.visits import competition_and_visit


@require_safe
def leaderboard(request: HttpRequest, slug: str) -> HttpResponse:
    """The public board; `?board=private` shows the final one once private results are revealed. `?q=`: a search."""
    competition, visit = competition_and_visit(request.user, slug)
    context = context_of(request, competition, "leaderboard", visit)
    private = request.GET.get("board") == "private" and context["shows_private"]
    search = request.GET.get("q", "")
    shown = board_page(
        competition,
        request.GET.get("page"),
        settings.LEADERBOARD_PAGE_SIZE,
        private=private,
        team=context["team"],
        search=search,
    )
    sure = sure_places(competition, private=private, teams=[row.team.pk for row in shown.rows]).of(shown.rows)
    context |= {
        "board": shown,
        "lines": lines(shown.rows, competition, context["team"], private=private, sure=sure),
        "sure": sure.summary,
        "sentences": sentences_of(sure, has_teams=shown.ranked_count > 0),
        "page": shown.pager,
        "private": private,
        "search": search,
    }
    return render(request, "pages/leaderboard.html", context)


@require_safe
def leaderboard_file(request: HttpRequest, slug: str, form: str) -> StreamingHttpResponse:
    """The whole board as CSV or JSON: what its page shows, no more and no sooner."""
    competition = competition_or_404(request, slug)
    private = request.GET.get("board") == "private"
    if form not in CONTENT_TYPES or (private and not competition.timeline.shows_private(database_now(competition))):
        raise Http404
    return as_file(board(competition, private=private), form, slug)


@require_safe
def certainty(request: HttpRequest, slug: str) -> HttpResponse:
    """How sure the order of a board is, of its first entries: a plot of intervals, and the same as a table."""
    competition = competition_or_404(request, slug)
    context = context_of(request, competition, "leaderboard")
    private = request.GET.get("board") == "private" and context["shows_private"]
    shown = board_page(competition, 1, settings.CERTAINTY_PLOT_SIZE, private=private)
    found = certainty_of(competition, private=private)
    rows = rows_of(found, [row.team.pk for row in shown.rows]) if found else {}
    entries = certainty_words.entries(shown.rows, rows, competition)
    context |= {
        "certainty": found,
        "entries": entries,
        "plot": interval_plot(entries, competition),
        "stands_count": shown.pager.paginator.count,
        "private": private,
        "sampling": certainty_words.of_sampling(found, competition) if found else [],
    }
    return render(request, "pages/certainty.html", context)


@require_safe
def progress(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A team's best public score over time. Only a team that stands on the board has this page."""
    competition = competition_or_404(request, slug)
    shown = get_object_or_404(competition.teams.filter(standing__isnull=False), pk=pk)
    context = context_of(request, competition, "leaderboard")
    chart = progress_chart(competition, best_over_time(shown), timezone.now())
    return render(request, "pages/progress.html", context | {"shown": shown, "chart": chart})
