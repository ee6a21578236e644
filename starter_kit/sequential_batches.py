"""Stochastic gradient descent one rating after the other, without a loop over ratings."""

import numpy as np

from grader.scoring.arrays import Int64Array


def sequential_batches(user: Int64Array, book: Int64Array) -> list[Int64Array]:
    """Part the ratings (rows 0 to n − 1 of `user` and `book`) into batches that may be updated at once.

    No user and no book comes twice in a batch, and of two ratings that share one, the earlier stands in the
    earlier batch. An update that touches its user and its book alone so gives the same numbers batch by batch as
    rating by rating. There are at least as many batches as the busiest user has ratings.
    """
    next_of_user = [0] * (int(user.max(initial=-1)) + 1)
    next_of_book = [0] * (int(book.max(initial=-1)) + 1)
    batch = np.empty(len(user), dtype=np.int64)
    for place, (u, i) in enumerate(zip(user.tolist(), book.tolist(), strict=True)):
        number = max(next_of_user[u], next_of_book[i])
        batch[place] = number
        next_of_user[u] = next_of_book[i] = number + 1
    order = np.argsort(batch, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(batch[order])) + 1)
