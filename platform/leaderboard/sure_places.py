"""Reading how sure a board is: the places that each team may have, where they hold for what stands there now."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from django.db.models import BigIntegerField, QuerySet

from competitions.models import Competition
from config.kept_query import Given, KeptQuery, given_list
from leaderboard.board import Row
from leaderboard.certainty import stands_still
from leaderboard.certainty_models import Board, BoardCertainty, PlaceCertainty

COLUMNS = (
    "team_id", "low", "high", "group", "evaluation_id", "team__standing__best_id", "team__standing__final_id",
    "certainty__board", "certainty__made_at", "certainty__compared_count", "certainty__tied_count",
    "certainty__last_tied", "certainty__placed_count", "certainty__expected_count",
)  # fmt: skip


class Placed(Protocol):
    """Whatever has a best and a worst place."""

    @property
    def low(self) -> int: ...

    @property
    def high(self) -> int: ...


@dataclass(frozen=True)
class Places:
    """From the best to the worst place that an entry may have, by 95 %, and its group (None: it is not compared)."""

    low: int
    high: int
    group: int | None


@dataclass(frozen=True)
class Summary:
    """What is said of a whole board: see `BoardCertainty`."""

    made_at: datetime
    compared_count: int
    tied_count: int
    last_tied: int
    placed_count: int | None
    expected_count: int | None


@dataclass(frozen=True)
class SurePlaces:
    """Of some teams on a board. Who is missing in `by_team` is being compared still.

    `on_public`: on a final board, the places that the public one has given. `summary` None: nothing was compared yet.
    `is_current` False: the order has changed since it was compared.
    """

    by_team: dict[int, Places]
    on_public: dict[int, Places]
    summary: Summary | None
    is_current: bool = True

    def of(self, rows: Sequence[Row]) -> "SurePlaces":
        """What of it holds for these lines of the board as they stand now: all, or what contradicts no rank."""
        if is_current(rows, self.by_team):
            return self
        held = {row.team.pk: self.by_team[row.team.pk] for row in rows if holds(row, self.by_team.get(row.team.pk))}
        return replace(self, by_team=held, is_current=False)


def is_current(rows: Iterable[Row], by_team: Mapping[int, Placed]) -> bool:
    """Whether each line with a score has its places, and each rank is one of them."""
    return all(
        row.score is None or (row.is_baseline and row.team.pk in by_team) or holds(row, by_team.get(row.team.pk))
        for row in rows
    )


def holds(row: Row, places: Placed | None) -> bool:
    """Whether the row's rank is one of its places. Of a baseline, which has none, that cannot be told."""
    return places is not None and row.rank is not None and places.low <= row.rank <= places.high


def sure_places(competition: Competition, *, private: bool, teams: Collection[int] | None = None) -> SurePlaces:
    """Of these teams, or of all, in one query. `private`: as for the board itself."""
    found: dict[str, dict[int, Places]] = {Board.PUBLIC: {}, Board.PRIVATE: {}}
    wanted = Board.PRIVATE if private else Board.PUBLIC
    summary = None
    rows = _rows(competition, private=private, teams=teams)
    for team_id, low, high, group, evaluation_id, best_id, final_id, board, *facts in rows:
        if board == wanted and summary is None:
            summary = Summary(*facts)
        if evaluation_id == (final_id if board == Board.PRIVATE else best_id):
            found[board][team_id] = Places(low, high, group)
    return SurePlaces(found[wanted], found[Board.PUBLIC] if private else {}, summary)


def _rows(competition: Competition, *, private: bool, teams: Collection[int] | None) -> Iterable[Sequence[Any]]:
    if teams is None:
        return _columns(private=private).filter(certainty__competition=competition).iterator()
    if not teams:
        return ()
    return _of_teams(len(teams), private=private).rows(competition=competition.pk, teams=list(teams))


def _columns(*, private: bool) -> "QuerySet[Any, Any]":
    rows = PlaceCertainty.objects.values_list(*COLUMNS)
    return rows if private else rows.filter(certainty__board=Board.PUBLIC)


# For every length of a page.
@lru_cache(maxsize=256)
def _of_teams(count: int, *, private: bool) -> KeptQuery:
    key = BigIntegerField()
    chosen = {"certainty__competition": Given("competition", key), "team__pk__in": given_list("teams", key, count)}
    return KeptQuery(_columns(private=private).filter(**chosen))


def certainty_of(competition: Competition, *, private: bool) -> BoardCertainty | None:
    """What was found of that board; None: nothing was compared yet."""
    board = Board.PRIVATE if private else Board.PUBLIC
    return BoardCertainty.objects.filter(competition=competition, board=board, made_at__isnull=False).first()


def rows_of(certainty: BoardCertainty, teams: Iterable[int]) -> dict[int, PlaceCertainty]:
    """By team, the whole rows of those that hold for what stands on the board now."""
    rows = stands_still(certainty.places.filter(team__in=list(teams)), Board(certainty.board))
    return {row.team_id: row for row in rows}
