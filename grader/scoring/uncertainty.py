"""Other test sets of the same kind, by resampling: drawn once, so that every submission meets the same ones."""

import numpy as np
import numpy.typing as npt

from grader.scoring.arrays import Float64Array, Int64Array
from grader.scoring.bootstrap import REPLICATES, drawn_units

Float32Array = npt.NDArray[np.float32]

# Above so many units they are put together at random into this many blocks, which are then drawn whole.
MOST_UNITS = 100_000
# So many counts are floats at a time: 0.5 MB, which stays in a processor's own memory, and 20 MB for a batch.
_FLOATS_FOR_ONE, _FLOATS_FOR_MANY = 131_072, 5_242_880


class Resampling:
    """So many draws with replacement of n rows (or of whole clusters), as counts: uint8, shape (replicates, units).

    Made once for a split of a solution from a fixed seed: the draws depend on the seed, n and the clusters alone,
    so the replicates of any two submissions are paired. The rows of a cluster, shape (n,), go together: errors of
    one user are alike, and drawing single rows makes a mean look surer than it is. Above MOST_UNITS, random blocks
    of units are drawn. Raises ValueError for no row, no replicate, or clusters of another shape.
    """

    def __init__(
        self, row_count: int, *, seed: int, replicates: int = REPLICATES, clusters: Int64Array | None = None
    ) -> None:
        if row_count < 1 or replicates < 1:
            raise ValueError(f"{replicates} replicates of {row_count} rows say nothing.")
        if clusters is not None and clusters.shape != (row_count,):
            raise ValueError(f"Clusters of shape {clusters.shape} do not fit {row_count} rows.")
        self.row_count = row_count
        self._unit = _units(row_count, clusters, seed)
        unit_count = row_count if self._unit is None else int(self._unit.max()) + 1
        self._counts = np.empty((replicates, unit_count), np.uint8)
        for replicate, drawn in enumerate(drawn_units(seed, unit_count, replicates)):
            # A byte holds it: that one of n units is drawn above 255 times in n is beyond all chance.
            self._counts[replicate] = np.bincount(drawn, minlength=unit_count)
        self._row_weights = np.ones(row_count)
        self._sizes = self.sums(self._row_weights[np.newaxis])[0]

    @property
    def replicates(self) -> int:
        """How many draws there are."""
        return self._counts.shape[0]

    @property
    def unit_count(self) -> int:
        """Of how many units each draw is made: rows, clusters or blocks of them."""
        return self._counts.shape[1]

    @property
    def nbytes(self) -> int:
        """The memory that the counts take."""
        return self._counts.nbytes

    def means_of(self, losses: Float64Array) -> Float32Array:
        """The mean of `losses`, shape (n,), over each draw: float32, shape (replicates,)."""
        return np.asarray(self.means_of_many(losses[np.newaxis])[0])

    def means_of_many(self, losses: Float64Array) -> Float32Array:
        """The means of each row of `losses`, shape (m, n), over each draw: float32, shape (m, replicates).

        In batches of hundreds each takes a fraction of the time that it takes alone. Raises as `ratios` does.
        """
        return as_float32(self.ratios(losses))

    def ratios(self, values: Float64Array, weights: Float64Array | None = None) -> Float64Array:
        """Σ values / Σ weights over each draw, shape (m, replicates), for values (m, n) and weights 0 or 1, (n,).

        No weights: each row weighs 1, and these are means. A draw in which nothing weighs gets the ratio over all
        rows. Whole numbers are added exactly; of others the distance to that ratio is what is computed in float32,
        so that close models stay apart. Raises ValueError for another shape, a value that is not finite, or
        weights that are all 0.
        """
        if values.ndim != 2 or values.shape[1] != self.row_count or not np.isfinite(values).all():
            raise ValueError(f"Values must be finite and of shape (m, {self.row_count}), not {values.shape}.")
        weight = self._row_weights if weights is None else weights
        total = weight.sum()
        if weight.shape != (self.row_count,) or not total > 0:
            raise ValueError(f"Weights must be of shape ({self.row_count},) and not all 0.")
        overall = values.sum(axis=1, keepdims=True) / total
        centre = np.zeros_like(overall) if self._is_exact(values) else overall
        drawn = self._sizes if weights is None else self.sums(weight[np.newaxis])[0]
        distance = self.sums(values - (centre if weights is None else centre * weight))
        quotients = np.divide(distance, drawn, out=np.zeros_like(distance), where=drawn > 0)
        return np.asarray(np.where(drawn > 0, centre + quotients, overall))

    def sums(self, values: Float64Array) -> Float64Array:
        """Σ values over each draw, shape (m, replicates), for values (m, n); exact for whole numbers below 2²⁴."""
        by_unit = values if self._unit is None else _sums_by(self._unit, self.unit_count, values)
        # By a power of two, which loses no bit: squares of large numbers do not fit float32 otherwise.
        exponent = np.maximum(np.frexp(_largest(by_unit))[1], -1_000)
        single = (by_unit * np.ldexp(1.0, -exponent)).astype(np.float32)
        drawn = np.empty((self.replicates, len(values)), np.float32)
        floats = _FLOATS_FOR_ONE if len(values) == 1 else _FLOATS_FOR_MANY
        step = max(1, min(self.replicates, floats // self.unit_count))
        counts = np.empty((step, self.unit_count), np.float32)
        for start in range(0, self.replicates, step):
            part = counts[: min(step, self.replicates - start)]
            np.copyto(part, self._counts[start : start + step])
            np.matmul(part, single.T, out=drawn[start : start + step])
        return np.asarray(np.ldexp(drawn.T.astype(np.float64), exponent))

    def _is_exact(self, values: Float64Array) -> bool:
        if _largest(values).max() * self.row_count >= 2**24:
            return False
        return all((row == np.rint(row)).all() for row in values)


def as_float32(values: Float64Array) -> Float32Array:
    """Rounded to float32; what is too large for it becomes the largest number that it has."""
    largest = np.finfo(np.float32).max
    return np.clip(values, -largest, largest).astype(np.float32)


def _largest(values: Float64Array) -> Float64Array:
    """The largest absolute value of each row, shape (m, 1)."""
    return np.asarray(np.maximum(values.max(axis=1, keepdims=True), -values.min(axis=1, keepdims=True)))


def _units(row_count: int, clusters: Int64Array | None, seed: int) -> Int64Array | None:
    """The unit of each row, from 0, shape (n,); None: each row is a unit of its own."""
    unit = None if clusters is None else np.unique(clusters, return_inverse=True)[1].astype(np.int64)
    unit_count = row_count if unit is None else int(unit.max()) + 1
    if unit_count <= MOST_UNITS:
        return unit
    block = np.random.default_rng(seed).permutation(unit_count) % MOST_UNITS
    return block if unit is None else np.asarray(block[unit])


def _sums_by(unit: Int64Array, unit_count: int, values: Float64Array) -> Float64Array:
    sums = np.empty((len(values), unit_count))
    for own, row in zip(sums, values, strict=True):
        own[:] = np.bincount(unit, row, minlength=unit_count)
    return sums
