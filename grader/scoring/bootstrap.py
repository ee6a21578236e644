"""How sure a mean loss is, and whether one model's is truly below another's (Efron & Tibshirani, 1993)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from grader.scoring.arrays import Float64Array, Int64Array

REPLICATES = 1_000
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """From `low` to `high`, both included."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Comparison:
    """Mean loss of A minus that of B: the difference, its standard error and its interval.

    `better_share` is the share of replicates in which A has the lower mean (a draw counts half).
    """

    difference: float
    standard_error: float
    interval: Interval
    better_share: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves no doubt about who is better: it does not hold 0."""
        return 0.0 not in self.interval


def drawn_units(seed: int, unit_count: int, replicates: int) -> Iterator[Int64Array]:
    """For each replicate the units drawn with replacement, as many as there are: their numbers from 0."""
    random = np.random.default_rng(seed)
    for _ in range(replicates):
        yield random.integers(unit_count, size=unit_count)


def replicate_means(
    losses: Float64Array, *, seed: int, replicates: int = REPLICATES, clusters: Int64Array | None = None
) -> Float64Array:
    """The mean of `losses`, shape (n,), over each of so many resamples with replacement, shape (replicates,).

    Rows are drawn, n of n; with `clusters`, shape (n,), whole clusters, as many as there are: errors of one
    user go together, and drawing single rows would make the mean look surer than it is. The draws depend on the
    seed, n and the clusters alone, so the replicates of two models over the same rows are paired. Raises
    ValueError when there is no row, no replicate, a loss that is not finite, or clusters of another shape.
    """
    if losses.ndim != 1 or losses.size == 0 or not np.isfinite(losses).all():
        raise ValueError(f"Losses must be finite and of shape (n,), n > 0; these have shape {losses.shape}.")
    if clusters is not None and clusters.shape != losses.shape:
        raise ValueError(f"Clusters of shape {clusters.shape} do not fit losses of shape {losses.shape}.")
    if replicates < 1:
        raise ValueError(f"{replicates} replicates say nothing.")
    cluster = np.arange(losses.size) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    sums, sizes = np.bincount(cluster, losses), np.bincount(cluster)
    means = np.empty(replicates)
    for replicate, drawn in enumerate(drawn_units(seed, sums.size, replicates)):
        means[replicate] = sums[drawn].sum() / sizes[drawn].sum()
    return means


def interval_of(replicates: Float64Array, confidence: float = CONFIDENCE) -> Interval:
    """The middle `confidence` of the replicates: the percentile interval. Raises ValueError outside (0, 1)."""
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"A confidence lies between 0 and 1, not at {confidence}.")
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(replicates, [tail, 1.0 - tail])
    return Interval(float(low), float(high))


def mean_interval(
    losses: Float64Array,
    *,
    seed: int,
    replicates: int = REPLICATES,
    clusters: Int64Array | None = None,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Where the mean of `losses` (squared errors: the MSE) would lie on other rows of the same kind.

    Arguments and errors are those of `replicate_means` and `interval_of`.
    """
    return interval_of(replicate_means(losses, seed=seed, replicates=replicates, clusters=clusters), confidence)


def compare_losses(
    a: Float64Array,
    b: Float64Array,
    *,
    seed: int,
    replicates: int = REPLICATES,
    clusters: Int64Array | None = None,
    confidence: float = CONFIDENCE,
) -> Comparison:
    """Is A better than B on the same rows? Losses of shape (n,), resampled together.

    What the rows have in common cancels: the difference of two models is surer than either score. Raises
    ValueError for unlike shapes, and as `mean_interval` does.
    """
    if a.shape != b.shape:
        raise ValueError(f"A was judged on {a.shape} rows, B on {b.shape}: only the same rows can be paired.")
    differences = replicate_means(a - b, seed=seed, replicates=replicates, clusters=clusters)
    return Comparison(
        difference=float((a - b).mean()),
        standard_error=float(differences.std(ddof=1)) if replicates > 1 else 0.0,
        interval=interval_of(differences, confidence),
        better_share=float((differences < 0).mean() + (differences == 0).mean() / 2),
    )
