"""What any submission would have scored on other draws of the same split, by any metric."""

from collections.abc import Callable
from enum import StrEnum

import numpy as np

from grader.scoring.arrays import Float64Array, Int64Array
from grader.scoring.bootstrap import REPLICATES
from grader.scoring.metric import Metric
from grader.scoring.ranked_lists import JudgedTops
from grader.scoring.uncertainty import Float32Array, Resampling, as_float32

# So many classes of macro F1 are counted at a time.
_CLASSES = 64


class Unit(StrEnum):
    """What is drawn: single rows, whole lists, or whole clusters of rows (all of a user's)."""

    ROW = "row"
    LIST = "list"
    CLUSTER = "cluster"


class ResampledScores:
    """One split of a solution, resampled once: `targets`, shape (n,), and for lists `groups` and k.

    Rows are drawn; for lists whole lists, of those that have a relevant row; with `clusters`, shape (n,), whole
    clusters. Raises ValueError as `Resampling` and `Metric.check_k` do, for groups that are missing or not asked
    for, for clusters of lists, and for targets on which the metric has no value.
    """

    def __init__(
        self,
        metric: Metric,
        targets: Float64Array,
        *,
        seed: int,
        replicates: int = REPLICATES,
        groups: Int64Array | None = None,
        k: int | None = None,
        clusters: Int64Array | None = None,
    ) -> None:
        metric.check_k(k)
        if metric.needs_groups != (groups is not None) or (metric.needs_groups and clusters is not None):
            asked = "groups and no clusters" if metric.needs_groups else "no groups"
            raise ValueError(f"{metric.short} is resampled with {asked}.")
        if metric.requirement is not None and not metric.requirement.is_met_by(targets):
            raise ValueError(f"{metric.short} needs {metric.requirement.text}.")
        self.metric = metric
        self.unit = Unit.LIST if groups is not None else Unit.ROW if clusters is None else Unit.CLUSTER
        self._targets, self._groups, self._k = targets, groups, k
        count = targets.size if groups is None else np.unique(groups[targets > 0]).size
        self.resampling = Resampling(count, seed=seed, replicates=replicates, clusters=clusters)

    def of(self, predictions: Float64Array) -> Float32Array:
        """The score of predictions, shape (n,), over each draw: float32, shape (replicates,)."""
        return np.asarray(self.of_many(predictions[np.newaxis])[0])

    def of_many(self, predictions: Float64Array) -> Float32Array:
        """The scores of m submissions, predictions of shape (m, n), over each draw: float32, shape (m, replicates)."""
        metric, targets = self.metric, self._targets
        if predictions.ndim != 2 or predictions.shape[1:] != targets.shape:
            raise ValueError(f"Predictions must be of shape (m, {targets.size}), not {predictions.shape}.")
        if metric.row_loss is not None:
            losses = np.stack([metric.row_loss(targets, p) for p in predictions])
            return as_float32(_from_means(metric, np.maximum(self.resampling.ratios(losses), 0.0)))
        if metric.list_value is not None and self._groups is not None and self._k is not None:
            tops = [JudgedTops(self._groups, targets, p, self._k) for p in predictions]
            return self.resampling.means_of_many(np.stack([metric.list_value(top) for top in tops]))
        scores = _SCORES[metric.name]
        return np.stack([as_float32(scores(self.resampling, targets, p)) for p in predictions])


def _from_means(metric: Metric, means: Float64Array) -> Float64Array:
    if metric.from_mean_loss is float:
        return means
    return np.asarray(np.vectorize(metric.from_mean_loss, otypes=[np.float64])(means))


def _r_squared(resampling: Resampling, targets: Float64Array, predictions: Float64Array) -> Float64Array:
    """R² of each draw, with the draw's own mean and spread; where all its targets are alike, that of all rows."""
    distances = targets - targets.mean()
    losses = np.stack([np.square(predictions - targets), np.square(distances), distances])
    errors, squares, distance = resampling.ratios(losses)
    spread = squares - np.square(distance)
    # What is left of a spread of 0 after rounding is no spread.
    has_spread = spread > 1e-6 * squares
    overall = 1.0 - losses[0].sum() / losses[1].sum()
    return np.asarray(np.where(has_spread, 1.0 - errors / np.where(has_spread, spread, 1.0), overall))


def _area_under_curve(resampling: Resampling, targets: Float64Array, predictions: Float64Array) -> Float64Array:
    """AUC of each draw to the first order: mean of its ones' placements + of its zeros' - AUC of all rows.

    A row's placement is the share of rows of the other class that it stands right of, draws counting half (DeLong,
    DeLong & Clarke-Pearson, 1988; for clusters Obuchowski, 1997). What is left out shrinks as 1/n, the standard
    error as 1/√n; the whole count of each draw would take some hundred times as long.
    """
    is_one = targets == 1.0
    ones, zeros = np.sort(predictions[is_one]), np.sort(predictions[~is_one])
    of_ones, of_zeros = np.zeros((1, targets.size)), np.zeros((1, targets.size))
    of_ones[0, is_one] = _share_below(zeros, predictions[is_one])
    of_zeros[0, ~is_one] = 1.0 - _share_below(ones, predictions[~is_one])
    among_ones = resampling.ratios(of_ones, is_one.astype(np.float64))[0]
    among_zeros = resampling.ratios(of_zeros, (~is_one).astype(np.float64))[0]
    return np.asarray(np.clip(among_ones + among_zeros - of_ones.sum() / ones.size, 0.0, 1.0))


def _share_below(ordered: Float64Array, values: Float64Array) -> Float64Array:
    below, up_to = np.searchsorted(ordered, values, "left"), np.searchsorted(ordered, values, "right")
    return np.asarray((below + up_to) / (2 * ordered.size))


def _macro_f1(resampling: Resampling, targets: Float64Array, predictions: Float64Array) -> Float64Array:
    """Macro F1 of each draw, the mean over the classes that occur in it."""
    total, present = np.zeros(resampling.replicates), np.zeros(resampling.replicates)
    classes = np.union1d(targets, predictions)
    for start in range(0, classes.size, _CLASSES):
        some = classes[start : start + _CLASSES, np.newaxis]
        is_true, is_named = targets == some, predictions == some
        right = resampling.sums((is_true & is_named).astype(np.float64))
        named = resampling.sums(is_true.astype(np.float64) + is_named)
        total += np.divide(2.0 * right, named, out=np.zeros_like(named), where=named > 0).sum(axis=0)
        present += np.count_nonzero(named, axis=0)
    return total / present


_SCORES: dict[str, Callable[[Resampling, Float64Array, Float64Array], Float64Array]] = {
    "r2": _r_squared,
    "auc": _area_under_curve,
    "macro_f1": _macro_f1,
}
