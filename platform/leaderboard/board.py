"""Reading a board: a page of it, a search, a team's place. Ranks are counted from the standings' order each time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import Count

from competitions.models import Competition
from config.counted import CountOf
from leaderboard.models import Standing
from leaderboard.order import before, columns, has_score, position, with_rank
from leaderboard.page_rows import Line, PageRows, read_page, read_teams
from leaderboard.ranks import ranks_of
from leaderboard.search import named
from teams.models import Team

READ_AT_ONCE = 2000
LONGEST_SEARCH = 150
# Digits of a page's number; longer ones are nobody's.
LONGEST_NUMBER = 9


@dataclass(frozen=True)
class Row:
    """One line of a leaderboard, as everyone may see it. `rank` None: a baseline, or a team without a score.

    `score` None: the team was told none yet; it stands at the end, with no time of a best one.
    `risen`: by how many places it stands higher than on the public board (lower: negative); None on that board.
    """

    rank: int | None
    team: Team
    is_baseline: bool
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
    `team`: the visitor's; one that brings its standing with it saves a query.
    """
    wanted = " ".join(search.split())[:LONGEST_SEARCH]
    found = None
    if wanted:
        keys, found = _search(competition, wanted, size, private=private)
        shown = read_teams(competition, keys, private=private, team=team)
        pager = Paginator(range(1), size).page(1)
    else:
        start = _probable_start(number, size)
        shown = read_page(competition, start, size, private=private, team=team)
        pager = Paginator(range(shown.count), size).get_page(number)
        # There is no such page: the nearest one is read instead.
        if (nearest := max(0, pager.start_index() - 1)) != start:
            shown = read_page(competition, nearest, size, private=private, team=team)
    teams = [line.team.pk for line in shown.lines]
    # Those of a page follow each other; what a search has found is apart.
    ranks = ranks_of(competition, teams, private=private) if wanted else _onwards(shown)
    public = ranks_of(competition, teams, private=False) if private else {}
    rows = [_row_of(line, ranks.get(line.team.pk), public.get(line.team.pk), competition) for line in shown.lines]
    return BoardPage(rows, pager, shown.ranked_count, _mine(shown, team, competition, size, private=private), found)


def rows_of_teams(competition: Competition, teams: Collection[int]) -> list[Row]:
    """The lines of these teams (keys) on the public board, in its order; who does not stand there is missing."""
    keys = list(teams)
    ranks = ranks_of(competition, keys, private=False)
    shown = read_teams(competition, keys, private=False, team=None)
    return [_row_of(line, ranks.get(line.team.pk), None, competition) for line in shown.lines]


def first_of(competition: Competition) -> int | None:
    """Who leads the public board (a team's key): of the ranked teams, or of the baselines where there are none."""
    stands = Standing.objects.filter(competition=competition, best__isnull=False).order_by(*columns(False))
    first = stands.filter(with_rank(False)).first() or stands.first()
    return first.team_id if first else None


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
        place = position(standing, private)
        line = Line(standing.team, not standing.is_ranked, place.order, place.at, standing.scored_count)
        ranked += line.has_rank
        rows.append(_row_of(line, ranked if line.has_rank else None, None, competition))
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
    return score_of(own.public_order, team.competition) if own else None


def _probable_start(number: int | str | None, size: int) -> int:
    """Where the page of that number begins, if the board is that long."""
    text = str(number)
    return size * (int(text) - 1) if text.isdecimal() and len(text) <= LONGEST_NUMBER and int(text) else 0


def _search(competition: Competition, wanted: str, most: int, *, private: bool) -> tuple[list[int], int]:
    """The keys of the first `most` teams on the board whose names hold the text; and how many there are."""
    chosen = Standing.objects.filter(named(competition, wanted), competition=competition)
    first = chosen.order_by(*columns(private))[:most].values_list("team_id", CountOf(chosen.values("pk")))
    found = list(first)
    return [team_id for team_id, _ in found], found[0][1] if found else 0


def _onwards(shown: PageRows) -> dict[int, int]:
    """By team, the ranks of those lines of a page that have one."""
    ranks: dict[int, int] = {}
    for rank, line in enumerate((line for line in shown.lines if line.has_rank), start=shown.ranked_before + 1):
        ranks[line.team.pk] = rank
    return ranks


def _mine(shown: PageRows, team: Team | None, competition: Competition, size: int, *, private: bool) -> Mine | None:
    own: Standing | None = getattr(team, "standing", None)
    if own is None:
        return None
    order = position(own, private).order
    rank = shown.ranked_above + 1 if own.is_ranked and has_score(order) else None
    return Mine(rank, score_of(order, competition), shown.above // size + 1)


def _row_of(line: Line, rank: int | None, was: int | None, competition: Competition) -> Row:
    """`was`: its rank on the public board; None: this is that board, or it had none."""
    risen = None if rank is None or was is None else was - rank
    score = score_of(line.order, competition)
    at = None if score is None else line.at
    return Row(rank, line.team, line.is_baseline, score, at, line.scored_count, risen)


def score_of(order: float, competition: Competition) -> float | None:
    """The disclosed score that has that order; None: none was told."""
    if not has_score(order):
        return None
    return order if competition.scored_by.lower_is_better else 0.0 - order
