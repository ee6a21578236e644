"""How alike two users, or two books, have been rated: pairs by pairs, over what both have in common."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from grader.scoring.arrays import Float64Array, Int64Array


@dataclass(frozen=True)
class Deviations:
    """n deviations from what a baseline predicted, as a sparse matrix: `row`, `column` int64 (n,), `value` (n,).

    Rows are what is compared (users or books, `rows` of them); columns what they have in common.
    """

    row: Int64Array
    column: Int64Array
    value: Float64Array
    rows: int


@dataclass(frozen=True)
class CommonPairs:
    """The p pairs of rows a < b with a column in common, ordered by (a, b), and sums over their common columns.

    All of shape (p,): `count` columns; `product` Σ x_a x_b; `sum_a`, `sum_b` Σ x; `square_a`, `square_b` Σ x²;
    and `norm_a`, `norm_b`, the length √Σ x² of each row over all its columns, common or not.
    """

    a: Int64Array
    b: Int64Array
    count: Float64Array
    product: Float64Array
    sum_a: Float64Array
    sum_b: Float64Array
    square_a: Float64Array
    square_b: Float64Array
    norm_a: Float64Array
    norm_b: Float64Array


@dataclass(frozen=True)
class Meetings:
    """Every pair of rows a < b with a column in common, by (a, b), shape (p,); and each time that they meet.

    `x` and `y`, shape (meetings,), are the values of a and of b in a common column; those of pair number p begin
    at `starts[p]`.
    """

    a: Int64Array
    b: Int64Array
    starts: Int64Array
    x: Float64Array
    y: Float64Array

    def sums(self, terms: Float64Array) -> Float64Array:
        """`terms` (meetings,) added up by pair, shape (p,)."""
        return np.asarray(np.add.reduceat(terms, self.starts) if self.starts.size else terms, dtype=np.float64)


def meetings(deviations: Deviations) -> Meetings:
    """Go through each column once and meet every pair of its rows; the rest of the pairs share nothing."""
    if deviations.row.size == 0:
        nobody, nothing = np.zeros(0, np.int64), np.zeros(0)
        return Meetings(nobody, nobody, nobody, nothing, nothing)
    order = np.lexsort((deviations.row, deviations.column))
    row, value = deviations.row[order], deviations.value[order]
    ends = np.flatnonzero(np.diff(deviations.column[order], append=-1)) + 1
    # In a column that starts at s, the value at place p meets the p - s values before it.
    starts = np.repeat(np.append(0, ends[:-1]), np.diff(ends, prepend=0))
    places = np.arange(row.size)
    counts = places - starts
    second = np.repeat(places, counts)
    first = np.arange(second.size) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(starts, counts)
    key = row[first] * deviations.rows + row[second]
    order = np.argsort(key, kind="stable")
    key, first, second = key[order], first[order], second[order]
    groups = np.flatnonzero(np.append(True, key[1:] != key[:-1])[: key.size])
    return Meetings(row[first[groups]], row[second[groups]], groups, value[first], value[second])


def common_pairs(deviations: Deviations) -> CommonPairs:
    """What all pairs of rows with a column in common have in common."""
    met = meetings(deviations)
    length = np.sqrt(np.bincount(deviations.row, deviations.value**2, deviations.rows))
    return CommonPairs(
        a=met.a,
        b=met.b,
        count=met.sums(np.ones(met.x.size)),
        product=met.sums(met.x * met.y),
        sum_a=met.sums(met.x),
        sum_b=met.sums(met.y),
        square_a=met.sums(met.x**2),
        square_b=met.sums(met.y**2),
        norm_a=length[met.a],
        norm_b=length[met.b],
    )


def cosine(pairs: CommonPairs) -> Float64Array:
    """cos = Σ x_a x_b / (|x_a| |x_b|), the lengths over all columns of each row: a missing rating counts as 0.

    What both have in common must weigh against all that they do not; few common columns already mean little.
    """
    return _quotient(pairs.product, pairs.norm_a * pairs.norm_b)


def pearson(pairs: CommonPairs) -> Float64Array:
    """ρ = Σ (x_a − x̄_a)(x_b − x̄_b) / √(Σ (x_a − x̄_a)² Σ (x_b − x̄_b)²), means and sums over the common columns.

    0 with one common column, or where one of the rows is constant on them: there is nothing to correlate.
    """
    covariance = pairs.count * pairs.product - pairs.sum_a * pairs.sum_b
    spread_a = np.maximum(pairs.count * pairs.square_a - pairs.sum_a**2, 0.0)
    spread_b = np.maximum(pairs.count * pairs.square_b - pairs.sum_b**2, 0.0)
    spread = np.sqrt(spread_a * spread_b)
    # Differences of sums leave a rest of about 1e-16 of them where the true spread is 0.
    known = spread > 1e-9 * pairs.count**2
    return np.clip(_quotient(np.where(known, covariance, 0.0), np.where(known, spread, 0.0)), -1.0, 1.0)


def mean_squared_difference(pairs: CommonPairs) -> Float64Array:
    """msd = 1 / (1 + (1/n) Σ (x_a − x_b)²) over the n common columns: 1 where they agree, never below 0."""
    difference = pairs.square_a + pairs.square_b - 2.0 * pairs.product
    return np.asarray(1.0 / (1.0 + np.maximum(difference, 0.0) / pairs.count), dtype=np.float64)


SIMILARITIES: dict[str, Callable[[CommonPairs], Float64Array]] = {
    "cosine": cosine,
    "pearson": pearson,
    "msd": mean_squared_difference,
}


def shrunk(similarity: Float64Array, count: Float64Array, shrinkage: float) -> Float64Array:
    """s · n / (n + β): one common column is hardly evidence (Koren, 2008, eq. 2)."""
    return np.asarray(similarity * count / (count + shrinkage), dtype=np.float64)


def _quotient(above: Float64Array, below: Float64Array) -> Float64Array:
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)
