"""How sure a board is, in words that need no statistics, and in cells that show no finer digit than the board."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competitions.models import Competition
from config.by_locale import decimal, whole
from grader.scoring.board_certainty import CHANCE_STEP
from grader.scoring.resampled_scores import Unit
from leaderboard.board import Row
from leaderboard.certainty_models import Board
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


# By whether it is the public board.
_SINGLE_ROWS = {
    True: gettext_lazy(
        "How it is found: of the %(count)s rows of the public part as many are drawn at random, 1,000 times, a row "
        "more than once or not at all, and everybody is scored on each draw."
    ),
    False: gettext_lazy(
        "How it is found: of the %(count)s rows of the private part as many are drawn at random, 1,000 times, a row "
        "more than once or not at all, and everybody is scored on each draw."
    ),
}
_BLOCKS = {
    True: gettext_lazy(
        "How it is found: of the %(count)s blocks of rows of the public part as many are drawn at random, 1,000 "
        "times, a row more than once or not at all, and everybody is scored on each draw."
    ),
    False: gettext_lazy(
        "How it is found: of the %(count)s blocks of rows of the private part as many are drawn at random, 1,000 "
        "times, a row more than once or not at all, and everybody is scored on each draw."
    ),
}


def of_sampling(certainty: BoardCertainty, competition: Competition) -> list[str]:
    """What is drawn at random to find this out, and what it says nothing about."""
    # The board is in the sentence, not put into it: its name bends in other languages.
    is_public = certainty.board == Board.PUBLIC
    count = whole(certainty.unit_count or 0)
    if certainty.unit == Unit.LIST:
        said = (
            _(
                "How it is found: of the %(count)s lists of the public part that hold something relevant as many are "
                "drawn at random, 1,000 times, a list more than once or not at all, and everybody is scored on each "
                "draw. So the places hold for other lists of the same kind."
            )
            if is_public
            else _(
                "How it is found: of the %(count)s lists of the private part that hold something relevant as many are "
                "drawn at random, 1,000 times, a list more than once or not at all, and everybody is scored on each "
                "draw. So the places hold for other lists of the same kind."
            )
        )
        return [said % {"count": count}]
    return [_of_rows(certainty, competition, count, is_public=is_public), *_of_clusters(certainty, competition)]


def _of_rows(certainty: BoardCertainty, competition: Competition, count: str, *, is_public: bool) -> str:
    drawn = _SINGLE_ROWS if (certainty.unit_count or 0) < 100_000 else _BLOCKS
    sentences = [
        drawn[is_public],
        _("So the places hold for other rows like these.")
        if certainty.cluster_count is None
        else _("So the places hold for other rows like these, of the same %(column)ss."),
    ]
    return " ".join(str(sentence) for sentence in sentences) % {"count": count, "column": competition.cluster_column}


def _of_clusters(certainty: BoardCertainty, competition: Competition) -> list[str]:
    if certainty.cluster_count is None:
        return []
    said = _(
        "Under “By whole %(column)s” the %(count)s %(column)ss are drawn, each with all its rows: so those places hold "
        "for other %(column)ss as well."
    ) % {"column": competition.cluster_column, "count": whole(certainty.cluster_count)}
    ratio = certainty.cluster_ratio and round(certainty.cluster_ratio, 1)
    if not ratio:
        return [said]
    if ratio == 1.0:
        return [f"{said} {_('The intervals are then about as wide.')}"]
    wider = _("The intervals are then about %(ratio)s times as wide.") % {"ratio": decimal(ratio, 1)}
    return [f"{said} {wider}"]


def entries(rows: Sequence[Row], found: dict[int, PlaceCertainty], competition: Competition) -> list[Entry]:
    """The lines of a board that have a score, with what was found of each and still holds."""
    if not is_current(rows, found):
        found = {row.team.pk: found[row.team.pk] for row in rows if holds(row, found.get(row.team.pk))}
    return [_entry(row, row.score, found.get(row.team.pk), competition) for row in rows if row.score is not None]


def _entry(row: Row, score: float, place: PlaceCertainty | None, competition: Competition) -> Entry:
    digits = competition.decimals
    name, shown = row.team.name, decimal(score, digits)
    if place is None:
        return Entry(row.team.pk, row.rank, name, score, shown, row.is_baseline)
    sign = "" if f"{place.difference:+.{digits}f}".startswith("-") else "+"
    difference = f"{sign}{decimal(place.difference, digits)} ± {decimal(place.half_width, digits)}"
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
        return _("under %(percent)s %%") % {"percent": CHANCE_STEP}
    if percent > 100 - CHANCE_STEP:
        return _("over %(percent)s %%") % {"percent": 100 - CHANCE_STEP}
    return _("%(percent)s %%") % {"percent": percent}
