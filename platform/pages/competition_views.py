"""The pages of a competition: fetch, call one function of the domain, answer."""

from functools import cache, partial
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from competitions.access import organizes, visible_to
from competitions.commitments import published_commitments
from competitions.data_contents import shown_files
from competitions.models import Competition, PageKind
from competitions.timeline import Stage
from leaderboard.archives import published_archive
from leaderboard.board import rank_of
from leaderboard.next_step import next_step
from leaderboard.receipts import head_of
from pages.next_steps import said
from pages.visits import Visit, visit_of
from submissions.quota import allowance, may_submit
from submissions.tallies import Tally, tallies
from teams.joining import team_of
from teams.models import COMPETES


def competition_or_404(request: HttpRequest, slug: str) -> Competition:
    return get_object_or_404(visible_to(request.user), slug=slug)


def context_of(request: HttpRequest, competition: Competition, tab: str, visit: Visit | None = None) -> dict[str, Any]:
    """What every page of a competition shows: its head, its tabs, and where the visitor stands.

    `now` is by the database's clock, as every deadline is: what is taken and what is shown change at one moment.
    """
    visit = visit or visit_of(request.user, competition)
    now, team = visit.at, visit.team
    stage = competition.stage(now)
    # What it has sent says what is next only while it can send more.
    tally = tallies([team], now)[team.pk] if team and stage == Stage.OPEN else Tally()
    is_theirs = organizes(request.user, competition)
    step = next_step(request.user, competition, now, team, tally, call_count=visit.call_count, organizes=is_theirs)
    return {
        "competition": competition,
        "tab": tab,
        "now": now,
        "team": team,
        "stage": stage,
        "next": said(step, competition),
        "organizes": is_theirs,
        "may_submit": may_submit(competition, now) and not (team and team.disqualified_at),
        "shows_private": competition.timeline.shows_private(now),
        "call_count": visit.call_count,
        "announcement_count": visit.announcement_count,
        # Asked only by the pages that show them: most do not.
        "allowance": cache(partial(allowance, team, now)) if team else None,
        "team_count": lambda: competition.teams.filter(COMPETES).count(),
    }


def text_of(competition: Competition, kind: PageKind) -> str:
    page = competition.pages.filter(kind=kind).first()
    return page.text if page else ""


def _markdown_page(request: HttpRequest, slug: str, kind: PageKind) -> HttpResponse:
    competition = competition_or_404(request, slug)
    context = context_of(request, competition, kind.value)
    if kind == PageKind.OVERVIEW and context["team"]:
        context["rank"] = rank_of(context["team"])
    if kind == PageKind.TIMELINE:
        milestones = competition.timeline.milestones(context["now"])
        context |= {
            "milestones": milestones,
            "next_milestone": next((milestone for milestone in milestones if not milestone.is_past), None),
        }
    if kind == PageKind.EVALUATION:
        context |= {
            "commitments": published_commitments(competition),
            "chain_head": head_of(competition),
            "archive": published_archive(competition, context["now"]),
        }
    return render(request, "pages/text.html", context | {"text": text_of(competition, kind), "heading": kind.label})


@require_safe
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    return _markdown_page(request, slug, PageKind.OVERVIEW)


@require_safe
def evaluation(request: HttpRequest, slug: str) -> HttpResponse:
    return _markdown_page(request, slug, PageKind.EVALUATION)


@require_safe
def rules(request: HttpRequest, slug: str) -> HttpResponse:
    return _markdown_page(request, slug, PageKind.RULES)


@require_safe
def timeline(request: HttpRequest, slug: str) -> HttpResponse:
    return _markdown_page(request, slug, PageKind.TIMELINE)


@require_safe
def data(request: HttpRequest, slug: str) -> HttpResponse:
    competition = competition_or_404(request, slug)
    context = context_of(request, competition, "data")
    files = shown_files(competition)
    context |= {
        "text": text_of(competition, PageKind.DATA),
        "data_files": files,
        "bytes_in_all": sum(shown.contents.size_bytes for shown in files if shown.contents),
        "may_download": bool(context["team"]) or not competition.data_needs_joining,
        "page_address": request.build_absolute_uri(competition.get_absolute_url()),
    }
    return render(request, "pages/data.html", context)


@require_safe
def download(request: HttpRequest, slug: str, name: str) -> FileResponse | HttpResponse:
    competition = competition_or_404(request, slug)
    if not name.isprintable():
        raise Http404
    data_file = get_object_or_404(competition.data_files, name=name, is_hidden=False)
    if competition.data_needs_joining:
        team = team_of(request.user, competition) if request.user.is_authenticated else None
        if team is None:
            messages.info(
                request,
                _("The data of %(competition)s are for those who have joined. Join to download.")
                % {"competition": competition.title},
            )
            return redirect("join", slug=slug)
    return FileResponse(data_file.file.open("rb"), as_attachment=True, filename=data_file.name)
