"""How sure a board is, in words that need no statistics, and in cells that show no finer digit than the board."""

from collections.abc import Sequence
from dataclasses import dataclass

from competitions.models import Competition
from grader.scoring.board_certainty import CHANCE_STEP
from grader.scoring.resampled_scores import Unit
from leaderboard.board import Row
from leaderboard.models import BoardCertainty, PlaceCertainty
from leaderboard.sure_places import Places, holds, is_current
from pages.board_lines import places_in_words

NOTHING = "–"


@dataclass(frozen=True)
class Entry:
    """A line of the table of certainty, with what the plot draws. `half_width` None: it is being compared still."""

    team_id: int
    rank: int | None
    name: str
    score: float
    shown: str
    is_baseline: bool
    is_first: bool = False
    is_tied: bool = False
    half_width: float | None = None
    difference: str = "…"
    places: str = "…"
    cluster_places: str = NOTHING
    group: str = NOTHING
    chance_first: str = NOTHING
    chance_top: str = NOTHING


def of_sampling(certainty: BoardCertainty, competition: Competition) -> list[str]:
    """What is drawn at random to find this out, and what it says nothing about."""
    part = certainty.board
    if certainty.unit == Unit.LIST:
        return [
            f"How it is found: of the {certainty.unit_count:,} lists of the {part} part that hold something relevant "
            "as many are drawn at random, 1,000 times, a list more than once or not at all, and everybody is scored on "
            "each draw. So the places hold for other lists of the same kind."
        ]
    rows = "rows" if (certainty.unit_count or 0) < 100_000 else "blocks of rows"
    same = f", of the same {competition.cluster_column}s" if certainty.cluster_count is not None else ""
    sentences = [
        f"How it is found: of the {certainty.unit_count:,} {rows} of the {part} part as many are drawn at random, "
        "1,000 times, a row more than once or not at all, and everybody is scored on each draw. So the places hold "
        f"for other rows like these{same}."
    ]
    if certainty.cluster_count is not None:
        ratio = certainty.cluster_ratio and round(certainty.cluster_ratio, 1)
        how = "as wide" if ratio == 1.0 else f"{ratio} times as wide"
        times = f" The intervals are then about {how}." if ratio else ""
        column = competition.cluster_column
        sentences.append(
            f"Under “By whole {column}” the {certainty.cluster_count:,} {column}s are drawn, each with all its rows: "
            f"so those places hold for other {column}s as well.{times}"
        )
    return sentences


def entries(rows: Sequence[Row], found: dict[int, PlaceCertainty], competition: Competition) -> list[Entry]:
    """The lines of a board that have a score, with what was found of each and still holds."""
    if not is_current(rows, found):
        found = {row.team.pk: found[row.team.pk] for row in rows if holds(row, found.get(row.team.pk))}
    return [_entry(row, row.score, found.get(row.team.pk), competition) for row in rows if row.score is not None]


def _entry(row: Row, score: float, place: PlaceCertainty | None, competition: Competition) -> Entry:
    digits = competition.decimals
    name, shown = row.team.name, f"{score:.{digits}f}"
    if place is None:
        return Entry(row.team.pk, row.rank, name, score, shown, row.is_baseline)
    difference = f"{place.difference:+.{digits}f} ± {place.half_width:.{digits}f}"
    return Entry(
        team_id=row.team.pk,
        rank=row.rank,
        name=name,
        score=score,
        shown=shown,
        is_baseline=row.is_baseline,
        is_first=place.is_first,
        is_tied=place.is_tied_with_first,
        half_width=place.half_width,
        difference=NOTHING if place.is_first else difference,
        places=places_in_words(Places(place.low, place.high, place.group)),
        cluster_places=_cluster_places(place),
        group=NOTHING if place.group is None else str(place.group),
        chance_first=chance(place.chance_first),
        chance_top=chance(place.chance_top),
    )


def _cluster_places(place: PlaceCertainty) -> str:
    if place.cluster_low is None or place.cluster_high is None:
        return NOTHING
    return places_in_words(Places(place.cluster_low, place.cluster_high, None))


def chance(percent: int | None) -> str:
    """In steps of five: nobody is told that it is impossible, or certain."""
    if percent is None:
        return NOTHING
    if percent < CHANCE_STEP:
        return f"under {CHANCE_STEP} %"
    return f"over {100 - CHANCE_STEP} %" if percent > 100 - CHANCE_STEP else f"{percent} %"
