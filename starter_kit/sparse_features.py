"""Books and pairs as places in tables: one-hot facts, words of titles, and crosses of users with facts."""

from dataclasses import dataclass

import numpy as np

from grader.scoring.arrays import Float64Array, Int64Array
from starter_kit.features import BookFeatures, Categories

# One place each: the book itself, author, publisher, series, and the tenths of the four numbers.
ONE_HOT_FIELDS = 8


@dataclass(frozen=True)
class SparseBooks:
    """What is true of each book: `places` (m + 1, w) into a table of `size` rows, each with its weight, same shape.

    The first ONE_HOT_FIELDS columns are facts of weight 1; the others are the title's words, which share
    weight so that their squares sum to 1. Weight 0 fills up, and is all that the last row, an unseen book, has.
    """

    places: Int64Array
    weights: Float64Array
    size: int

    @classmethod
    def of(cls, features: BookFeatures) -> "SparseBooks":
        """Number all facts of all books through."""
        count = len(features.is_described)
        facts = [np.arange(count), features.author.code, features.publisher.code, features.series.code]
        sizes = [count, *(len(each.labels) for each in (features.author, features.publisher, features.series))]
        for column in features.bins.T:
            facts.append(np.where(features.is_described, column, -1))
            sizes.append(int(column.max(initial=0)) + 1)
        starts = np.cumsum([0, *sizes])
        longest = int(np.bincount(features.token_book, minlength=1).max(initial=0))
        places = np.zeros((count + 1, ONE_HOT_FIELDS + longest), dtype=np.int64)
        weights = np.zeros(places.shape)
        for column, (fact, start) in enumerate(zip(facts, starts, strict=False)):
            known = np.flatnonzero(fact >= 0)
            places[known, column] = start + fact[known]
            weights[known, column] = 1.0
        order = np.argsort(features.token_book, kind="stable")
        book = features.token_book[order]
        nth = np.arange(len(book)) - np.searchsorted(book, book)
        places[book, ONE_HOT_FIELDS + nth] = starts[-1] + features.token[order]
        weights[book, ONE_HOT_FIELDS + nth] = 1 / np.sqrt(np.bincount(book)[book])
        return cls(places, weights, int(starts[-1]) + len(features.words))

    @classmethod
    def of_ids(cls, count: int) -> "SparseBooks":
        """Books of which nothing is known but which they are."""
        return cls(np.append(np.arange(count), 0)[:, None], np.append(np.ones(count), 0.0)[:, None], count)


@dataclass(frozen=True)
class Crosses:
    """Pairs of a user and a label that occur in training: `keys` (c,), sorted; `label` (m + 1,) of each book.

    The key of user row u and label l is u (L + 1) + l; an unknown label is L, which never counts. The first
    key, −1, is no pair's.
    """

    keys: Int64Array
    label: Int64Array
    label_count: int

    @classmethod
    def of(cls, user: Int64Array, book: Int64Array, labels: Categories) -> "Crosses":
        """The crosses of the training pairs."""
        label_count = len(labels.labels)
        label = np.append(labels.row, label_count)
        known = label[book] < label_count
        keys = np.unique(user[known] * (label_count + 1) + label[book[known]])
        # A key that no pair has keeps the table from being empty.
        return cls(np.concatenate([[-1], keys]), label, label_count)
