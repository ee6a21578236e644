"""Which boards are to be compared again, and keeping what was found: rows that hold for the evaluations they name."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from competitions.models import TEST_FILE, Competition, Solution
from config.clock import seconds_from_now
from leaderboard.certainty_models import Board, BoardCertainty, PlaceCertainty, Replicates
from leaderboard.models import Standing
from leaderboard.order import columns

ROWS_AT_ONCE = 500
# Of a place, what a run of the worker finds.
FOUND = (
    "evaluation_id", "low", "high", "cluster_low", "cluster_high", "group", "chance_first", "chance_top",
    "is_tied_with_first", "is_first", "difference", "half_width", "cluster_half_width",
)  # fmt: skip


class RunLost(Exception):
    """Another process has this board in hand by now: nothing may be written any more."""


@dataclass(frozen=True)
class Entry:
    """What stands on a board: a team's evaluation there, and its disclosed score, the lower the better."""

    team_id: int
    evaluation_id: int
    is_ranked: bool
    order: float


@dataclass(frozen=True)
class BoardState:
    """A board as it stands now, best first. `draws` names the draws of its part, `state` the whole of it."""

    entries: list[Entry]
    solution: Solution
    draws: str
    state: str


def due() -> Iterator[tuple[Competition, Board]]:
    """The boards that have changed since they were last compared, that nobody has in hand, and that may be again.

    Final boards from closing on, each after its public one, with which it is compared.
    """
    blocked = set(BoardCertainty.objects.filter(_is_blocked()).values_list("competition_id", "board"))
    made = {(c.competition_id, c.board): c.state for c in BoardCertainty.objects.all()}
    stands = Exists(Standing.objects.filter(competition=OuterRef("pk")))
    for competition in Competition.objects.filter(stands | Q(pk__in={pk for pk, _ in made})).annotate(now=Now()):
        for board in Board:
            if board == Board.PRIVATE and not competition.has_closed(competition.now):
                continue
            state = state_of(competition, board)
            is_fresh = state is None or state.state == made.get((competition.pk, board))
            if not is_fresh and (competition.pk, board) not in blocked:
                yield competition, board
            if not is_fresh:
                break


def state_of(competition: Competition, board: Board) -> BoardState | None:
    """None: no solution is active, so nothing stands."""
    solution = competition.solutions.filter(is_active=True).first()
    if solution is None:
        return None
    private = board == Board.PRIVATE
    names = ("team_id", "final_id" if private else "best_id", "is_ranked", columns(private)[0])
    stands = Standing.objects.filter(competition=competition, **{f"{names[1]}__isnull": False})
    entries = [Entry(*values) for values in stands.order_by(*columns(private)).values_list(*names)]
    whose = competition.cluster_column
    test = competition.data_files.filter(name=TEST_FILE).values_list("file", flat=True).first() if whose else None
    # The public board is the measure of the final one: with it, that is compared again.
    before = BoardCertainty.objects.filter(competition=competition, board=Board.PUBLIC) if private else None
    said_before = before.values_list("state", flat=True).first() if before is not None else None
    draws = _digest([solution.sha256 or solution.file.name, board.value, whose, test])
    rows = [[entry.team_id, entry.evaluation_id, entry.is_ranked, entry.order] for entry in entries]
    ends = [competition.lowest, competition.highest]
    how = [competition.metric, competition.metric_k, competition.decimals, *ends]
    return BoardState(entries, solution, draws, _digest([draws, how, said_before, rows]))


def take(competition: Competition, board: Board, seconds: float) -> BoardCertainty | None:
    """Take the board in hand for so many seconds. None: another process has it, or it is not due yet."""
    certainty, _ = BoardCertainty.objects.get_or_create(competition=competition, board=board)
    free = BoardCertainty.objects.filter(pk=certainty.pk, attempt=certainty.attempt).exclude(_is_blocked())
    if free.update(attempt=F("attempt") + 1, held_until=seconds_from_now(seconds)) != 1:
        return None
    return BoardCertainty.objects.select_related("competition").get(pk=certainty.pk)


def hold(certainty: BoardCertainty, seconds: float) -> None:
    """Keep it in hand for another so many seconds. Raises RunLost."""
    _write(certainty, held_until=seconds_from_now(seconds))


def give_up(certainty: BoardCertainty, problem: str, pause: float) -> None:
    """What was found before stays; it is tried again after `pause` seconds. Raises RunLost."""
    _write(certainty, problem=problem[:300], held_until=None, due_at=seconds_from_now(pause))


@transaction.atomic
def record(
    certainty: BoardCertainty, state: BoardState, places: Sequence[PlaceCertainty], pause: float, **facts: Any
) -> None:
    """Set the rows to what was found for `state`, and forget what stands no more. Raises RunLost.

    `pause`: for how many seconds it is not made again.
    """
    tied = [number for number, place in enumerate(_compared(places), start=1) if place.is_tied_with_first]
    if certainty.board == Board.PRIVATE:
        facts["placed_count"], facts["expected_count"] = _as_expected(certainty.competition, state.entries)
    _write(
        certainty,
        state=state.state,
        made_at=Now(),
        held_until=None,
        due_at=seconds_from_now(pause),
        compared_count=len(_compared(places)),
        tied_count=len(tied),
        last_tied=tied[-1] if tied else 0,
        **facts,
    )
    present = {place.team_id: place for place in certainty.places.all()}
    changed = [place for place in places if _values(place) != _values(present.get(place.team_id))]
    PlaceCertainty.objects.bulk_create(
        changed,
        batch_size=ROWS_AT_ONCE,
        update_conflicts=True,
        unique_fields=["certainty", "team"],
        update_fields=[name.removesuffix("_id") for name in FOUND],
    )
    gone = present.keys() - {place.team_id for place in places}
    certainty.places.filter(team__in=gone).delete()
    stands = "final" if certainty.board == Board.PRIVATE else "best"
    # Nothing is outside of a list that holds a NULL, such as the best of a team that was told nothing.
    of_board = Standing.objects.filter(competition=certainty.competition, **{f"{stands}__isnull": False}).values(stands)
    theirs = Replicates.objects.filter(evaluation__submission__competition=certainty.competition, part=certainty.board)
    theirs.exclude(evaluation__in=of_board).delete()


def _compared(places: Sequence[PlaceCertainty]) -> list[PlaceCertainty]:
    return [place for place in places if place.group is not None]


def _as_expected(competition: Competition, final: Sequence[Entry]) -> tuple[int, int]:
    """How many ranked teams had places on the public board, and how many of them ended within these."""
    public = stands_still(PlaceCertainty.objects.filter(certainty__competition=competition), Board.PUBLIC)
    given = {team_id: (low, high) for team_id, low, high in public.values_list("team_id", "low", "high")}
    ranked = [entry.team_id for entry in final if entry.is_ranked]
    placed = [(rank, *given[team_id]) for rank, team_id in enumerate(ranked, start=1) if team_id in given]
    return len(placed), sum(low <= rank <= high for rank, low, high in placed)


def stands_still(places: QuerySet[PlaceCertainty], board: Board) -> QuerySet[PlaceCertainty]:
    """Of these rows the ones of that board whose evaluation stands there now."""
    standing = "team__standing__final" if board == Board.PRIVATE else "team__standing__best"
    return places.filter(certainty__board=board, evaluation=F(standing))


def _is_blocked() -> Q:
    return Q(due_at__gt=Now()) | Q(held_until__gt=Now())


def _write(certainty: BoardCertainty, **values: Any) -> None:
    if BoardCertainty.objects.filter(pk=certainty.pk, attempt=certainty.attempt).update(**values) != 1:
        raise RunLost(str(certainty))


def _values(place: PlaceCertainty | None) -> tuple[object, ...] | None:
    return None if place is None else tuple(getattr(place, name) for name in FOUND)


def _digest(what: object) -> str:
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()
