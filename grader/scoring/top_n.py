"""How good the top of a ranked list is, for competitions that rank candidates instead of predicting a number.

Rows are (group, candidate) pairs: a group is whoever gets a list, usually a user; its rows are ordered by
score, the highest first. Rows that tie are judged by the mean over all their orders (`ranked_lists`).
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grader.scoring.arrays import BoolArray, Float64Array, Int64Array, picked
from grader.scoring.ranked_lists import JudgedTops, rank_rows

# Logarithms differ by machine in their last bits; a score that is stored must not.
DIGITS = 12


@dataclass(frozen=True)
class TopN:
    """Means over the groups that have a relevant row, and the share of the catalogue that the lists show.

    precision, recall, f1, average_precision and ndcg are those of `JudgedTops`, each for one group before the
    mean. coverage = candidates expected in at least one list of any group / candidates in all.
    """

    precision: float
    recall: float
    f1: float
    average_precision: float
    ndcg: float
    coverage: float


@dataclass(frozen=True)
class TopRows:
    """For each row, shape (n,): its chance to be among its group's first k, and its expected discount there."""

    chance: Float64Array
    discount: Float64Array


def top_rows(groups: Int64Array, scores: Float64Array, k: int) -> TopRows:
    """Order each group's rows by score and look at the first `k` places; `groups` and `scores` have shape (n,).

    A row at place p (from 1) has the discount 1 / log₂(1 + p); rows that tie share the mean of their places'
    chances and discounts. Raises ValueError for k below 1 and as `rank_rows` does.
    """
    if k < 1:
        raise ValueError(f"A list has 1 place or more, not {k}.")
    rows = rank_rows(groups, scores)
    chance, discount = np.empty(groups.size), np.empty(groups.size)
    chance[rows.order], discount[rows.order] = rows.chance(k), rows.discount(k)
    return TopRows(chance, discount)


def top_n(
    groups: Int64Array, candidates: Int64Array, gains: Float64Array, scores: Float64Array, k: int, catalogue: int
) -> TopN:
    """Judge the lists of the `k` best-scored rows of each group against `gains`; arrays of shape (n,).

    A row is relevant when its gain is above 0; how far above matters to ndcg alone. `catalogue` is how many
    candidates there are. Each measure is rounded to 12 decimals. Raises ValueError as `JudgedTops` does, or for
    a catalogue smaller than the candidates named.
    """
    names, candidate = np.unique(candidates, return_inverse=True)
    if catalogue < names.size:
        raise ValueError(f"A catalogue of {catalogue:,} cannot hold {names.size:,} candidates.")
    tops = JudgedTops(groups, gains, scores, k)
    with np.errstate(divide="ignore"):
        missed = np.bincount(candidate[tops.rows.order], np.log1p(-tops.rows.chance(k)))
    return TopN(
        precision=_mean(tops.precision()),
        recall=_mean(tops.recall()),
        f1=_mean(tops.f1()),
        average_precision=_mean(tops.average_precision()),
        ndcg=_mean(tops.ndcg()),
        coverage=round(math.fsum(-np.expm1(missed)) / catalogue, DIGITS),
    )


def precision_at_k(
    targets: npt.ArrayLike, predictions: npt.ArrayLike, groups: Int64Array, k: int, rows: BoolArray | None = None
) -> float:
    """The mean over the groups of hits / k; targets are gains, predictions scores, all arrays of shape (n,).

    `rows` picks those that count; None: all. A group without a relevant row among them is left out. Rounded to
    12 decimals. Raises ValueError as `JudgedTops` does, and when no row counts.
    """
    return _mean(_judged(targets, predictions, groups, k, rows).precision())


def recall_at_k(
    targets: npt.ArrayLike, predictions: npt.ArrayLike, groups: Int64Array, k: int, rows: BoolArray | None = None
) -> float:
    """The mean over the groups of hits / relevant rows; otherwise as `precision_at_k`."""
    return _mean(_judged(targets, predictions, groups, k, rows).recall())


def f1_at_k(
    targets: npt.ArrayLike, predictions: npt.ArrayLike, groups: Int64Array, k: int, rows: BoolArray | None = None
) -> float:
    """The mean over the groups of their own F1; otherwise as `precision_at_k`."""
    return _mean(_judged(targets, predictions, groups, k, rows).f1())


def map_at_k(
    targets: npt.ArrayLike, predictions: npt.ArrayLike, groups: Int64Array, k: int, rows: BoolArray | None = None
) -> float:
    """The mean over the groups of `JudgedTops.average_precision`; otherwise as `precision_at_k`."""
    return _mean(_judged(targets, predictions, groups, k, rows).average_precision())


def ndcg_at_k(
    targets: npt.ArrayLike, predictions: npt.ArrayLike, groups: Int64Array, k: int, rows: BoolArray | None = None
) -> float:
    """The mean over the groups of `JudgedTops.ndcg`; otherwise as `precision_at_k`."""
    return _mean(_judged(targets, predictions, groups, k, rows).ndcg())


def has_a_relevant_row(targets: Float64Array) -> bool:
    """Whether lists can be judged against these gains, shape (n,)."""
    return bool((targets > 0).any())


def _judged(
    targets: npt.ArrayLike, predictions: npt.ArrayLike, groups: Int64Array, k: int, rows: BoolArray | None
) -> JudgedTops:
    gains, scores = picked(targets, predictions, rows)
    return JudgedTops(groups if rows is None else groups.compress(rows), gains, scores, k)


def _mean(values: Float64Array) -> float:
    return round(math.fsum(values) / values.size, DIGITS)
