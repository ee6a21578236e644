"""Which teams' files are nearly one and the same: the correlation of all pairs, in blocks. It needs labels."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from grader.scoring.arrays import BoolArray, Float64Array, Int64Array
from grader.scoring.metric import Metric
from grader.scoring.probing import SAME_FILE_CORRELATION

# Rows of the table of all pairs that are made at once: 512 × 2,000 teams are 4 MB, and 0.3 s of one processor.
BLOCK = 512
DECIMALS = 4

Float32Array = npt.NDArray[np.float32]


class Compared(StrEnum):
    """What of two files is compared: what they get wrong, or, where the scale is free, how they order the rows."""

    ERRORS = "errors"
    WRONG_ROWS = "wrong rows"
    ORDER = "order"


@dataclass(frozen=True)
class Pair:
    """Two files by their place in the table, and their correlation, rounded to 4 decimals."""

    one: int
    other: int
    correlation: float


@dataclass(frozen=True)
class Similar:
    """The strongest pairs of teams, then of a team with a baseline at the threshold or above, each strongest first.

    A pair of teams that are both like one baseline is in neither list; `like_baseline_count` teams are like one.
    """

    teams: list[Pair]
    with_baselines: list[Pair]
    like_baseline_count: int


def compared_by(metric: Metric) -> Compared:
    """What says most of two files under this metric."""
    if metric.predicts_classes:
        return Compared.WRONG_ROWS
    has_free_scale = metric.takes_k or metric.name == "auc"
    return Compared.ORDER if has_free_scale else Compared.ERRORS


def fingerprint(metric: Metric, targets: Float64Array, predictions: Float64Array) -> Float32Array:
    """What is compared of a file, shape (n,), with mean 0 and length 1, so that products are correlations.

    All 0 where it is the same for all rows: such a file is like no other.
    """
    compared = compared_by(metric)
    if compared == Compared.ERRORS:
        values = targets - predictions
    elif compared == Compared.WRONG_ROWS:
        values = (targets != predictions).astype(np.float64)
    else:
        values = _mean_ranks(predictions)
    centred = values - values.mean()
    length = float(np.linalg.norm(centred))
    if length <= 1e-9 * max(1.0, float(np.abs(values).max())):
        return np.zeros(values.shape, dtype=np.float32)
    direction: Float32Array = (centred / length).astype(np.float32)
    return direction


def strongest_pairs(
    table: Float32Array, is_baseline: BoolArray, most: int, between: Callable[[], None] = lambda: None
) -> Similar:
    """The `most` strongest pairs of each kind, from the files' fingerprints, shape (files, rows).

    `between` is called after each block, so that other work can go first.
    """
    like = _like_baseline(table, is_baseline)
    teams: list[Pair] = []
    for start in range(0, len(table), BLOCK):
        products = table[start : start + BLOCK] @ table[start:].T
        one, other = np.triu_indices(len(products), 1, products.shape[1])
        is_pair = ~(is_baseline[one + start] | is_baseline[other + start])
        is_pair &= (like[one + start] < 0) | (like[one + start] != like[other + start])
        one, other = one[is_pair], other[is_pair]
        values = products[one, other]
        if values.size > most:
            strongest = np.argpartition(values, values.size - most)[-most:]
            one, other, values = one[strongest], other[strongest], values[strongest]
        found = [
            Pair(start + int(i), start + int(j), _rounded(value))
            for i, j, value in zip(one, other, values, strict=True)
        ]
        teams = sorted(teams + found, key=_strongest_first)[:most]
        between()
    copies = np.flatnonzero((like >= 0) & ~is_baseline)
    with_baselines = [Pair(int(i), int(like[i]), _rounded(table[i] @ table[like[i]])) for i in copies]
    return Similar(teams, sorted(with_baselines, key=_strongest_first)[:most], copies.size)


def _like_baseline(table: Float32Array, is_baseline: BoolArray) -> Int64Array:
    """For each file the baseline that it is most like, from the threshold on; -1: none."""
    baselines = np.flatnonzero(is_baseline)
    if not baselines.size:
        return np.full(len(table), -1, dtype=np.int64)
    products = table @ table[baselines].T
    nearest = products.argmax(axis=1)
    is_like = products[np.arange(len(table)), nearest] >= SAME_FILE_CORRELATION
    return np.where(is_like, baselines[nearest], -1)


def _mean_ranks(values: Float64Array) -> Float64Array:
    """The rank of each value; those that are equal share the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    mean_ranks: Float64Array = (last - (counts - 1) / 2.0)[inverse]
    return mean_ranks


def _rounded(correlation: float) -> float:
    return round(min(1.0, max(-1.0, float(correlation))), DECIMALS) + 0.0


def _strongest_first(pair: Pair) -> tuple[float, int, int]:
    return -pair.correlation, pair.one, pair.other
