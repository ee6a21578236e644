"""A model as a recommender: are the books that it would put on top among those that people went on to like?"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from grader.scoring.arrays import Float64Array
from grader.scoring.top_n import TopN, top_n
from starter_kit.fitted_model import FittedModel, rows_of
from starter_kit.indexed_ratings import IndexedRatings
from starter_kit.trouble import KitError

# A held-out book is relevant to its user when he rated it so, or better.
LIKED = 4.0
# Called with the users done and the users in all.
Heard = Callable[[int, int], None]


@dataclass(frozen=True)
class JudgedLists:
    """The lists of a model and, for the same users, of the books that most people rated."""

    users: int
    model: TopN
    popularity: TopN


def judge_lists(
    model: FittedModel, train: pd.DataFrame, held_out: pd.DataFrame, *, k: int, most_users: int, seed: int, heard: Heard
) -> JudgedLists:
    """Rank, for each user, all books that he has not rated in `train`, by the model's rating and by popularity.

    `model` was fitted on `train`; `held_out` (user_id, book_name, rating) are others, set aside at random. At most
    `most_users` of those who liked a held-out book are judged, chosen by `seed`. That a book is not among the
    held-out ones does not mean that it would not be liked: the measures compare, they do not absolve. A
    model of ratings is fitted to books that people chose to read, and says little about which they would choose
    (Cremonesi, Koren & Turrin, 2010); popularity is hard to beat with one. Raises KitError when nobody liked any.
    """
    ratings = IndexedRatings.of(train, more_books=model.books)
    liked = held_out[(held_out["rating"] >= LIKED) & held_out["user_id"].isin(ratings.users)]
    liked = liked[liked["book_name"].isin(ratings.books)]
    everybody = np.unique(rows_of(ratings.users, liked["user_id"].tolist()))
    if everybody.size == 0:
        raise KitError(f"Nobody rated a held-out book {LIKED:g} or better: there is nothing to find.")
    chosen = np.sort(np.random.default_rng(seed).permutation(everybody)[:most_users])
    books = np.arange(len(ratings.books))
    of_model = rows_of(model.books, ratings.books)
    liked_user, liked_book = (
        rows_of(ratings.users, liked["user_id"].tolist()),
        rows_of(ratings.books, liked["book_name"].tolist()),
    )
    groups, candidates, gains, scores = [], [], [], []
    for done, user in enumerate(chosen.tolist(), start=1):
        unread = np.setdiff1d(books, ratings.book[ratings.user == user])
        (row,) = rows_of(model.users, [ratings.users[user]])
        groups.append(np.full(len(unread), user))
        candidates.append(unread)
        gains.append(np.isin(unread, liked_book[liked_user == user]).astype(np.float64))
        scores.append(model.ratings_at(np.full(len(unread), row), of_model[unread]))
        heard(done, len(chosen))
    group, candidate, gain = np.concatenate(groups), np.concatenate(candidates), np.concatenate(gains)

    def judged(score: Float64Array) -> TopN:
        return top_n(group, candidate, gain, score, k, catalogue=len(books))

    return JudgedLists(len(chosen), judged(np.concatenate(scores)), judged(ratings.book_counts[candidate]))
