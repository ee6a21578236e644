"""The best pipeline: a Gaussian process of tastes, then a network that corrects it; loads TensorFlow."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import pandas as pd
import tensorflow as tf

from grader.scoring.arrays import Float64Array, Int64Array
from starter_kit.baselines.baseline import Report
from starter_kit.features import BookFeatures
from starter_kit.fitted_model import FittedModel, StoredModel
from starter_kit.history_graph import HistoryGraph, history_tables
from starter_kit.indexed_ratings import IndexedRatings
from starter_kit.network_model import in_batches
from starter_kit.second_stage import Corrector, Float32Array, SecondStage
from starter_kit.taste_process import fit_tastes

Tables = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class TasteProcess:
    """Predicts r = μ + s_i + f_u(i) + g_i(u), both f_u and g_i Gaussian processes (see starter_kit/taste_process.py).

    What a reader thinks of a book is drawn from what the reader thought of books that are like it: of the same
    author or series, read by the same people, about as popular. It is the exact answer to what the best single
    Keras model approximates with random features. An unseen user has no taste, an unseen book no reception.

    Published test MSE 0.686; the single Keras model, which adds a small network, 0.683.
    """

    def fit(self, train: pd.DataFrame, books: pd.DataFrame, *, seed: int, report: Report) -> "HistoryModel":
        """The model of `train` and `books`; `seed` plays no part."""
        ratings = IndexedRatings.of(train, more_books=tuple(books["book_name"]))
        features = BookFeatures.of(ratings.books, books)
        tables = history_tables(fit_tastes(ratings, features), ratings, features)
        report(1, 1)
        return HistoryModel(ratings.users, ratings.books, tables, ())

    def restore(self, stored: StoredModel) -> "HistoryModel":
        """The model that was stored."""
        return HistoryModel.restored(stored)


@dataclass(frozen=True)
class Pipeline:
    """Predicts r = x_0 + MLP(x): x_0 is the taste process, x its parts and what neighbours' ratings say.

    The network must learn from predictions of ratings that the process has not seen, or it would trust them
    too much. So train is dealt into `folds` parts, each predicted by a process fitted to the others (nested
    features; Wolpert, 1992, "Stacked generalization"); the process that is served is fitted to all. The second
    stage knows when to trust which part: how many books of the author, how near the nearest, how steady the
    reader. All of it, from strings to ratings, is one graph.

    Published test MSE 0.665; the taste process without its second stage 0.686.
    """

    folds: int = 10
    second_stage: SecondStage = SecondStage()  # noqa: RUF009

    def fit(self, train: pd.DataFrame, books: pd.DataFrame, *, seed: int, report: Report) -> "HistoryModel":
        """The model of `train` and `books`."""
        steps = Steps(report, self.folds + 1 + self.second_stage.epochs)
        ratings = IndexedRatings.of(train, more_books=tuple(books["book_name"]))
        features = BookFeatures.of(ratings.books, books)
        folds = dealt(len(train), self.folds, seed)
        nested = nested_features(ratings, features, folds, steps.next)
        tables = history_tables(fit_tastes(ratings, features), ratings, features)
        steps.next()
        keras.utils.set_random_seed(seed)
        inputs = with_vectors(nested, tables, ratings)
        corrector = self.second_stage.fit(inputs, ratings.rating, steps.next)
        return HistoryModel(ratings.users, ratings.books, tables, (corrector,))

    def restore(self, stored: StoredModel) -> "HistoryModel":
        """The model that was stored."""
        return HistoryModel.restored(stored)


@dataclass(frozen=True)
class HistoryModel(FittedModel):
    """A taste process and the mean of its correctors; without any, the process alone."""

    users: tuple[str, ...]
    books: tuple[str, ...]
    tables: Tables
    correctors: tuple[Corrector, ...]

    def ratings_at(self, user: Int64Array, book: Int64Array) -> Float64Array:
        """The ratings of pairs of rows, float64 (n,)."""
        return in_batches(self.graph(), user, book)

    def graph(self) -> Any:
        """All of it in TensorFlow."""
        return HistoryRatings(HistoryGraph(self.tables), self.correctors)

    def stored(self) -> StoredModel:
        """Keys and layer widths in JSON, all numbers as arrays."""
        arrays = {f"table.{name}": values for name, values in self.tables.items()}
        for number, corrector in enumerate(self.correctors):
            arrays |= {f"corrector{number}.{name}": values for name, values in corrector.arrays().items()}
        facts = {"users": self.users, "books": self.books, "hidden": [each.hidden for each in self.correctors]}
        return StoredModel(facts, arrays)

    @classmethod
    def restored(cls, stored: StoredModel) -> "HistoryModel":
        """The model that was stored."""
        facts = stored.facts
        correctors = tuple(
            Corrector.restored(tuple(hidden), stored.arrays_below(f"corrector{number}."))
            for number, hidden in enumerate(facts["hidden"])
        )
        return cls(tuple(facts["users"]), tuple(facts["books"]), stored.arrays_below("table."), correctors)


class HistoryRatings(tf.Module):  # type: ignore[misc]
    """The ratings of rows of users and books, float32 (n,)."""

    def __init__(self, history: HistoryGraph, correctors: tuple[Corrector, ...]) -> None:
        super().__init__()
        self.history = history
        self.numbers = [variable.value for each in correctors for variable in each.network.variables]
        self.correct: Callable[[Any], Any] = lambda features: (
            tf.add_n([corrector(features) for corrector in correctors]) / len(correctors)
            if correctors
            else features[:, 0]
        )

    def __call__(self, user: Any, book: Any) -> Any:
        """The mean of the correctors."""
        return self.correct(self.history.with_vectors(user, book))


def nested_features(
    ratings: IndexedRatings, features: BookFeatures, folds: Int64Array, heard: Callable[[], None]
) -> Float32Array:
    """The features (n, d) of every training pair, from a process fitted to the ratings of the other folds."""
    nested: list[Float32Array] = []
    order: list[Int64Array] = []
    for fold in range(int(folds.max()) + 1):
        left_out = np.flatnonzero(folds == fold)
        rest = ratings.only(np.flatnonzero(folds != fold))
        tables = history_tables(fit_tastes(rest, features), rest, features)
        nested.append(features_of_pairs(HistoryGraph(tables), ratings.user[left_out], ratings.book[left_out]))
        order.append(left_out)
        heard()
    return np.concatenate(nested)[np.argsort(np.concatenate(order))]


def with_vectors(nested: Float32Array, tables: Tables, ratings: IndexedRatings) -> Float32Array:
    """The nested features, and the vectors of the process that is served: those of the folds point elsewhere.

    A vector knows that its user has rated the book, which is no secret, but not how.
    """
    vectors = tables["user_vectors"][ratings.user], tables["book_vectors"][ratings.book]
    return np.hstack([nested, *vectors]).astype(np.float32)


def features_of_pairs(history: HistoryGraph, user: Int64Array, book: Int64Array) -> Float32Array:
    """The features of pairs of rows, float32 (n, d)."""
    rows = tf.TensorSpec((None,), tf.int64)
    compiled = tf.function(history, input_signature=[rows, rows], autograph=False)
    found: Float32Array = compiled(user, book).numpy()
    return found


def dealt(count: int, folds: int, seed: int) -> Int64Array:
    """A fold for each of `count` rows, 0 to folds − 1, as even as can be, at random."""
    return np.random.default_rng(seed).permutation(count) % folds


class Steps:
    """Counts steps of a fit for its report."""

    def __init__(self, report: Report, total: int) -> None:
        self.report, self.total, self.done = report, total, 0

    def next(self) -> None:
        """One more is done."""
        self.done += 1
        self.report(self.done, self.total)
