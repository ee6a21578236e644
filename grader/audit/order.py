"""Whether the order of test.csv, or its ids, says something about the labels, or about which rows are public."""

from dataclasses import dataclass

import numpy as np

from grader.audit.baseline import baseline, damped_biases
from grader.audit.competition_data import CompetitionData
from grader.audit.distances import correlation, explained_by_groups, rank_correlation
from grader.audit.report import Finding, Level, listed
from grader.scoring.arrays import Float64Array, Int64Array

# 4.5 standard deviations come by chance once in 150,000 tries, and an audit makes some forty.
SURE = 4.5
# Less than a twentieth of the way from chance to certainty helps nobody to win.
NOTABLE = 0.05
# From three tenths on, guessing from the order competes with modelling.
LARGE = 0.30
BLOCKS = 20
# Ids that count through classes or folds repeat with a small period.
LONGEST_PERIOD = 16
FEWEST_ROWS = 50


@dataclass(frozen=True)
class _Sign:
    """One way in which places give values away: how strongly, 0 to 1, and how surely."""

    what: str
    strength: float
    score: float

    def __str__(self) -> str:
        return f"{self.what}: strength {self.strength:.3f} of 1, {self.score:.1f} standard deviations from chance"


def row_order(data: CompetitionData) -> Finding:
    """Whether the order of rows in test.csv says more about the labels than its columns do."""
    rows = np.flatnonzero(data.is_labelled)
    return _judged(
        "row_order",
        [*_signs(_unexplained(data), np.arange(rows.size), "place in the file"), *_place_in_list(data)],
        good=f"The order of the rows of {data.test.name} says nothing about the labels.",
        bad=f"The order of the rows of {data.test.name} gives labels away",
        cure=f"Shuffle {data.test.name} by a secret before it is published.",
        red=Level.RED,
    )


def ids_and_labels(data: CompetitionData) -> Finding:
    """Whether ids sort by label, or repeat with it."""
    ids = data.ids[data.is_labelled]
    labels = data.targets[data.is_labelled]
    signs = [
        _Sign("ids sort by label", abs(rho := rank_correlation(ids.astype(np.float64), labels)), _score(rho, ids.size)),
        *_signs(_unexplained(data), np.argsort(ids, kind="stable"), "place by id"),
        *_periods(labels, ids),
    ]
    return _judged(
        "ids_and_labels",
        signs,
        good="The ids say nothing about the labels.",
        bad="The ids give labels away",
        cure="Give the rows new ids: a keyed permutation, as datasets/split.py makes.",
        red=Level.RED,
    )


def ids_and_usage(data: CompetitionData) -> Finding:
    """Whether the place of a row or its id says which part, public or private, it belongs to."""
    rows = np.flatnonzero(data.is_labelled)
    if data.groups is not None:
        # A list is public or private as a whole: one row of it speaks for all.
        rows = rows[np.unique(data.groups[rows], return_index=True)[1]]
        rows.sort()
    ids, is_public = data.ids[rows], data.is_public[rows].astype(np.float64)
    signs = [
        *_signs(is_public, np.arange(ids.size), "place in the file"),
        *_signs(is_public, np.argsort(ids, kind="stable"), "place by id"),
        *_periods(is_public, ids),
    ]
    return _judged(
        "ids_and_usage",
        signs,
        good="Neither ids nor the order of the rows say which rows are public.",
        bad="Ids or the order of the rows say which rows are public",
        cure="Draw Usage by a keyed hash of the id, as datasets/split.py does.",
        red=Level.YELLOW,
    )


def _unexplained(data: CompetitionData) -> Float64Array:
    """What train and the names in test.csv leave of the labels: rows of one user in a run are no leak."""
    labelled = data.is_labelled
    left: Float64Array = (data.targets - baseline(data))[labelled]
    named = [column for column in data.shared if column.names_something]
    codes, sizes = [column.test.codes[labelled] for column in named], [column.test.values.size for column in named]
    for code, bias in zip(codes, damped_biases(left, codes, sizes), strict=True):
        left = left - bias[code]
    return np.asarray(left - left.mean(), dtype=np.float64)


def _signs(values: Float64Array, order: Int64Array, place: str) -> list[_Sign]:
    """Neighbours alike, values that rise or fall, and values that differ by stretch, in that order of rows."""
    ordered = values[order]
    if ordered.size < FEWEST_ROWS:
        return []
    alike = max(0.0, correlation(ordered[1:], ordered[:-1]))
    trend = rank_correlation(np.arange(ordered.size, dtype=np.float64), ordered)
    stretch = explained_by_groups(ordered, np.arange(ordered.size) * BLOCKS // ordered.size)
    return [
        _Sign(f"{place}: neighbours are alike", alike, _score(alike, ordered.size)),
        _Sign(f"{place}: values rise or fall", abs(trend), _score(trend, ordered.size)),
        _Sign(f"{place}: stretches of the file differ", stretch.share, stretch.score),
    ]


def _place_in_list(data: CompetitionData) -> list[_Sign]:
    """Whether what is relevant stands first, or last, in its list."""
    if data.groups is None:
        return []
    rows = np.flatnonzero(data.is_labelled)
    by_list = rows[np.argsort(data.groups[rows], kind="stable")]
    _, starts, sizes = np.unique(data.groups[by_list], return_index=True, return_counts=True)
    place = (np.arange(by_list.size) - np.repeat(starts, sizes)) / np.repeat(sizes, sizes)
    rho = rank_correlation(place, data.targets[by_list])
    return [_Sign("place in its list: relevant rows stand together at one end", abs(rho), _score(rho, rows.size))]


def _periods(values: Float64Array, ids: Int64Array) -> list[_Sign]:
    if ids.size < FEWEST_ROWS:
        return []
    signs = []
    for period in range(2, LONGEST_PERIOD + 1):
        explained = explained_by_groups(values, ids % period)
        signs.append(_Sign(f"the rest of the id divided by {period}", explained.share, explained.score))
    return signs


def _score(correlated: float, rows: int) -> float:
    return float(abs(correlated) * np.sqrt(max(rows - 1, 0)))


def _judged(check: str, signs: list[_Sign], *, good: str, bad: str, cure: str, red: Level) -> Finding:
    if not signs:
        return Finding(check, Level.INFO, f"Fewer than {FEWEST_ROWS} rows have a label: too few to see an order.")
    odd = sorted(
        (sign for sign in signs if sign.score >= SURE and sign.strength >= NOTABLE), key=lambda sign: -sign.strength
    )
    if not odd:
        return Finding(check, Level.OK, good, evidence=(str(max(signs, key=lambda sign: sign.strength)),))
    strongest = odd[0]
    headline = f"{bad}: {strongest.what} (strength {strongest.strength:.2f} of 1)."
    level = red if strongest.strength >= LARGE else Level.YELLOW
    return Finding(check, level, headline, cure, listed(str(sign) for sign in odd))
