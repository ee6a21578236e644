"""Finds where in the order of the test set each id of a file belongs."""

import numpy as np

from grader.scoring.arrays import Int64Array


class RowIndex:
    """Positions of ids within `row_ids`, shape (n,), in any order, each once.

    Subtraction where the ids are consecutive, binary search otherwise. Raises ValueError when `row_ids` is
    empty or an id stands twice: such a list is the organizer's mistake, never a participant's.
    """

    def __init__(self, row_ids: Int64Array) -> None:
        if row_ids.ndim != 1 or row_ids.size == 0:
            raise ValueError(f"The row ids must be one non-empty list, not shape {row_ids.shape}.")
        self.row_ids = row_ids
        self._order: Int64Array | None = None
        self._ascending = row_ids
        if not bool((row_ids[1:] > row_ids[:-1]).all()):
            self._order = np.argsort(row_ids)
            self._ascending = row_ids[self._order]
            if not bool((self._ascending[1:] > self._ascending[:-1]).all()):
                raise ValueError("An id stands twice among the row ids.")
        self._first, self._last = int(self._ascending[0]), int(self._ascending[-1])
        self._is_consecutive = self._last - self._first + 1 == row_ids.size

    @property
    def row_count(self) -> int:
        """How many ids there are, n."""
        return self.row_ids.size

    def positions(self, ids: Int64Array) -> Int64Array:
        """For each id its position in `row_ids`, −1 where it is unknown; shape as `ids`."""
        if ids.size == 0:
            return np.empty(0, dtype=np.int64)
        found: Int64Array
        if self._is_consecutive and int(ids.min()) >= self._first and int(ids.max()) <= self._last:
            found = ids - self._first
            return found if self._order is None else self._order[found]
        nearest = np.minimum(np.searchsorted(self._ascending, ids), self.row_count - 1)
        is_known = self._ascending[nearest] == ids
        if self._order is not None:
            nearest = self._order[nearest]
        found = np.where(is_known, nearest, -1)
        return found
