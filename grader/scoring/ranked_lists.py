"""Each group's rows in the order of a list, the highest score first, and how good the list's top is.

Rows of equal score have no order, so every measure here is its mean over all orders of them (McSherry & Najork,
2008, "Computing information retrieval performance measures efficiently in the presence of tied scores"): neither
the order of a file nor a constant score wins anything.
"""

from dataclasses import dataclass

import numpy as np

from grader.scoring.arrays import Float64Array, Int64Array


@dataclass(frozen=True)
class RankedRows:
    """Rows, shape (n,), by group and then from the highest score to the lowest; of a tie by ascending gain.

    `order` says where each stood in what was given, `group` counts the groups from 0 by ascending name, `place`
    counts a group's rows from 0. `tie` numbers the runs of equal score; the first place of each is in
    `tie_first`, its number of rows in `tie_size`, both of shape (ties,).
    """

    order: Int64Array
    group: Int64Array
    place: Int64Array
    tie: Int64Array
    tie_first: Int64Array
    tie_size: Int64Array

    def chance(self, k: int) -> Float64Array:
        """The chance of each row to be among its group's first `k`, shape (n,)."""
        first, last = self._places_within(k)
        chances: Float64Array = ((last - first) / self.tie_size)[self.tie]
        return chances

    def discount(self, k: int) -> Float64Array:
        """1 / log₂(1 + place), places from 1 and 0 behind the first `k`: its mean over the tie, shape (n,)."""
        first, last = self._places_within(k)
        up_to = np.append(0.0, np.cumsum(1.0 / np.log2(2.0 + np.arange(min(k, int(self.place.max()) + 1)))))
        discounts: Float64Array = ((up_to[last] - up_to[first]) / self.tie_size)[self.tie]
        return discounts

    def _places_within(self, k: int) -> tuple[Int64Array, Int64Array]:
        return np.minimum(self.tie_first, k), np.minimum(self.tie_first + self.tie_size, k)


def rank_rows(groups: Int64Array, scores: Float64Array, gains: Float64Array | None = None) -> RankedRows:
    """Put rows, all of shape (n,), in the order of their lists.

    Rows alike in group, score and gain are interchangeable, so whatever is added up in this order has the same
    bits for every order of the input. Raises ValueError for no rows, unlike shapes or a score that is not finite.
    """
    if groups.ndim != 1 or groups.shape != scores.shape or groups.size == 0:
        raise ValueError(f"Groups and scores must have one shape (n,), n > 0, not {groups.shape}, {scores.shape}.")
    if not np.isfinite(scores).all():
        raise ValueError("A score is not finite: it has no place in an order.")
    keys = (-scores, groups) if gains is None else (gains, -scores, groups)
    order = np.lexsort(keys)
    name, score = groups[order], scores[order]
    begins_group = np.append(True, name[1:] != name[:-1])
    begins_tie = begins_group | np.append(True, score[1:] != score[:-1])
    group = np.cumsum(begins_group) - 1
    place = np.arange(name.size) - np.flatnonzero(begins_group)[group]
    starts = np.flatnonzero(begins_tie)
    return RankedRows(
        order=order,
        group=group,
        place=place,
        tie=np.cumsum(begins_tie) - 1,
        tie_first=place[starts],
        tie_size=np.diff(np.append(starts, name.size)),
    )


class JudgedTops:
    """The first `k` places of each list against the gains; every measure has the shape (groups with a relevant row,).

    A row is relevant when its gain is above 0; how far above matters to `ndcg` alone. Raises ValueError as
    `rank_rows` does, for k below 1, a gain below 0 or not finite, or when no row at all is relevant.
    """

    def __init__(self, groups: Int64Array, gains: Float64Array, scores: Float64Array, k: int) -> None:
        if k < 1:
            raise ValueError(f"A list has 1 place or more, not {k}.")
        if not (np.isfinite(gains).all() and gains.min(initial=0.0) >= 0.0 and gains.max(initial=0.0) > 0.0):
            raise ValueError("Gains must be finite and 0 or more, and one of them must be above 0.")
        self.k = k
        self.rows = rank_rows(groups, scores, gains)
        self._gain = gains[self.rows.order]
        self._is_relevant = (self._gain > 0).astype(np.float64)
        relevant = self._by_group(self._is_relevant)
        self._judged = relevant > 0
        self._relevant = relevant[self._judged]

    def precision(self) -> Float64Array:
        """Hits / k, also where a list has fewer than k rows."""
        return self._hits() / self.k

    def recall(self) -> Float64Array:
        """Hits / relevant rows."""
        return self._hits() / self._relevant

    def f1(self) -> Float64Array:
        """2 · precision · recall / (precision + recall), or 0 without a hit."""
        return 2 * self._hits() / (self.k + self._relevant)

    def average_precision(self) -> Float64Array:
        """Σ precision(p) over the places p ≤ k that hold a relevant row / min(k, relevant rows).

        precision(p) = relevant rows among the first p / p. In a tie of n rows of which r are relevant, behind R
        relevant ones, its place i (from 0) holds one with chance r / n, and then R + 1 + i (r - 1) / (n - 1) are
        expected up to it.
        """
        rows = self.rows
        size = rows.tie_size.astype(np.float64)
        relevant = np.bincount(rows.tie, self._is_relevant)
        group_of_tie = rows.group[np.cumsum(rows.tie_size) - 1]
        before = np.cumsum(relevant) - relevant
        before -= before[np.searchsorted(group_of_tie, group_of_tie)]
        in_tie = rows.place - rows.tie_first[rows.tie]
        share_of_rest = (relevant - 1) / np.maximum(size - 1, 1)
        found = before[rows.tie] + 1 + in_tie * share_of_rest[rows.tie]
        gained = np.where(rows.place < self.k, (relevant / size)[rows.tie] * found / (rows.place + 1), 0.0)
        return self._by_group(gained)[self._judged] / np.minimum(self.k, self._relevant)

    def ndcg(self) -> Float64Array:
        """DCG / that of the order by gain, DCG = Σ gain / log₂(1 + p), p ≤ k (Järvelin & Kekäläinen, 2002)."""
        # A power of two for each group, which loses no bit and keeps the largest gain from overflowing a sum.
        largest = np.zeros(self._judged.size)
        np.maximum.at(largest, self.rows.group, self._gain)
        gain = np.ldexp(self._gain, -np.frexp(largest)[1][self.rows.group])
        best = rank_rows(self.rows.group, gain)
        reached = self._by_group(self.rows.discount(self.k) * gain)
        possible = self._by_group(best.discount(self.k) * gain[best.order])
        return reached[self._judged] / possible[self._judged]

    def _hits(self) -> Float64Array:
        return self._by_group(self.rows.chance(self.k) * self._is_relevant)[self._judged]

    def _by_group(self, values: Float64Array) -> Float64Array:
        return np.asarray(np.bincount(self.rows.group, values), dtype=np.float64)
