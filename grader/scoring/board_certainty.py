"""How sure a board is, told in no finer digits than the board itself: what a page shows beside each entry."""

import math
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal, localcontext
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from grader.scoring.arrays import BoolArray, Float64Array, Int64Array
from grader.scoring.bootstrap import Interval
from grader.scoring.metric import Metric
from grader.scoring.rank_intervals import SureOrder, chances_of_top, paired_interval, sure_order
from grader.scoring.slices import largest_loss
from grader.scoring.uncertainty import Float32Array, as_float32

Number = TypeVar("Number", bound=np.generic)

# Chances are told in steps of so many per cent; 0 stands for less than that, 100 for more than all but that.
CHANCE_STEP = 5
TOP = 3


@dataclass(frozen=True, eq=False)
class BoardCertainty:
    """Arrays of shape (K,), in the order of the board.

    `low` and `high`: the places of each entry, those of an unranked one as if it were ranked too. `group`, from 1,
    and the chances, in per cent, are 0 and -1 for an entry that is not `compared`. `half_width`: of the 95 % interval
    of the difference to the first one compared, which is `first`; `exact_half_width` is for no page.
    """

    first: int
    compared: BoolArray
    low: Int64Array
    high: Int64Array
    group: Int64Array
    chance_first: Int64Array
    chance_top: Int64Array
    is_tied: BoolArray
    half_width: Float64Array
    exact_half_width: Float64Array


def board_certainty(
    replicates: Float32Array,
    exact: Float64Array,
    shown: Float64Array,
    is_ranked: BoolArray,
    *,
    lower_is_better: bool,
    decimals: int,
    step: float = 0.0,
) -> BoardCertainty:
    """From the replicates of K entries, shape (K, B), in the order of the board, and their scores: exact and disclosed.

    Compared with each other are the ranked ones, or all where none is ranked. Nothing follows from the digits that
    the board hides: each entry's replicates are moved by as much as its score was rounded, and entries whose
    disclosed scores are equal are told the same: the mean of their chances, the widest of all else. Entries are told
    apart only by more than `step`, for few rows that differ never leave a doubt once their scores are rounded. Half
    widths are rounded up to whole steps, one at least, and to the decimals, but so that a tie's interval holds 0 and
    that of a sure difference does not. Raises ValueError as `sure_order` does, and for arrays of another length.
    """
    if not exact.shape == shown.shape == is_ranked.shape == (len(replicates),):
        raise ValueError(f"{len(replicates)} entries, {shown.shape} scores and {is_ranked.shape} marks of rank.")
    compared = is_ranked if is_ranked.any() else np.ones_like(is_ranked)
    replicates = as_float32(replicates + (shown - exact)[:, np.newaxis])
    unit = Decimal(1).scaleb(-decimals)
    whole_step = Decimal(step).quantize(unit, rounding=ROUND_CEILING)
    order = _told_apart(
        sure_order(replicates, lower_is_better=lower_is_better), shown, float(whole_step + unit / 2), lower_is_better
    )
    first = int(np.argmax(compared))
    equals = np.unique(np.column_stack([shown, compared]), axis=0, return_inverse=True)[1].ravel()
    places = order.rank_intervals(compared)
    count = int(np.count_nonzero(compared))
    group = np.zeros(shown.size, np.int64)
    group[compared] = order.among(compared).groups(np.arange(count))
    is_tied = _widest(np.maximum, order.tied_with(first), equals)
    exact_half_width = np.array([_half_width(paired_interval(own, replicates[first])) for own in replicates])
    half_width = np.array(
        [
            _rounded(width, difference, unit, whole_step, is_tied=bool(tied))
            for width, difference, tied in zip(
                _widest(np.maximum, exact_half_width, equals), shown - shown[first], is_tied, strict=True
            )
        ]
    )
    half_width[first] = 0.0
    return BoardCertainty(
        first=first,
        compared=compared,
        low=_widest(np.minimum, places.low, equals),
        high=_widest(np.maximum, places.high, equals),
        group=group,
        chance_first=_chances(replicates, equals, compared, 1, lower_is_better),
        chance_top=_chances(replicates, equals, compared, min(TOP, count), lower_is_better),
        is_tied=is_tied,
        half_width=half_width,
        exact_half_width=exact_half_width,
    )


def half_width_step(metric: Metric, row_count: int, lowest: float | None, highest: float | None) -> float:
    """How coarse half widths must be, so that a file which moves one row (list) moves one by no more than a step.

    A half width is about 1.96 / n times the length of the vector of the rows' differences, which a row changes by the
    largest loss at most. 0.0: that has no bound. `lowest` and `highest` bound a prediction; None: nothing does.
    """
    low = -math.inf if lowest is None else lowest
    most = largest_loss(metric, low, math.inf if highest is None else highest)
    return 0.0 if most is None else 2.0 * most / row_count


def _told_apart(order: SureOrder, shown: Float64Array, least: float, lower_is_better: bool) -> SureOrder:
    """The order among entries that the board itself tells apart, and as it does, by so much at least."""
    for entry, score in enumerate(shown):
        order.is_better[entry] &= (shown - score if lower_is_better else score - shown) > least
    return order


def _widest(of: np.ufunc, values: npt.NDArray[Number], equals: Int64Array) -> npt.NDArray[Number]:
    """The least or the greatest (`of`) of the values of each class of equals, for all in it."""
    _, at = np.unique(equals, return_index=True)
    ends = values[at]
    of.at(ends, equals, values)
    return ends[equals]


def _chances(
    replicates: Float32Array, equals: Int64Array, compared: BoolArray, k: int, lower_is_better: bool
) -> Int64Array:
    chances = np.full(len(replicates), -1, np.int64)
    shares = chances_of_top(replicates[compared], k, lower_is_better=lower_is_better)
    those = equals[compared]
    sums, counts = np.bincount(those, shares), np.bincount(those)
    shared = sums[those] / counts[those]
    chances[compared] = CHANCE_STEP * np.rint(shared * 100 / CHANCE_STEP).astype(np.int64)
    return chances


def _half_width(interval: Interval) -> float:
    return (interval.high - interval.low) / 2


def _rounded(half_width: float, difference: float, unit: Decimal, step: Decimal, *, is_tied: bool) -> float:
    with localcontext() as context:
        context.prec = 800  # of the largest float's 309 digits before the point, and as many decimals as any board
        whole = max(unit, step)
        steps = (Decimal(half_width) / whole).to_integral_value(rounding=ROUND_CEILING)
        half = max(steps, Decimal(1)) * whole
        apart = abs(Decimal(difference).quantize(unit))
        return float(max(half, apart) if is_tied else min(half, apart - unit))


def median_ratio(wider: Float64Array, half_width: Float64Array) -> float | None:
    """How many times as wide the one kind of interval is as the other, for the middle entry. None: no telling."""
    are_wide = half_width > 0
    ratio = float(np.median(wider[are_wide] / half_width[are_wide])) if are_wide.any() else math.nan
    return ratio if math.isfinite(ratio) else None
