"""How sure a board is, told in no finer digits than the board itself: what a page shows beside each entry."""

import math
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

import numpy as np

from grader.scoring.arrays import BoolArray, Float64Array, Int64Array
from grader.scoring.bootstrap import Interval
from grader.scoring.rank_intervals import SureOrder, chances_of_top, paired_interval, sure_order
from grader.scoring.uncertainty import Float32Array

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
    replicates: Float32Array, shown: Float64Array, is_ranked: BoolArray, *, lower_is_better: bool, decimals: int
) -> BoardCertainty:
    """From the replicates of K entries, shape (K, B), in the order of the board, and their disclosed scores (K,).

    Compared with each other are the ranked ones, or all where none is ranked. Entries whose disclosed scores are
    equal are never told apart. Half widths are rounded up to the decimals, but so that a tie's interval holds 0 and
    that of a sure difference does not. Raises ValueError as `sure_order` does, and for arrays of another length.
    """
    if shown.shape != (len(replicates),) or is_ranked.shape != shown.shape:
        raise ValueError(f"{len(replicates)} entries, {shown.shape} scores and {is_ranked.shape} marks of rank.")
    compared = is_ranked if is_ranked.any() else np.ones_like(is_ranked)
    order = _told_apart(sure_order(replicates, lower_is_better=lower_is_better), shown, lower_is_better)
    first = int(np.argmax(compared))
    places = order.rank_intervals(compared)
    count = int(np.count_nonzero(compared))
    group = np.zeros(shown.size, np.int64)
    group[compared] = order.among(compared).groups(np.arange(count))
    is_tied = order.tied_with(first)
    exact = np.array([_half_width(paired_interval(own, replicates[first])) for own in replicates])
    return BoardCertainty(
        first=first,
        compared=compared,
        low=places.low,
        high=places.high,
        group=group,
        chance_first=_chances(replicates, compared, 1, lower_is_better),
        chance_top=_chances(replicates, compared, min(TOP, count), lower_is_better),
        is_tied=is_tied,
        half_width=np.array(
            [
                _rounded(width, difference, decimals, is_tied=bool(tied))
                for width, difference, tied in zip(exact, shown - shown[first], is_tied, strict=True)
            ]
        ),
        exact_half_width=exact,
    )


def _told_apart(order: SureOrder, shown: Float64Array, lower_is_better: bool) -> SureOrder:
    """The order among entries that the board itself tells apart, and as it does."""
    for entry, score in enumerate(shown):
        order.is_better[entry] &= score < shown if lower_is_better else score > shown
    return order


def _chances(replicates: Float32Array, compared: BoolArray, k: int, lower_is_better: bool) -> Int64Array:
    chances = np.full(len(replicates), -1, np.int64)
    shares = chances_of_top(replicates[compared], k, lower_is_better=lower_is_better)
    chances[compared] = CHANCE_STEP * np.rint(shares * 100 / CHANCE_STEP).astype(np.int64)
    return chances


def _half_width(interval: Interval) -> float:
    return (interval.high - interval.low) / 2


def _rounded(half_width: float, difference: float, decimals: int, *, is_tied: bool) -> float:
    unit = Decimal(1).scaleb(-decimals)
    half = Decimal(half_width).quantize(unit, rounding=ROUND_CEILING)
    apart = abs(Decimal(difference).quantize(unit))
    if is_tied:
        return float(max(half, apart))
    return float(min(half, apart - unit))


def median_ratio(wider: Float64Array, half_width: Float64Array) -> float | None:
    """How many times as wide the one kind of interval is as the other, for the middle entry. None: no telling."""
    are_wide = half_width > 0
    ratio = float(np.median(wider[are_wide] / half_width[are_wide])) if are_wide.any() else math.nan
    return ratio if math.isfinite(ratio) else None
