"""The ensemble: several models and the network that weighs them, in one graph; importing this file loads TensorFlow."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from grader.scoring.arrays import Float64Array, Int64Array
from starter_kit.baselines.baseline import Estimator, Report
from starter_kit.baselines.best_keras import BestKeras
from starter_kit.baselines.factorization_machines import CrossedFactorizationMachine
from starter_kit.baselines.pipeline import HistoryModel, Steps, dealt, nested_features, with_vectors
from starter_kit.features import BookFeatures
from starter_kit.fitted_model import HIGHEST, LOWEST, FittedModel, StoredModel
from starter_kit.history_graph import HistoryGraph, history_tables
from starter_kit.indexed_ratings import IndexedRatings
from starter_kit.network_model import in_batches
from starter_kit.second_stage import Float32Array, SecondStage
from starter_kit.taste_process import fit_tastes

# What stands beside the taste process; the order is that of the stored model.
MEMBERS: tuple[Estimator, ...] = (BestKeras(), CrossedFactorizationMachine())
_RIDGE = 10.0


@dataclass(frozen=True)
class Ensemble:
    """Predicts r = s + mean_k MLP_k(s, x, m), where s = w_0 + w·(x_0, m) stacks the members' predictions m.

    The members: the taste process x_0 with its features x, the best single Keras model, the crossed
    factorization machine. Train is dealt into `folds` parts, each predicted by members fitted to the others;
    w is a ridge regression on these (Breiman, 1996, "Stacked regressions"), and the networks, which differ in
    their seed alone, correct it as the pipeline's does. The members that are served are fitted to all of
    train. Where models err differently their mean errs less; the networks know whom to trust when.

    Published test MSE 0.665; the pipeline alone 0.665: no difference that could be shown, for six times the work.
    """

    folds: int = 10
    networks: int = 4
    members: tuple[Estimator, ...] = MEMBERS
    second_stage: SecondStage = SecondStage()  # noqa: RUF009

    def fit(self, train: pd.DataFrame, books: pd.DataFrame, *, seed: int, report: Report) -> "EnsembleModel":
        """The model of `train` and `books`; the folds take minutes."""
        member_fits = (self.folds + 1) * (1 + len(self.members))
        steps = Steps(report, member_fits + self.networks * self.second_stage.epochs)
        ratings = IndexedRatings.of(train, more_books=tuple(books["book_name"]))
        features = BookFeatures.of(ratings.books, books)
        folds = dealt(len(train), self.folds, seed)
        nested = nested_features(ratings, features, folds, steps.next)
        said = self._nested_predictions(train, books, folds, seed, steps.next)
        history = history_tables(fit_tastes(ratings, features), ratings, features)
        steps.next()
        fitted = []
        for member in self.members:
            fitted.append(member.fit(train, books, seed=seed, report=_unheard))
            steps.next()
        weights = stacking_weights(np.column_stack([nested[:, 0], said]), ratings.rating)
        inputs = stacked(weights, with_vectors(nested, history, ratings), said)
        correctors = []
        for network in range(self.networks):
            keras.utils.set_random_seed(seed + network)
            correctors.append(self.second_stage.fit(inputs, ratings.rating, steps.next))
        taste = HistoryModel(ratings.users, ratings.books, history, tuple(correctors))
        return EnsembleModel(taste, tuple(fitted), weights)

    def _nested_predictions(
        self, train: pd.DataFrame, books: pd.DataFrame, folds: Int64Array, seed: int, heard: Callable[[], None]
    ) -> Float64Array:
        """What each member, fitted to the other folds, predicts of each training pair, shape (n, members)."""
        said = np.zeros((len(train), len(self.members)))
        for fold in range(self.folds):
            rest, left_out = train[folds != fold].reset_index(drop=True), train[folds == fold]
            pairs = left_out["user_id"].tolist(), left_out["book_name"].tolist()
            for place, member in enumerate(self.members):
                said[folds == fold, place] = member.fit(rest, books, seed=seed, report=_unheard).predict(*pairs)
                keras.backend.clear_session()
                heard()
        return said

    def restore(self, stored: StoredModel) -> "EnsembleModel":
        """The model that was stored."""
        facts = stored.facts
        keys = {"users": facts["users"], "books": facts["books"]}
        fitted = [
            member.restore(StoredModel(keys | member_facts, stored.arrays_below(f"member{place}.")))
            for place, (member, member_facts) in enumerate(zip(MEMBERS, facts["members"], strict=True))
        ]
        taste = HistoryModel.restored(StoredModel(keys | facts["taste"], stored.arrays_below("taste.")))
        return EnsembleModel(taste, tuple(fitted), stored.arrays["weights"])


@dataclass(frozen=True, init=False)
class EnsembleModel(FittedModel):
    """The fitted members, the stacking weights (1 + members + 1,), and the networks, which `taste` holds."""

    taste: HistoryModel
    members: tuple[FittedModel, ...]
    weights: Float64Array

    def __init__(self, taste: HistoryModel, members: tuple[FittedModel, ...], weights: Float64Array) -> None:
        for name, value in (("taste", taste), ("members", members), ("weights", weights)):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "users", taste.users)
        object.__setattr__(self, "books", taste.books)

    def ratings_at(self, user: Int64Array, book: Int64Array) -> Float64Array:
        """The ratings of pairs of rows, float64 (n,)."""
        return in_batches(self.graph(), user, book)

    def graph(self) -> Any:
        """All members and networks in TensorFlow."""
        return EnsembleGraph(self)

    def stored(self) -> StoredModel:
        """Every part under its own prefix; the keys once."""
        parts = {"taste": self.taste.stored()}
        parts |= {f"member{place}": member.stored() for place, member in enumerate(self.members)}
        arrays = {f"{name}.{key}": array for name, part in parts.items() for key, array in part.arrays.items()}
        facts = [_without_keys(member.stored()) for member in self.members]
        return StoredModel(
            {"users": self.users, "books": self.books, "taste": _without_keys(parts["taste"]), "members": facts},
            arrays | {"weights": self.weights},
        )


class EnsembleGraph(tf.Module):  # type: ignore[misc]
    """The ratings of rows of users and books, float32 (n,)."""

    def __init__(self, model: EnsembleModel) -> None:
        super().__init__()
        self.history = HistoryGraph(model.taste.tables)
        self.members = [member.graph() for member in model.members]
        self.weights = tf.Variable(model.weights.astype(np.float32), trainable=False)
        correctors = model.taste.correctors
        self.numbers = [variable.value for each in correctors for variable in each.network.variables]
        self.correct: Callable[[Any], Any] = lambda inputs: (
            tf.add_n([corrector(inputs) for corrector in correctors]) / len(correctors)
        )

    def __call__(self, user: Any, book: Any) -> Any:
        """The mean of the networks."""
        history = self.history.with_vectors(user, book)
        said = tf.stack([tf.clip_by_value(member(user, book), LOWEST, HIGHEST) for member in self.members], axis=1)
        heard = tf.concat([history[:, :1], said], axis=1)
        stack = self.weights[0] + tf.linalg.matvec(heard, self.weights[1:])
        return self.correct(tf.concat([stack[:, None], history, said], axis=1))


def stacking_weights(said: Float64Array, ratings: Float64Array) -> Float64Array:
    """w_0 and w (1 + members,) of the ridge regression of the ratings (n,) on predictions (n, members)."""
    middle = said.mean(axis=0)
    centred = said - middle
    normal = centred.T @ centred + _RIDGE * np.eye(said.shape[1])
    weights = np.linalg.solve(normal, centred.T @ (ratings - ratings.mean()))
    return np.concatenate([[ratings.mean() - middle @ weights], weights])


def stacked(weights: Float64Array, nested: Float32Array, said: Float64Array) -> Float32Array:
    """The networks' inputs: the stack, the features of the taste process, the members' predictions."""
    stack = weights[0] + np.column_stack([nested[:, 0], said]) @ weights[1:]
    return np.column_stack([stack, nested, said]).astype(np.float32)


def _unheard(done: int, total: int) -> None:
    """A member's own progress is one step of the ensemble's."""


def _without_keys(stored: StoredModel) -> dict[str, Any]:
    return {name: fact for name, fact in stored.facts.items() if name not in ("users", "books")}
