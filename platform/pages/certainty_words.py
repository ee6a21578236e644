"""How sure a board is, in words that need no statistics, and in cells that show no finer digit than the board."""

from collections.abc import Sequence
from dataclasses import dataclass

from competitions.models import Competition
from grader.scoring.board_certainty import CHANCE_STEP
from grader.scoring.resampled_scores import Unit
from leaderboard.board import Row
from leaderboard.models import BoardCertainty, PlaceCertainty
from leaderboard.sure_places import Places, Summary, SurePlaces, holds, is_current
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


def of_board(sure: SurePlaces, *, has_teams: bool) -> list[str]:
    """What stands above a board: who cannot be told from the first, and on a final one how it was to be expected."""
    summary = sure.summary
    if summary is None:
        return []
    if not sure.is_current:
        return ["The order has changed since it was compared; how sure the new one is stands here in a moment."]
    sentences = [_of_first(summary, "team" if has_teams else "baseline")] if summary.compared_count > 1 else []
    if summary.placed_count:
        ended = f"{summary.expected_count:,} of {summary.placed_count:,} teams ended"
        sentences.append(f"{ended} within the places that the public board had given them.")
    return sentences


def _of_first(summary: Summary, noun: str) -> str:
    sample = "on another test set of the same kind"
    tied = summary.tied_count
    if tied == 1:
        return f"The first {noun} is surely ahead of every other: {sample} it would be first again."
    if tied == summary.last_tied:
        return f"The first {tied:,} {noun}s cannot be told apart: {sample} any of them could be first."
    others = f"{tied - 1:,} other{'' if tied == 2 else 's'}"
    return f"The first {noun} and {others} below cannot be told apart: {sample} any of them could be first."


def of_sampling(certainty: BoardCertainty, competition: Competition) -> list[str]:
    """What is drawn at random to find this out, and what it says nothing about."""
    part = certainty.board
    if certainty.unit == Unit.LIST:
        return [
            f"The {certainty.unit_count:,} lists of the {part} part that hold something relevant were drawn again, "
            "1,000 times with replacement, and everybody scored on each draw: so the places hold for other lists of "
            "the same kind."
        ]
    sentences = [
        f"The {certainty.unit_count:,} {'rows' if (certainty.unit_count or 0) < 100_000 else 'blocks of rows'} of the "
        f"{part} part were drawn again, 1,000 times with replacement, and everybody scored on each draw: so the places "
        "hold for other rows of the same kind, within what the test set is made of."
    ]
    if certainty.cluster_count is not None:
        ratio = certainty.cluster_ratio and round(certainty.cluster_ratio, 1)
        how = "as wide" if ratio == 1.0 else f"{ratio} times as wide"
        times = f" By it the intervals are about {how}." if ratio else ""
        sentences.append(
            f"The second figure draws whole groups of rows instead, all that share one {competition.cluster_column}, "
            f"{certainty.cluster_count:,} of them: so it holds for others of these as well.{times}"
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
