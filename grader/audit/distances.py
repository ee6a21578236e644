"""How far apart two samples lie, how strongly one column goes with another, and how likely that is by chance."""

import math
from dataclasses import dataclass

import numpy as np

from grader.scoring.arrays import Float64Array, Int64Array

# Values rarer than the 50 commonest say little each, and many sparse cells spoil a chi-squared test.
COMMONEST = 50
# Below five expected rows in a cell the chi-squared distribution is no good guide (Cochran, 1954).
FEWEST_EXPECTED = 5.0


@dataclass(frozen=True)
class Distance:
    """`size` in [0, 1]: 0 for equal samples; `chance`: how often two samples of one kind lie as far apart."""

    size: float
    chance: float


def numeric_distance(a: Float64Array, b: Float64Array) -> Distance:
    """Kolmogorov's and Smirnov's: the largest gap between the shares of a and of b at or below any number.

    NaN are left out. The chance is asymptotic, and with ties too high, never too low.
    """
    a, b = np.sort(a[~np.isnan(a)]), np.sort(b[~np.isnan(b)])
    if not a.size or not b.size:
        return Distance(0.0, 1.0)
    everywhere = np.concatenate([a, b])
    below_a = np.searchsorted(a, everywhere, side="right") / a.size
    below_b = np.searchsorted(b, everywhere, side="right") / b.size
    size = float(np.abs(below_a - below_b).max())
    scale = math.sqrt(a.size * b.size / (a.size + b.size))
    return Distance(size, min(1.0, 2.0 * math.exp(-2.0 * (size * scale) ** 2)))


def category_distance(a: Int64Array, b: Int64Array) -> Distance:
    """The share of rows that would need another value, from counts of the same values in two samples.

    The 50 commonest values count by themselves, the others together. The chance is Pearson's chi-squared
    test's, over the values with at least five expected rows in each sample.
    """
    total = a + b
    if not a.sum() or not b.sum():
        return Distance(0.0, 1.0)
    order = np.argsort(-total, kind="stable")
    counts = np.vstack([np.append(side[order[:COMMONEST]], side[order[COMMONEST:]].sum()) for side in (a, b)])
    shares = counts / counts.sum(axis=1, keepdims=True)
    size = float(np.abs(shares[0] - shares[1]).sum() / 2)
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0) / counts.sum()
    is_full = (expected >= FEWEST_EXPECTED).all(axis=0)
    if is_full.sum() < 2:
        return Distance(size, 1.0)
    chi_squared = float((np.square(counts - expected) / np.where(expected > 0, expected, 1.0))[:, is_full].sum())
    return Distance(size, upper_tail(normal_score(chi_squared, int(is_full.sum()) - 1)))


def rank_correlation(a: Float64Array, b: Float64Array) -> float:
    """Spearman's ρ in [-1, 1], with mid-ranks for ties; 0 when one of the two is constant."""
    return correlation(_mid_ranks(a), _mid_ranks(b))


def correlation(a: Float64Array, b: Float64Array) -> float:
    """Pearson's r in [-1, 1]; 0 when one of the two is constant or there are fewer than two rows."""
    if a.size < 2:
        return 0.0
    a, b = a - a.mean(), b - b.mean()
    scale = math.sqrt(float(a @ a) * float(b @ b))
    return float(a @ b) / scale if scale > 0 else 0.0


@dataclass(frozen=True)
class Explained:
    """The share of the variance that groups explain, less what chance would, and its normal score."""

    share: float
    score: float


def explained_by_groups(values: Float64Array, groups: Int64Array) -> Explained:
    """How much of `values`, shape (n,), the means of their `groups` explain (ε², Kelley, 1935; F test)."""
    counts = np.bincount(groups)
    sums = np.bincount(groups, values - values.mean())
    used = counts > 0
    total = float(np.square(values - values.mean()).sum())
    between = float((np.square(sums[used]) / counts[used]).sum())
    degrees, rest = int(used.sum()) - 1, values.size - int(used.sum())
    if degrees < 1 or rest < 1 or total <= 0:
        return Explained(0.0, 0.0)
    within = max(total - between, 1e-12 * total) / rest
    return Explained(max(0.0, (between - degrees * within) / total), normal_score(between / within, degrees))


def normal_score(chi_squared: float, degrees: int) -> float:
    """How many standard deviations a chi-squared value lies above its middle (Wilson & Hilferty, 1931)."""
    spread = 2.0 / (9.0 * degrees)
    return float((math.cbrt(chi_squared / degrees)) - (1.0 - spread)) / math.sqrt(spread)


def upper_tail(score: float) -> float:
    """The chance of a normal score at least so high."""
    return 0.5 * math.erfc(score / math.sqrt(2.0))


def _mid_ranks(values: Float64Array) -> Float64Array:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts).astype(np.float64)
    ranks: Float64Array = (ends - (counts - 1) / 2.0)[places]
    return ranks
