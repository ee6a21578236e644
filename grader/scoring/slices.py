"""Where a file errs: its public score in parts, told so coarsely that no label can be read off a report.

Rows are parted by what is known before anything is sent (how often a user and an item occur in train.csv) and by the
label's level; never by predictions, so every file of a competition meets the same slices. Neighbours are put together
until each slice has the least number of rows, so no row is left out; a thing that leaves one slice alone is not told.

**What it gives away.** A row stands in one slice of each of k things. A slice of n rows is told in steps of at least
k · L / n, where L is the largest loss that a row can have (`largest_loss`). So n times any number that is told is known
to k · L at best: all that one row can do moves each of its k slices by one k-th of a step, a report by one step in all.
That is too little for a label of five kinds, which needs four steps (tests/grader/attacks/test_slice_oracles.py), and
it holds for what follows from several numbers too: a part that was put together with another, taken from the total or
from a slice of another thing, is known to within the steps of both, more than any row of it weighs.
What no rounding prevents is learning sums over many rows: see `labels_at_most` and `gain_at_most`. The numbers of rows
are told to two digits, since those by label are what the labels' distribution is made of.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np

from grader.scoring.arrays import Float64Array, Int64Array
from grader.scoring.exact_sum import exact_sum
from grader.scoring.metric import Metric, TargetKind
from grader.scoring.ranked_lists import JudgedTops

# The least number of ratings in train.csv for each part; the last is open.
LEAST_COUNTS = (0, 1, 6, 21, 101)
# More whole numbers than these are no levels: the range is cut into so many equal parts instead.
MOST_LEVELS, LEVELS_OF_A_RANGE = 10, 5
# Of (user new, item new) = (no, no), (no, yes), (yes, no), (yes, yes), by the first and the last that are put together.
_NOVELTY = {
    (0, 0): "user and item known", (1, 1): "only the item new", (2, 2): "only the user new", (3, 3): "both new",
    (0, 1): "user known", (1, 2): "one of the two new", (2, 3): "user new",
    (0, 2): "not both new", (1, 3): "user or item new",
}  # fmt: skip


@dataclass(frozen=True)
class Partition:
    """Units (rows, or lists) parted by one thing: `part`, shape (n,), from 0 to `part_count` - 1, neighbours alike.

    `name(first, last)` says what the parts from the first to the last, put together, are called.
    """

    about: str
    part: Int64Array
    part_count: int
    name: Callable[[int, int], str]


@dataclass(frozen=True)
class Slice:
    """One slice as it may be told: its size to two digits, its score rounded to `step`, shown with `decimals`."""

    about: str
    name: str
    row_count: int
    score: float
    step: float
    decimals: int


def why_not_sliced(metric: Metric, lowest: float, highest: float) -> str:
    """Why no file of a competition with this metric and range has slices, as a sentence; "": it can have."""
    if metric.row_loss is None and metric.list_value is None:
        return f"{metric.short} is no mean over rows, so it does not come apart into slices."
    if largest_loss(metric, lowest, highest) is None:
        return "Predictions have no bounds here, and a large one could spell out labels by its slice."
    return ""


def largest_loss(metric: Metric, lowest: float, highest: float) -> float | None:
    """The largest value that one row (for lists: one list) can have; None: there is no bound.

    `lowest` and `highest` are the competition's range of predictions, infinite for none.
    """
    if metric.row_loss is None:
        return None if metric.list_value is None else 1.0
    ends = np.array([lowest, highest]) if metric.target_kind == TargetKind.NUMBER else np.array([0.0, 1.0])
    if not np.isfinite(ends).all():
        return None
    return float(metric.row_loss(ends[[0, 0, 1, 1]], ends[[0, 1, 0, 1]]).max())


def values_of(
    metric: Metric,
    targets: Float64Array,
    predictions: Float64Array,
    groups: Int64Array | None = None,
    k: int | None = None,
) -> Float64Array:
    """What the score is the mean of, shape (n,): a loss for each row, or a value for each list of `judged_lists`.

    Raises ValueError for a metric that is no such mean.
    """
    if metric.row_loss is not None:
        return metric.row_loss(targets, predictions)
    if metric.list_value is None or groups is None or k is None:
        raise ValueError(f"{metric.short} is no mean over rows or lists.")
    return metric.list_value(JudgedTops(groups, targets, predictions, k))


def judged_lists(targets: Float64Array, groups: Int64Array) -> Int64Array:
    """The first row of each list that has a relevant one, in the order of `values_of`, shape (lists,)."""
    names, first = np.unique(groups, return_index=True)
    return np.asarray(first[np.isin(names, groups[targets > 0])], dtype=np.int64)


def by_count(about: str, counts: Int64Array) -> Partition:
    """Parted by how often something occurs in train.csv, `counts` of shape (n,), in the bands of LEAST_COUNTS."""
    part = np.searchsorted(LEAST_COUNTS, counts, side="right") - 1

    def name(first: int, last: int) -> str:
        low = LEAST_COUNTS[first]
        if last == len(LEAST_COUNTS) - 1:
            return f"{low} or more"
        high = LEAST_COUNTS[last + 1] - 1
        return f"{low}" if low == high else f"{low} to {high}"

    return Partition(about, part.astype(np.int64), len(LEAST_COUNTS), name)


def by_novelty(user_counts: Int64Array, item_counts: Int64Array) -> Partition:
    """Parted by whether a row's user and item occur in train.csv at all: the cold start."""
    part = 2 * (user_counts == 0) + (item_counts == 0)
    return Partition("cold start", part.astype(np.int64), 4, lambda first, last: _NOVELTY[first, last])


def by_level(metric: Metric, targets: Float64Array, lowest: float, highest: float) -> Partition | None:
    """Parted by the label: its nearest whole number, or the fifth of the range that it lies in.

    None where labels have no levels: lists, and classes or numbers without a range.
    """
    if metric.target_kind == TargetKind.BINARY:
        lowest, highest = 0.0, 1.0
    if metric.target_kind == TargetKind.RELEVANCE or not (math.isfinite(lowest) and math.isfinite(highest)):
        return None
    first_whole, level_count = math.ceil(lowest), math.floor(highest) - math.ceil(lowest) + 1
    if 2 <= level_count <= MOST_LEVELS:
        ends = [float(first_whole + level) for level in range(level_count)]
        part = np.floor(targets + 0.5) - first_whole
        return _leveled(part, level_count, lambda one, last: _from_to(ends[one], ends[last]))
    if metric.target_kind == TargetKind.CLASS:
        return None
    width = (highest - lowest) / LEVELS_OF_A_RANGE
    part = np.floor((targets - lowest) / width)
    return _leveled(
        part, LEVELS_OF_A_RANGE, lambda one, last: _from_to(lowest + one * width, lowest + (last + 1) * width)
    )


def told(
    metric: Metric,
    values: Float64Array,
    partitions: Sequence[Partition],
    *,
    most: float,
    decimals: int,
    least_rows: int,
) -> list[Slice]:
    """The slices of a file, things and parts in their order; empty where nothing has two slices of so many rows.

    `values`, shape (n,), are those of `values_of` on public rows alone, `most` is their `largest_loss`, and
    `decimals` the board's, finer than which no slice is told.
    """
    shown = [(thing, merged) for thing in partitions if len(merged := _merged(thing, least_rows)) > 1]
    slices = []
    for thing, merged in shown:
        for first, last in merged:
            own = values[(thing.part >= first) & (thing.part <= last)]
            step = step_for(own.size, len(shown), most, decimals)
            mean = Decimal(float(exact_sum(own.copy()) / own.size))
            rounded = float((mean / step).quantize(Decimal(1), rounding=ROUND_HALF_EVEN) * step)
            digits = _decimals_of(step)
            score = round(metric.from_mean_loss(rounded), digits) + 0.0
            name = thing.name(first, last)
            slices.append(Slice(thing.about, name, _to_two_digits(own.size), score, float(step), digits))
    return slices


def step_for(row_count: int, thing_count: int, most: float, decimals: int) -> Decimal:
    """The step of a slice's number: the smallest of 1, 2 and 5 times a power of ten that is coarse enough.

    So coarse is `thing_count` · `most` / `row_count`, and a unit of the board's last decimal.
    """
    least = max(Decimal(1).scaleb(-decimals), Decimal(thing_count) * Decimal(str(most)) / row_count)
    power = Decimal(1).scaleb(least.adjusted())
    return next(step * power for step in (1, 2, 5, 10) if step * power >= least)


def labels_at_most(slices: Sequence[Slice], most: float, label_count: int) -> float:
    """The ceiling of what a report can tell, in labels of `label_count` kinds: how many reports there can be.

    As `leak_meter.labels_at_most` it stands above every attack, coins that are weighed together among them. On
    6,000 rows of 1 to 5 stars in 4 things of 4 slices each it is 57; a score of 3 decimals has 6.0.
    """
    return sum(math.log(most / each.step + 1.0, label_count) for each in slices)


def gain_at_most(report_count: int, slice_count: int, public_count: int) -> float:
    """By which share of itself files that know nothing lower the public score with so many reports; 1.0: all of it.

    Each slice tells one direction of the residuals, worth 1 / `public_count` of the score, as a plain score does in
    `leak_meter.worst_gain`: a report is worth as many files as it has slices, which is why a team has few of them.
    """
    return min(1.0, report_count * slice_count / public_count)


def _leveled(part: Float64Array, count: int, name: Callable[[int, int], str]) -> Partition:
    return Partition("label", np.clip(part, 0, count - 1).astype(np.int64), count, name)


def _from_to(low: float, high: float) -> str:
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _merged(thing: Partition, least_rows: int) -> list[tuple[int, int]]:
    """(first, last) of the parts that are put together: the smallest joins its smaller neighbour, until all do."""
    spans = [(part, part) for part in range(thing.part_count)]
    sizes = np.bincount(thing.part, minlength=thing.part_count).tolist()
    while len(spans) > 1 and min(sizes) < max(1, least_rows):
        small = sizes.index(min(sizes))
        beside = [at for at in (small - 1, small + 1) if 0 <= at < len(spans)]
        left = min(small, min(beside, key=lambda at: sizes[at]))
        spans[left : left + 2] = [(spans[left][0], spans[left + 1][1])]
        sizes[left : left + 2] = [sizes[left] + sizes[left + 1]]
    return spans


def _decimals_of(step: Decimal) -> int:
    return max(0, -step.adjusted())


def _to_two_digits(count: int) -> int:
    return int(round(count, min(0, 2 - len(str(count)))))
