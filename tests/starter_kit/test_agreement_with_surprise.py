"""Another library's SGD factorization and neighbours, given the same small matrix, say the same."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from datasets.synthetic import make_world
from starter_kit.baselines.global_mean import GlobalMean
from starter_kit.baselines.memory_based import ItemNeighbours, Neighbours, UserNeighbours
from starter_kit.baselines.sgd_matrix_factorization import SgdMatrixFactorization
from starter_kit.fitted_model import rows_of
from starter_kit.indexed_ratings import IndexedRatings

surprise = pytest.importorskip("surprise", reason="scikit-surprise has no wheel for this machine")

WORLD = make_world("surprise", users=40, books=50, ratings=650)


def silent(done: int, total: int) -> None:
    """Nobody watches the progress here."""


@pytest.fixture(scope="module")
def trainset():
    """The library's own form of the same ratings, users in the order in which it goes through them."""
    return surprise.Dataset.load_from_df(WORLD.train, surprise.Reader(rating_scale=(1, 5))).build_full_trainset()


def test_sgd_factorization_learns_the_same_numbers(trainset):
    settings = {"n_factors": 4, "lr_all": 0.02, "reg_all": 0.05, "init_std_dev": 0.3, "random_state": 1}
    start = surprise.SVD(n_epochs=0, **settings).fit(trainset)
    end = surprise.SVD(n_epochs=5, **settings).fit(trainset)
    rows = [(trainset.to_raw_uid(u), trainset.to_raw_iid(i), r) for u, i, r in trainset.all_ratings()]
    train = pd.DataFrame(rows, columns=["user_id", "book_name", "rating"]).astype({"user_id": str, "book_name": str})
    rules = SgdMatrixFactorization(factors=4, epochs=0, rate=0.02, bias_damping=0.05, factor_damping=0.05)
    model, ratings = rules.fit(train, WORLD.books, seed=1, report=silent), IndexedRatings.of(train)
    users = [trainset.to_inner_uid(key) for key in model.users]
    books = [trainset.to_inner_iid(key) for key in model.books]
    model = dataclasses.replace(model, user_factors=start.pu[users], book_factors=start.qi[books])
    for _ in range(5):
        rules.run_epoch(model, ratings, np.arange(len(train)))
    np.testing.assert_allclose(model.user_bias, end.bu[users], atol=1e-10)
    np.testing.assert_allclose(model.book_bias, end.bi[books], atol=1e-10)
    np.testing.assert_allclose(model.user_factors, end.pu[users], atol=1e-10)
    np.testing.assert_allclose(model.book_factors, end.qi[books], atol=1e-10)


@pytest.mark.parametrize("similarity", ["msd", "pearson"])
@pytest.mark.parametrize("compares_books", [True, False])
def test_neighbours_are_weighed_alike(trainset, similarity, compares_books):
    # Without biases, shrinkage and damping: the mean of the neighbours' ratings, weighted by similarity.
    choice = Neighbours(similarity, shrinkage=0.0, nearest=10, damping=0.0)
    estimator = (ItemNeighbours if compares_books else UserNeighbours)(choice, base=GlobalMean())
    model = estimator.fit(WORLD.train, WORLD.books, seed=1, report=silent)
    options = {"name": similarity, "user_based": not compares_books}
    other = surprise.KNNBasic(k=10, sim_options=options, verbose=False).fit(trainset)
    compared = 0
    for user, book in WORLD.test[["user_id", "book_name"]].itertuples(index=False):
        expected = other.predict(user, book, clip=False)
        if expected.details["was_impossible"]:
            continue
        found = model.ratings_at(rows_of(model.users, [user]), rows_of(model.books, [book]))[0]
        assert found == pytest.approx(expected.est, abs=1e-5)
        compared += 1
    assert compared > 50
