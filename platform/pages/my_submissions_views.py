"""A team's own submissions: the list, which follows what is graded, and the final selection."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from competitions.models import Competition
from grader.scoring.disclosure import disclosed
from leaderboard.final_selection import SelectionRefused, select, why_not_selectable
from leaderboard.progress import best_over_time
from pages.competition_views import context_of
from pages.dashboard import progress_chart
from pages.polling import NOTHING_NEW, SLOWEST_POLLING, poll_seconds
from pages.team_pictures import submissions_chart
from pages.visits import competition_and_visit
from pages.within_reach import own_or_404
from submissions.models import Submission, Told

# A page follows so many submissions that are not finished; the others are seen when it is opened again.
FOLLOWED = 50


@dataclass(frozen=True)
class SentRow:
    """A line of a team's own list. None: there is no such score, or it is not to be shown yet.

    `word` stands in the place of a public score that the team was not told.
    """

    sent: Submission
    public: float | None
    word: str
    private: float | None
    may_be_changed: bool


@login_required
@require_safe
def my_submissions(request: HttpRequest, slug: str) -> HttpResponse:
    competition, visit = competition_and_visit(request.user, slug)
    context = context_of(request, competition, "my_submissions", visit)
    team = context["team"]
    if team is None:
        messages.info(
            request,
            _("You have not joined %(competition)s yet, so there are no submissions of yours.")
            % {"competition": competition.title},
        )
        return redirect(competition)
    mine = Submission.objects.filter(team=team).select_related("evaluation")
    page = Paginator(mine, settings.LEADERBOARD_PAGE_SIZE).get_page(request.GET.get("page"))
    context |= _list_context(list(page), context)
    context |= {
        "page": page,
        "chosen_count": mine.filter(is_selected=True).count(),
        "per_day": submissions_chart(team, context["now"]),
        "progress": progress_chart(competition, best_over_time(team), context["now"]),
    }
    return render(request, "pages/my_submissions.html", context)


@login_required
@require_safe
def changes(request: HttpRequest, slug: str) -> HttpResponse:
    """The lines of those that the list shows as unfinished and that have changed since, or no content at all.

    `?of=key:status` for each of them, with the status that is shown; `?pace=`: the seconds until the page asks again.
    """
    competition, visit = competition_and_visit(request.user, slug)
    context = context_of(request, competition, "my_submissions", visit)
    if context["team"] is None:
        raise Http404
    shown = _shown(request.GET.getlist("of"))
    mine = Submission.objects.filter(team=context["team"], pk__in=shown).select_related("evaluation")
    sent = list(mine)
    context |= _list_context(sent, context)
    context["rows"] = [row for row in context["rows"] if row.sent.status != shown[row.sent.pk]]
    if not context["rows"] and request.GET.get("pace") == f"{context['poll_seconds']:g}":
        return HttpResponse(status=NOTHING_NEW)
    return render(request, "pages/_changes.html", context)


@login_required
@require_POST
def choose(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a submission into the team's final selection, or take it out."""
    found = own_or_404(request, pk)
    is_selected = request.POST.get("selected") == "yes"
    try:
        select(found, is_selected)
    except SelectionRefused as reason:
        messages.warning(request, str(reason))
    else:
        done = (
            _("%(file)s is in your team's final selection now.")
            if is_selected
            else _("%(file)s is no longer in your team's final selection.")
        )
        messages.success(request, done % {"file": found.original_name})
    return redirect("my_submissions", slug=found.competition.slug)


def _list_context(sent: list[Submission], context: dict[str, Any]) -> dict[str, Any]:
    """The lines of these, and which of them are to be followed."""
    competition, now = context["competition"], context["now"]
    open_ones = [one for one in sent if not one.is_finished][:FOLLOWED]
    return {
        "rows": [_row(one, competition, context["shows_private"]) for one in sent],
        "may_choose": not competition.has_closed(now),
        "followed": open_ones,
        "poll_seconds": min((poll_seconds(one.waiting_since, now) for one in open_ones), default=SLOWEST_POLLING),
    }


def _row(sent: Submission, competition: Competition, shows_private: bool) -> SentRow:
    evaluation = sent.evaluation
    private = evaluation.private_score if evaluation and shows_private else None
    is_told = evaluation is not None and evaluation.told == Told.SCORE
    return SentRow(
        sent=sent,
        public=disclosed(evaluation.public_score, competition.decimals) if evaluation and is_told else None,
        word=evaluation.get_told_display() if evaluation and not is_told else "",
        private=None if private is None else disclosed(private, competition.decimals),
        # One that has lost its score or was disqualified must not hold its place for ever.
        may_be_changed=sent.is_selected or not why_not_selectable(sent),
    )


def _shown(named: list[str]) -> dict[UUID, str]:
    """By key, the status that the page shows. Raises Http404 for what no page of ours asks."""
    try:
        pairs = [name.split(":", 1) for name in named[:FOLLOWED]]
        return {UUID(key): status for key, status in pairs}
    except ValueError:
        raise Http404 from None
