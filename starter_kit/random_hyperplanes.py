"""Locality-sensitive hashing: like rows fall into one bucket, so that only they need to be compared."""

from dataclasses import dataclass

import numpy as np

from grader.scoring.arrays import BoolArray, Int64Array
from starter_kit.similarity import Deviations


@dataclass(frozen=True)
class RandomHyperplanes:
    """Random hyperplanes for the cosine (Charikar, 2002, "Similarity estimation techniques from rounding").

    A hyperplane through 0 parts two rows at the angle θ with probability θ/π. A bucket is the side of `bits`
    hyperplanes; two rows meet in one of `tables` buckets with probability 1 − (1 − (1 − θ/π)^bits)^tables.
    """

    bits: int
    tables: int

    def candidates(self, deviations: Deviations, a: Int64Array, b: Int64Array, seed: int) -> BoolArray:
        """Whether the rows a and b, shape (p,), meet in a bucket of any table; bool (p,)."""
        random = np.random.default_rng(seed)
        columns = int(deviations.column.max(initial=-1)) + 1
        meet = np.zeros(len(a), dtype=np.bool_)
        for _ in range(self.tables):
            bucket = np.zeros(deviations.rows, dtype=np.int64)
            for _ in range(self.bits):
                normal = random.standard_normal(columns)
                side = np.bincount(deviations.row, deviations.value * normal[deviations.column], deviations.rows)
                bucket = 2 * bucket + (side > 0)
            meet |= bucket[a] == bucket[b]
        return meet
