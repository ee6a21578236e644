"""Reading a board: a page of it, a search, a team's place. Ranks are counted from the standings' order each time."""

from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet

from competitions.models import Competition
from config.counted import CountOf
from leaderboard.models import Standing
from leaderboard.order import before, columns, position
from leaderboard.ranks import ranks_of
from leaderboard.search import named
from teams.models import Team

READ_AT_ONCE = 2000
LONGEST_SEARCH = 150
# Digits of a page's number; longer ones are nobody's.
LONGEST_NUMBER = 9


@dataclass(frozen=True)
class Row:
    """One line of a leaderboard, as everyone may see it. `rank` None: a baseline.

    `risen`: by how many places it stands higher than on the public board (lower: negative); None on that board.
    """

    rank: int | None
    team: Team
    score: float
    achieved_at: datetime
    scored_count: int
    risen: int | None = None


@dataclass(frozen=True)
class Mine:
    """Where the visitor's team stands: its rank (None: a baseline) and the page of the board that shows it."""

    rank: int | None
    score: float
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
    `team`: the visitor's; one that brings its standing with it saves a query.
    """
    everyone = Standing.objects.filter(competition=competition)
    wanted = " ".join(search.split())[:LONGEST_SEARCH]
    chosen = everyone.filter(named(competition, wanted)) if wanted else everyone
    own: Standing | None = getattr(team, "standing", None)
    above = everyone.filter(before(position(own, private), private)) if own else everyone.none()
    numbers = {
        "chosen": CountOf(chosen),
        "ranked": CountOf(everyone.filter(is_ranked=True)),
        "above": CountOf(above),
        "ranked_above": CountOf(above.filter(is_ranked=True)),
    }
    start = 0 if wanted else _probable_start(number, size)
    shown, counts = _read(competition, chosen, start, size, numbers, private=private)
    pager = Paginator(range(counts["chosen"]), size).get_page(1 if wanted else number)
    # There is no such page: the nearest one is read instead.
    if (nearest := max(0, pager.start_index() - 1)) != start:
        shown, counts = _read(competition, chosen, nearest, size, numbers, private=private)
    mine = None
    if own:
        rank = counts["ranked_above"] + 1 if own.is_ranked else None
        mine = Mine(rank, _score(own, competition, private), counts["above"] // size + 1)
    teams = [standing.team_id for standing in shown]
    # Those of a page follow each other; what a search has found is apart.
    ranks = ranks_of(competition, teams, private=private) if wanted else _onwards(shown, counts["ranked_before"])
    public = ranks_of(competition, teams, private=False) if private else {}
    rows = [_row(one, one.team, ranks.get(one.team_id, 0), competition, private, public) for one in shown]
    return BoardPage(rows, pager, counts["ranked"], mine, counts["chosen"] if wanted else None)


def standings(competition: Competition, *, private: bool = False) -> list[Row]:
    """The whole leaderboard in its order: disclosed scores, the earlier of equal ones first, baselines unranked.

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
    ranked = Standing.objects.filter(competition=team.competition_id, is_ranked=True)
    own = ranked.filter(team=team).first()
    if own is None:
        return None
    counts = ranked.aggregate(
        all=Count("pk"), above=Count("pk", filter=before(position(own, private=False), private=False))
    )
    return counts["above"] + 1, counts["all"]


def _probable_start(number: int | str | None, size: int) -> int:
    """Where the page of that number begins, if the board is that long."""
    text = str(number)
    return size * (int(text) - 1) if text.isdecimal() and len(text) <= LONGEST_NUMBER and int(text) else 0


def _read(
    competition: Competition,
    chosen: QuerySet[Standing],
    start: int,
    size: int,
    numbers: dict[str, CountOf],
    *,
    private: bool,
) -> tuple[list[Standing], dict[str, int]]:
    """So many of the chosen standings from `start` on, with their teams' names; and the numbers, by the same query.

    One number more: `ranked_before`, the ranked ones of the chosen before `start`.
    """
    in_order = chosen.order_by(*columns(private))
    numbers = {**numbers, "ranked_before": CountOf(in_order.values("is_ranked")[:start], where="is_ranked")}
    # The index alone is passed over up to the page; only the page's own rows are read.
    on_page = Standing.objects.filter(pk__in=in_order.values("pk")[start : start + size])
    shown = list(
        on_page.order_by(*columns(private))
        .select_related("team")
        .only(*columns(private), "is_ranked", "scored_count", "team__name")
        .annotate(**numbers)
    )
    if shown:
        return shown, {name: getattr(shown[0], name) for name in numbers}
    return [], Competition.objects.filter(pk=competition.pk).values(**numbers).get()


def _onwards(shown: list[Standing], rank: int) -> dict[int, int]:
    """By team, the ranks of standings that follow each other on a board, the first of them after `rank` ranked ones."""
    ranks: dict[int, int] = {}
    for standing in shown:
        rank += standing.is_ranked
        ranks[standing.team_id] = rank
    return ranks


def _row(
    standing: Standing,
    team: Team,
    rank: int,
    competition: Competition,
    private: bool,
    public_ranks: dict[int, int] | None = None,
) -> Row:
    was = public_ranks.get(standing.team_id) if public_ranks and standing.is_ranked else None
    return Row(
        rank=rank if standing.is_ranked else None,
        team=team,
        score=_score(standing, competition, private),
        achieved_at=standing.private_at if private else standing.public_at,
        scored_count=standing.scored_count,
        risen=None if was is None else was - rank,
    )


def _score(standing: Standing, competition: Competition, private: bool) -> float:
    order = standing.private_order if private else standing.public_order
    return order if competition.scored_by.lower_is_better else 0.0 - order
