"""Reading a board: a page of it, a search, a team's place. Ranks are counted from the standings' order each time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet

from competitions.models import Competition
from leaderboard.models import Standing
from leaderboard.order import before, columns, has_rank, position, with_rank
from teams.models import Team

READ_AT_ONCE = 2000
LONGEST_SEARCH = 150


@dataclass(frozen=True)
class Row:
    """One line of a leaderboard, as everyone may see it. `rank` None: a baseline, or a team without a score.

    `score` None: the team was told none yet; it stands at the end, with no time of a best one.
    `risen`: by how many places it stands higher than on the public board (lower: negative); None on that board.
    """

    rank: int | None
    team: Team
    score: float | None
    achieved_at: datetime | None
    scored_count: int
    risen: int | None = None


@dataclass(frozen=True)
class Mine:
    """Where the visitor's team stands: its rank and score, as in its row, and the page of the board that shows it."""

    rank: int | None
    score: float | None
    page: int


@dataclass(frozen=True)
class BoardPage:
    """What one page of a board shows. `found`: how many teams a search has found; None: nothing was searched for."""

    rows: list[Row]
    pager: Page[int]
    ranked_count: int
    mine: Mine | None
    found: int | None = None


def board_page(
    competition: Competition,
    number: int | str | None,
    size: int,
    *,
    private: bool,
    team: Team | None = None,
    search: str = "",
) -> BoardPage:
    """The page of that number, or the nearest there is; with `search` the first `size` teams so named instead.

    `private`: the final board, which only a competition whose private results are revealed may show.
    """
    everyone = Standing.objects.filter(competition=competition)
    own = everyone.filter(team=team).first() if team else None
    above = before(position(own, private), private) if own else Q(pk=None)
    ranked = with_rank(private)
    counts = everyone.aggregate(
        teams=Count("pk"),
        ranked=Count("pk", filter=ranked),
        above=Count("pk", filter=above),
        ranked_above=Count("pk", filter=above & ranked),
    )
    mine = None
    if own:
        rank = counts["ranked_above"] + 1 if has_rank(own, private) else None
        mine = Mine(rank, _score(own, competition, private), counts["above"] // size + 1)
    wanted = " ".join(search.split())[:LONGEST_SEARCH]
    if wanted:
        rows, found = _search(everyone, competition, wanted, size, private=private)
        return BoardPage(rows, Paginator(range(1), size).page(1), counts["ranked"], mine, found)
    pager = Paginator(range(counts["teams"]), size).get_page(number)
    first = max(0, pager.start_index() - 1)
    # The index alone is passed over up to the page; only the page's own rows are read.
    on_page = everyone.order_by(*columns(private)).values("pk")[first : first + size]
    shown = list(Standing.objects.filter(pk__in=on_page).order_by(*columns(private)))
    return BoardPage(_rows(shown, competition, private=private), pager, counts["ranked"], mine)


def standings(competition: Competition, *, private: bool = False) -> list[Row]:
    """The whole leaderboard in its order: disclosed scores, the earlier of equal ones first, baselines unranked.

    Those without a told score stand at its end, the earlier to have sent a file first.

    `private`: the final ranking, by the best private score of what each team has chosen. Only a competition whose
    private results are revealed may show it.
    """
    everyone = Standing.objects.filter(competition=competition).select_related("team").order_by(*columns(private))
    rows: list[Row] = []
    ranked = 0
    for standing in everyone.iterator(chunk_size=READ_AT_ONCE):
        ranked += standing.is_ranked
        rows.append(_row(standing, standing.team, ranked, competition, private))
    return rows


def rank_of(team: Team) -> tuple[int, int] | None:
    """(rank, number of ranked teams) on the public board; None: the team has no rank yet."""
    ranked = Standing.objects.filter(with_rank(private=False), competition=team.competition_id)
    own = ranked.filter(team=team).first()
    if own is None:
        return None
    counts = ranked.aggregate(
        all=Count("pk"), above=Count("pk", filter=before(position(own, private=False), private=False))
    )
    return counts["above"] + 1, counts["all"]


def public_score_of(team: Team) -> float | None:
    """The team's score on the public board; None: it has none there."""
    own = Standing.objects.filter(team=team).first()
    return _score(own, team.competition, private=False) if own else None


def _rows(shown: list[Standing], competition: Competition, *, private: bool) -> list[Row]:
    """Standings that follow each other on the board, with their ranks."""
    if not shown:
        return []
    place = before(position(shown[0], private), private)
    rank = Standing.objects.filter(place, competition=competition, is_ranked=True).count()
    teams = Team.objects.in_bulk([standing.team_id for standing in shown])
    public = _public_ranks(competition, teams) if private else {}
    rows: list[Row] = []
    for standing in shown:
        rank += standing.is_ranked
        rows.append(_row(standing, teams[standing.team_id], rank, competition, private, public))
    return rows


def _search(
    everyone: QuerySet[Standing], competition: Competition, wanted: str, most: int, *, private: bool
) -> tuple[list[Row], int]:
    """The first `most` teams whose names hold the text, capitals or not, with their ranks; and how many there are."""
    ranks: dict[int, int] = {}
    rank = 0
    in_order = everyone.order_by(*columns(private)).values_list("team_id", "is_ranked", "team__name")
    for team_id, is_ranked, name in in_order.iterator(chunk_size=READ_AT_ONCE):
        rank += is_ranked
        if wanted.casefold() in name.casefold():
            ranks[team_id] = rank
    shown = list(ranks)[:most]
    found = {standing.team_id: standing for standing in everyone.filter(team__in=shown).select_related("team")}
    public = _public_ranks(competition, shown) if private else {}
    rows = [
        _row(found[team_id], found[team_id].team, ranks[team_id], competition, private, public)
        for team_id in shown
        # One may have left the board between the two readings.
        if team_id in found
    ]
    return rows, len(ranks)


def _public_ranks(competition: Competition, teams: Iterable[int]) -> dict[int, int]:
    """By team, the ranks on the public board of those that have one."""
    wanted = set(teams)
    ranked = Standing.objects.filter(with_rank(private=False), competition=competition)
    ranked = ranked.order_by(*columns(private=False))
    # Read whole from the index: measured, it is faster than to let the database number them.
    in_order = ranked.values_list("team_id", flat=True)
    return {team_id: rank for rank, team_id in enumerate(in_order, start=1) if team_id in wanted}


def _row(
    standing: Standing,
    team: Team,
    rank: int,
    competition: Competition,
    private: bool,
    public_ranks: dict[int, int] | None = None,
) -> Row:
    was = public_ranks.get(standing.team_id) if public_ranks and standing.is_ranked else None
    score = _score(standing, competition, private)
    return Row(
        rank=rank if has_rank(standing, private) else None,
        team=team,
        score=score,
        achieved_at=None if score is None else standing.private_at if private else standing.public_at,
        scored_count=standing.scored_count,
        risen=None if was is None else was - rank,
    )


def _score(standing: Standing, competition: Competition, private: bool) -> float | None:
    if standing.best_id is None and not private:
        return None
    order = standing.private_order if private else standing.public_order
    return order if competition.scored_by.lower_is_better else 0.0 - order
