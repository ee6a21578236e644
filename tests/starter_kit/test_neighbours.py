"""Predictions from neighbours: by hand, against the definition, and out of the exported graph."""

import math

import numpy as np
import pandas as pd
import pytest

from datasets.synthetic import make_world
from starter_kit.baselines.damped_biases import DampedBiases
from starter_kit.baselines.memory_based import (
    HybridNeighbours,
    ItemNeighbours,
    MsdItemNeighbours,
    Neighbours,
    PearsonUserNeighbours,
    UserNeighbours,
)
from starter_kit.fitted_model import StoredModel
from starter_kit.neighbour_model import Neighbourhood
from starter_kit.random_hyperplanes import RandomHyperplanes

WORLD = make_world("neighbours", users=60, books=80, ratings=1_500)


def silent(done: int, total: int) -> None:
    """Nobody watches the progress here."""


def fitted(estimator):
    return estimator.fit(WORLD.train, WORLD.books, seed=1, report=silent)


def error_of(model) -> float:
    predicted = model.predict(WORLD.test["user_id"].tolist(), WORLD.test["book_name"].tolist())
    return float(((predicted - WORLD.test["rating"]) ** 2).mean())


def test_the_two_nearest_of_three_neighbours_by_hand():
    # One user rated books 0, 1, 2 with deviations 1, −1, 5; book 3 is like them by 0.5, 0.25, 0.125.
    found = Neighbourhood(
        compares_books=True,
        is_mean=True,
        nearest=2,
        damping=0.25,
        members=4,
        starts=np.array([0, 3, 3]),
        member=np.array([0, 1, 2]),
        deviation=np.array([1.0, -1.0, 5.0]),
        pair=np.array([0 * 4 + 3, 1 * 4 + 3, 2 * 4 + 3]),
        weight=np.array([0.5, 0.25, 0.125]),
    )
    # (0.5 · 1 − 0.25 · 1) / (0.5 + 0.25 + 0.25); nothing for a stranger (row 1) or an unknown book (row 4).
    assert found.correction(np.array([0, 1, 0]), np.array([3, 3, 4])).tolist() == [0.25, 0.0, 0.0]
    assert found.weights(np.array([3, 0, 3]), np.array([1, 1, 3])).tolist() == [0.25, 0.0, 0.0]


@pytest.mark.parametrize("compares_books", [True, False])
def test_a_prediction_is_the_formula_of_the_docstring(compares_books):
    choice = Neighbours("cosine", shrinkage=2.0, nearest=3, damping=0.2)
    model = fitted(ItemNeighbours(choice) if compares_books else UserNeighbours(choice))
    base = DampedBiases().fit(WORLD.train, WORLD.books, seed=1, report=silent)
    user = WORLD.train["user_id"].map(base.users.index).to_numpy()
    left = WORLD.train["rating"] - base.ratings_at(user, WORLD.train["book_name"].map(base.books.index).to_numpy())
    columns = ("book_name", "user_id") if compares_books else ("user_id", "book_name")
    table = WORLD.train.assign(left=left).pivot(index=columns[0], columns=columns[1], values="left")
    for user, book in WORLD.test[["user_id", "book_name"]].head(20).itertuples(index=False):
        wanted, owner = (book, user) if compares_books else (user, book)
        weights = []
        for other in table.index[table[owner].notna()]:
            common = (table.loc[wanted] * table.loc[other]).dropna()
            length = math.sqrt((table.loc[wanted] ** 2).sum() * (table.loc[other] ** 2).sum())
            weights.append((common.sum() / length * len(common) / (len(common) + 2.0), table.loc[other, owner]))
        near = sorted((pair for pair in weights if pair[0] > 0), reverse=True)[:3]
        correction = sum(w * e for w, e in near) / (sum(w for w, _ in near) + 0.2)
        unclipped = base.ratings_at(np.array([base.users.index(user)]), np.array([base.books.index(book)]))
        expected = float(np.clip(unclipped[0] + correction, 1, 5))
        assert model.predict([user], [book])[0] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    "estimator",
    [UserNeighbours(), ItemNeighbours(), PearsonUserNeighbours(), MsdItemNeighbours(), HybridNeighbours()],
)
def test_the_graph_predicts_as_the_model_does(estimator, exported_difference):
    model = fitted(estimator)
    assert exported_difference(model) <= 1e-5
    assert model.predict(["a stranger"], ["unheard of"]).tolist() == [pytest.approx(model.base.mean)]


def test_a_model_that_was_kept_is_the_same_model(tmp_path):
    model = fitted(HybridNeighbours())
    model.save(tmp_path / "hybrid")
    again = HybridNeighbours().restore(StoredModel.read(tmp_path / "hybrid"))
    pairs = WORLD.test["user_id"].tolist(), WORLD.test["book_name"].tolist()
    assert again.predict(*pairs).tolist() == model.predict(*pairs).tolist()


def test_neighbours_improve_on_the_biases_they_start_from():
    biases = error_of(fitted(DampedBiases()))
    assert error_of(fitted(ItemNeighbours())) < biases
    assert error_of(fitted(HybridNeighbours())) < biases


def test_a_users_own_rating_of_the_book_is_not_among_the_neighbours():
    # Each pair of train was rated; predicting it may not look its answer up.
    train = pd.DataFrame({"user_id": ["u", "v"], "book_name": ["a", "a"], "rating": [5.0, 1.0]})
    train = train.astype({"user_id": str, "book_name": str})
    model = ItemNeighbours().fit(train, WORLD.books, seed=1, report=silent)
    biases = DampedBiases().fit(train, WORLD.books, seed=1, report=silent)
    assert model.predict(["u"], ["a"]).tolist() == biases.predict(["u"], ["a"]).tolist()


def test_hashing_says_what_it_lost_and_the_finest_buckets_lose_everything_but_twins():
    choice = Neighbours("cosine", 2.0, 5, 0.1, RandomHyperplanes(bits=40, tables=1))
    model = fitted(ItemNeighbours(choice))
    assert "kept 0.0% of the 5 nearest neighbours" in model.notes[0]
    assert error_of(model) == pytest.approx(error_of(fitted(DampedBiases())))
    none_lost = fitted(ItemNeighbours(Neighbours("cosine", 2.0, 5, 0.1, RandomHyperplanes(bits=1, tables=60))))
    assert "kept 100.0%" in none_lost.notes[0]


def test_training_prints_what_hashing_lost(alice, competition, tmp_path):
    result = alice("train", "item-knn-hashed", "--data", competition.public, "--work", tmp_path)
    assert result.exit_code == 0, result.output
    assert "of the 30 nearest neighbours" in result.stdout
