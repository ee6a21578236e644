"""The boards of a competition: pages of them, one's own place, how sure they are, and how a team came to its place."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from api.board_answers import (
    BOARD_EXAMPLE,
    BOARDS,
    MINE,
    SURE,
    BoardAnswer,
    BoardQuery,
    MineAnswer,
    ProgressAnswer,
    SureAnswer,
)
from api.endpoint import Endpoint
from api.permissions import ReadByAnybody
from api.problems import Problem
from api.schema import operation, query
from api.visits import competition_or_404, own_team, team_or_none
from competitions.clock import database_now
from competitions.models import Competition
from grader.scoring.disclosure import Word
from leaderboard.board import BoardPage, Row, board_page
from leaderboard.board_words import sentences_of
from leaderboard.models import PlaceCertainty
from leaderboard.progress import best_over_time
from leaderboard.sure_places import Places, certainty_of, holds, is_current, rows_of, sure_places
from teams.models import Team

TAGS = ["leaderboard"]
BOARD = query("board", "The public one, or, once private results are revealed, the final one.", enum=BOARDS)
NOT_REVEALED = "The private results of Five stars are not revealed yet, so there is no final board."


def asked_of(request: Request, competition: Competition) -> dict[str, Any]:
    """What is asked of a board. `private` beside it; raises Problem for a final board that is not revealed."""
    shape = BoardQuery(data=request.query_params)
    shape.is_valid(raise_exception=True)
    asked: dict[str, Any] = shape.validated_data
    asked["private"] = asked["board"] == "final"
    if asked["private"] and not competition.timeline.shows_private(database_now(competition)):
        sentence = _("The private results of %(competition)s are not revealed yet, so there is no final board.")
        raise Problem(404, "not_revealed", sentence % {"competition": competition.title})
    return asked


class BoardView(Endpoint):
    permission_classes = (ReadByAnybody,)

    @operation(
        "leaderboard",
        BoardAnswer,
        BOARD_EXAMPLE,
        refuses={404: NOT_REVEALED},
        parameters=[
            query("page", "From 1 on; beyond the last one: the last.", int),
            query("page_size", "Lines on a page.", int),
            query("q", "Only teams whose name holds this: the first page of them."),
            BOARD,
        ],
        tags=TAGS,
        summary="A page of a board",
    )
    def get(self, request: Request, slug: str) -> Response:
        competition = competition_or_404(request, slug)
        asked = asked_of(request, competition)
        team = team_or_none(request, competition)
        size = min(asked.get("page_size") or settings.LEADERBOARD_PAGE_SIZE, settings.API_MAX_PAGE_SIZE)
        shown = board_page(competition, asked["page"], size, private=asked["private"], team=team, search=asked["q"])
        body = {
            "count": shown.pager.paginator.count if shown.found is None else shown.found,
            **_neighbours(request, shown),
            **_lines(shown, competition, team, private=asked["private"]),
            "board": asked["board"],
            "metric": competition.metric_label,
            "lower_is_better": competition.scored_by.lower_is_better,
            "ranked_count": shown.ranked_count,
        }
        return Response(BoardAnswer(body).data)


class MineView(Endpoint):
    @operation(
        "my_place",
        MineAnswer,
        MINE,
        refuses={403: "Join Five stars first: you begin as a team of one.", 404: NOT_REVEALED},
        parameters=[BOARD],
        tags=TAGS,
        summary="Where my team stands",
    )
    def get(self, request: Request, slug: str) -> Response:
        competition = competition_or_404(request, slug)
        asked = asked_of(request, competition)
        team = own_team(request, competition)
        shown = board_page(competition, 1, settings.LEADERBOARD_PAGE_SIZE, private=asked["private"], team=team)
        mine = shown.mine
        score = mine.score if mine else None
        body = {
            "team": team.name,
            "rank": mine.rank if mine else None,
            "ranked_count": shown.ranked_count,
            "score": score,
            "score_text": _score_text(score, competition) if mine else "",
            "page": mine.page if mine else None,
        }
        return Response(MineAnswer(body).data)


class SureView(Endpoint):
    permission_classes = (ReadByAnybody,)

    @operation(
        "leaderboard_certainty",
        SureAnswer,
        {"made_at": "2026-11-20T10:15:04Z", "results": [SURE]},
        refuses={404: NOT_REVEALED},
        parameters=[BOARD],
        tags=TAGS,
        summary="How sure the order of the first entries is",
    )
    def get(self, request: Request, slug: str) -> Response:
        competition = competition_or_404(request, slug)
        private = asked_of(request, competition)["private"]
        rows = board_page(competition, 1, settings.CERTAINTY_PLOT_SIZE, private=private).rows
        found = certainty_of(competition, private=private)
        places = rows_of(found, [row.team.pk for row in rows]) if found else {}
        if not is_current(rows, places):
            places = {row.team.pk: places[row.team.pk] for row in rows if holds(row, places.get(row.team.pk))}
        body = {
            "made_at": found.made_at if found else None,
            "results": [_sure(row, places.get(row.team.pk)) for row in rows if row.score is not None],
        }
        return Response(SureAnswer(body).data)


class ProgressView(Endpoint):
    permission_classes = (ReadByAnybody,)

    @operation(
        "team_progress",
        ProgressAnswer,
        {"team": "alice", "results": [{"sent_at": "2026-11-20T10:15:00Z", "score": 0.871}]},
        tags=TAGS,
        summary="A team's best public score over time, if it stands on the board",
    )
    def get(self, request: Request, slug: str, pk: int) -> Response:
        competition = competition_or_404(request, slug)
        team = get_object_or_404(competition.teams.filter(standing__isnull=False), pk=pk)
        return Response(ProgressAnswer({"team": team.name, "results": best_over_time(team)}).data)


def _neighbours(request: Request, shown: BoardPage) -> dict[str, str | None]:
    """The addresses of the pages beside this one. A search has one page."""
    here, pager = request.build_absolute_uri(), shown.pager
    beside = {"next": None, "previous": None}
    if shown.found is not None:
        return dict(beside)
    number = pager.number
    return {
        "next": replace_query_param(here, "page", number + 1) if pager.has_next() else None,
        "previous": replace_query_param(here, "page", number - 1) if pager.has_previous() else None,
    }


def _lines(shown: BoardPage, competition: Competition, team: Team | None, *, private: bool) -> dict[str, Any]:
    keys = [row.team.pk for row in shown.rows]
    sure = sure_places(competition, private=private, teams=keys).of(shown.rows)
    found = certainty_of(competition, private=private) if sure.by_team else None
    tied = {key: place.is_tied_with_first for key, place in rows_of(found, keys).items()} if found else {}
    return {
        "results": [_row(row, competition, team, sure.by_team, tied) for row in shown.rows],
        "certainty_sentence": " ".join(sentences_of(sure, has_teams=shown.ranked_count > 0)),
    }


def _row(
    row: Row,
    competition: Competition,
    mine: Team | None,
    by_team: Mapping[int, Places],
    tied: Mapping[int, bool],
) -> dict[str, Any]:
    places = by_team.get(row.team.pk)
    return {
        "rank": row.rank,
        "team": row.team.name,
        "team_id": row.team.pk,
        "score": row.score,
        "score_text": _score_text(row.score, competition),
        "places": [places.low, places.high] if places else None,
        "tied_with_first": tied.get(row.team.pk) if places else None,
        "change": row.risen,
        "entries": row.scored_count,
        "last_at": row.achieved_at,
        "is_baseline": row.is_baseline,
        "is_mine": mine is not None and row.team.pk == mine.pk,
    }


def _sure(row: Row, place: PlaceCertainty | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "rank": row.rank,
        "team": row.team.name,
        "team_id": row.team.pk,
        "score": row.score,
        "is_baseline": row.is_baseline,
    }
    if place is None:
        names = ("is_first", "tied_with_first", "difference", "half_width", "places", "cluster_places")
        return told | dict.fromkeys((*names, "group", "chance_first", "chance_top"))
    return told | {
        "is_first": place.is_first,
        "tied_with_first": place.is_tied_with_first,
        "difference": None if place.is_first else place.difference,
        "half_width": None if place.is_first else place.half_width,
        "places": [place.low, place.high],
        "cluster_places": _both(place.cluster_low, place.cluster_high),
        "group": place.group,
        "chance_first": place.chance_first,
        "chance_top": place.chance_top,
    }


def _both(low: int | None, high: int | None) -> Sequence[int] | None:
    return None if low is None or high is None else [low, high]


def _score_text(score: float | None, competition: Competition) -> str:
    return Word.BELOW_BASELINE.value if score is None else f"{score:.{competition.decimals}f}"
