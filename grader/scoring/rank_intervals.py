"""How sure the order of a board is, from the replicates of its entries alone: no label is needed.

Replicates are scores of each entry over the same draws of the test set (`uncertainty.Resampling`): float32, shape
(K, B). Everything here rests on pairs, in which the luck that two entries share cancels.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grader.scoring.arrays import BoolArray, Float64Array, Int64Array
from grader.scoring.bootstrap import CONFIDENCE, Interval
from grader.scoring.uncertainty import Float32Array

# So many comparisons are added up in one byte.
_BYTE = 250
# So many entries are compared with one at a time: with 1,000 replicates of each, what a processor has at hand.
_BLOCK = 512


@dataclass(frozen=True)
class RankIntervals:
    """The best and the worst rank that each entry may have, from 1, both included: shape (K,)."""

    low: Int64Array
    high: Int64Array


@dataclass(frozen=True)
class SureOrder:
    """`is_better[i, j]`, shape (K, K): entry i is surely better than entry j."""

    is_better: BoolArray

    def rank_intervals(self, is_ranked: BoolArray | None = None) -> RankIntervals:
        """From 1 + those surely better to K - those surely worse (Mogstad et al., 2024, without their correction).

        With `is_ranked`, shape (K,), the ranked ones alone take places; any other entry gets those that it would
        have among them. In simulated contests of 20 (tests/benchmarks/coverage.py) they hold the true rank in 98 %
        or more of all cases, but on a board where all are nearly equal the best team's own in 90 %.
        """
        ranked = np.ones(len(self.is_better), np.bool_) if is_ranked is None else is_ranked
        # An entry without a rank would make one more than they are.
        entry_count = np.count_nonzero(ranked) + ~ranked
        return RankIntervals(
            low=1 + np.count_nonzero(self.is_better[ranked], axis=0),
            high=entry_count - np.count_nonzero(self.is_better[:, ranked], axis=1),
        )

    def among(self, entries: BoolArray) -> "SureOrder":
        """The order of these entries alone, a mask of shape (K,)."""
        return SureOrder(self.is_better[np.ix_(entries, entries)])

    def tied_with(self, entry: int) -> BoolArray:
        """Who cannot be told apart from this entry, itself among them: shape (K,)."""
        return np.asarray(~(self.is_better[entry] | self.is_better[:, entry]))

    def groups(self, order: Int64Array) -> Int64Array:
        """The number of each entry's group, from 1 at the top, shape (K,); `order` names the entries best first.

        As in the evaluations of WMT, a line is drawn below a place when each entry down to it is surely better than
        each one under it; a group is what stands between two lines. So two entries of different groups differ
        surely, while two of one group may differ too, when a chain of ties joins them. Raises ValueError when
        `order` does not name each entry once.
        """
        entry_count = len(self.is_better)
        if not np.array_equal(np.sort(order), np.arange(entry_count)):
            raise ValueError(f"The order must name each of {entry_count} entries once.")
        in_order = self.is_better[np.ix_(order, order)]
        # The last place that the entry at each place is not surely better than: its own at least.
        last = entry_count - 1 - np.argmin(in_order[:, ::-1], axis=1)
        has_a_line = np.maximum.accumulate(last) <= np.arange(entry_count)
        groups = np.empty(entry_count, np.int64)
        groups[order] = 1 + np.append(0, np.cumsum(has_a_line[:-1]))
        return groups


def paired_interval(a: Float32Array, b: Float32Array, confidence: float = CONFIDENCE) -> Interval:
    """Where score A - score B may lie, from replicates of shape (B,) over the same draws.

    Its ends are differences that occur: of 1,000 the 25th from either side for 95 %. Raises ValueError for
    unlike shapes, none, or a confidence outside (0, 1).
    """
    if a.ndim != 1 or a.shape != b.shape or not a.size:
        raise ValueError(f"Only replicates over the same draws can be paired, not {a.shape} and {b.shape}.")
    outside = _outside(a.size, confidence)
    differences = np.sort(a.astype(np.float64) - b)
    return Interval(float(differences[outside]), float(differences[-1 - outside]))


def sure_order(replicates: Float32Array, *, lower_is_better: bool = True, confidence: float = CONFIDENCE) -> SureOrder:
    """Compare each entry with each other: i is surely better than j where their `paired_interval` says so, without 0.

    Of 1,000 replicates of a pair, 976 must agree for 95 %. K = 2,000 takes about a second, 10,000 about 20, and
    one byte for each pair. Raises ValueError for another shape than (K, B), a replicate that is not finite, or a
    confidence outside (0, 1).
    """
    _check(replicates)
    entry_count, count = replicates.shape
    needed = count - _outside(count, confidence)
    places = _places(replicates if lower_is_better else -replicates)
    is_better = np.empty((entry_count, entry_count), np.bool_)
    for start in range(0, entry_count, _BLOCK):
        others = np.ascontiguousarray(places[start : start + _BLOCK].T)
        is_before = np.empty(others.shape, np.bool_)
        for entry, own in enumerate(places):
            np.less(own[:, np.newaxis], others, out=is_before)
            is_better[entry, start : start + _BLOCK] = _count(is_before) >= needed
    return SureOrder(is_better)


def chances_of_top(replicates: Float32Array, k: int, *, lower_is_better: bool = True) -> Float64Array:
    """In which share of the draws each entry is among the first k, shape (K,); equals share the places they tie for.

    The shares add up to k. They say how a new draw of the test set falls, not how likely an entry is the best in
    truth. Raises ValueError for k below 1 or above K, and as `sure_order` does.
    """
    _check(replicates)
    entry_count, count = replicates.shape
    if not 1 <= k <= entry_count:
        raise ValueError(f"The first {k} of {entry_count} entries do not exist.")
    shares = np.zeros(entry_count)
    for draw in replicates.T if lower_is_better else -replicates.T:
        last = np.partition(draw, k - 1)[k - 1]
        is_in, ties = draw < last, draw == last
        shares += is_in + ties * ((k - np.count_nonzero(is_in)) / np.count_nonzero(ties))
    return np.asarray(shares / count)


def _places(replicates: Float32Array) -> npt.NDArray[np.unsignedinteger]:
    """The place of each entry in each draw, shape (K, B), equals sharing one: compared much faster than floats."""
    entry_count, count = replicates.shape
    places = np.empty((count, entry_count), np.uint16 if entry_count < 2**16 else np.uint32)
    for own, draw in zip(places, replicates.T, strict=True):
        own[:] = np.unique(draw, return_inverse=True)[1]
    return np.ascontiguousarray(places.T)


def _outside(count: int, confidence: float) -> int:
    """How many of so many replicates lie outside the interval on each side."""
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"A confidence lies between 0 and 1, not at {confidence}.")
    return int((1.0 - confidence) / 2.0 * (count - 1))


def _check(replicates: Float32Array) -> None:
    if replicates.ndim != 2 or not replicates.size or not np.isfinite(replicates).all():
        raise ValueError(f"Replicates must be finite and of shape (K, B), not {replicates.shape}.")


def _count(are_so: BoolArray) -> Int64Array:
    """How many of each column, shape (B, m), are so."""
    ones = are_so.view(np.uint8)
    counts = np.zeros(are_so.shape[1], np.int64)
    for start in range(0, len(ones), _BYTE):
        counts += np.add.reduce(ones[start : start + _BYTE], axis=0, dtype=np.uint8)
    return counts
