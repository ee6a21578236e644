"""Matrix factorizations: their update rules by hand, what they must never do, and their exports."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from datasets.synthetic import make_world
from starter_kit.baselines.alternating_least_squares import AlternatingLeastSquares
from starter_kit.baselines.damped_biases import DampedBiases
from starter_kit.baselines.nonnegative_factorization import NonnegativeMatrixFactorization
from starter_kit.baselines.sgd_matrix_factorization import PlainMatrixFactorization, SgdMatrixFactorization
from starter_kit.baselines.side_information_factorization import SideInformationFactorization
from starter_kit.baselines.svd_plus_plus import SvdPlusPlus
from starter_kit.baselines.weighted_factorization import WeightedMatrixFactorization
from starter_kit.fitted_model import StoredModel
from starter_kit.indexed_ratings import IndexedRatings
from starter_kit.rating_model import RatingModel
from starter_kit.ridge import ridge_by_row
from starter_kit.sequential_batches import sequential_batches

WORLD = make_world("factors", users=60, books=80, ratings=1_500)
RATINGS = IndexedRatings.of(WORLD.train)
ALL = (
    SgdMatrixFactorization(),
    PlainMatrixFactorization(),
    SvdPlusPlus(),
    AlternatingLeastSquares(),
    WeightedMatrixFactorization(),
    NonnegativeMatrixFactorization(),
    SideInformationFactorization(),
)


def silent(done: int, total: int) -> None:
    """Nobody watches the progress here."""


def fitted(estimator, train=WORLD.train) -> RatingModel:
    return estimator.fit(train, WORLD.books, seed=1, report=silent)


def training_error(model) -> float:
    return float(((model.ratings_at(RATINGS.user, RATINGS.book) - RATINGS.rating) ** 2).mean())


def small_model() -> tuple[RatingModel, IndexedRatings]:
    """One user rated book a with 5 and book b with 2; μ = 3.5, one factor: p = 1, q = 0.5 and −1."""
    train = pd.DataFrame({"user_id": ["u", "u"], "book_name": ["a", "b"], "rating": [5.0, 2.0]})
    ratings = IndexedRatings.of(train.astype({"user_id": str, "book_name": str}))
    tables = np.zeros(1), np.zeros(2), np.array([[1.0]]), np.array([[0.5], [-1.0]])
    return RatingModel(ratings.mean, ratings.users, ratings.books, *tables), ratings


def test_funks_updates_by_hand():
    model, ratings = small_model()
    rules = SgdMatrixFactorization(rate=0.1, bias_damping=0.5, factor_damping=0.2)
    rules.run_epoch(model, ratings, np.array([0, 1]))
    # a: e = 5 − 3.5 − 0.5 = 1. b_u = b_a = 0.1; p = 1 + 0.1 (0.5 − 0.2) = 1.03; q_a = 0.5 + 0.1 (1 − 0.1) = 0.59.
    # b: e = 2 − 3.5 − 0.1 + 1.03 = −0.57. b_u = 0.1 + 0.1 (−0.57 − 0.05) = 0.038; b_b = −0.057;
    # p = 1.03 + 0.1 (0.57 − 0.206) = 1.0664; q_b = −1 + 0.1 (−0.57 · 1.03 + 0.2) = −1.03871.
    assert model.user_bias == pytest.approx([0.038])
    assert model.book_bias == pytest.approx([0.1, -0.057])
    assert model.user_factors[:, 0] == pytest.approx([1.0664])
    assert model.book_factors[:, 0] == pytest.approx([0.59, -1.03871])


def test_without_biases_only_factors_move():
    model, ratings = small_model()
    PlainMatrixFactorization(rate=0.1, factor_damping=0.2).run_epoch(model, ratings, np.array([0]))
    # As before: p = 1.03, q_a = 0.59; but nobody is generous, and no book good.
    assert (model.user_factors[0, 0], model.book_factors[0, 0]) == (pytest.approx(1.03), pytest.approx(0.59))
    assert (model.user_bias.tolist(), model.book_bias.tolist()) == ([0.0], [0.0, 0.0])


def test_a_batch_never_holds_a_user_or_a_book_twice_and_nobody_overtakes():
    order = np.random.default_rng(5).permutation(len(RATINGS.user))
    user, book = RATINGS.user[order], RATINGS.book[order]
    batches = sequential_batches(user, book)
    assert sorted(np.concatenate(batches).tolist()) == list(range(len(user)))
    seen: dict[tuple[str, int], int] = {}
    for batch in batches:
        assert len(set(user[batch])) == len(set(book[batch])) == len(batch)
        for place in batch.tolist():
            for key in (("user", user[place]), ("book", book[place])):
                assert seen.get(key, -1) < place
                seen[key] = place


def test_batch_by_batch_gives_the_numbers_of_rating_by_rating():
    rules = SgdMatrixFactorization(factors=3, epochs=1)
    start = fitted(dataclasses.replace(rules, epochs=0, spread=0.5))
    b_u, b_i, p, q = (
        getattr(start, name).copy() for name in ("user_bias", "book_bias", "user_factors", "book_factors")
    )
    order = np.random.default_rng(2).permutation(len(RATINGS.user))
    rules.run_epoch(start, RATINGS, order)
    for n in order:
        u, i = RATINGS.user[n], RATINGS.book[n]
        e = RATINGS.rating[n] - (RATINGS.mean + b_u[u] + b_i[i] + p[u] @ q[i])
        b_u[u] += 0.01 * (e - 0.1 * b_u[u])
        b_i[i] += 0.01 * (e - 0.1 * b_i[i])
        p[u], q[i] = p[u] + 0.01 * (e * q[i] - 0.1 * p[u]), q[i] + 0.01 * (e * p[u] - 0.1 * q[i])
    for mine, other in (
        (start.user_bias, b_u),
        (start.book_bias, b_i),
        (start.user_factors, p),
        (start.book_factors, q),
    ):
        np.testing.assert_allclose(mine, other, rtol=1e-12)


def test_svd_plus_plus_by_hand():
    model, ratings = small_model()
    y = np.array([[0.2], [0.6]])
    rules = SvdPlusPlus(rate=0.1, bias_damping=0.5, factor_damping=0.2, implicit_damping=0.5)
    rules.update_user(model, y, ratings, 0, np.array([0, 1]))
    # |N| = 2: z = 1 + (0.2 + 0.6)/√2 = 1.565685; errors 1.5 − z/2 = 0.717157 and −1.5 + z = 0.065685; Σ e q = 0.292893.
    z, first, second = 1 + 0.8 / 2**0.5, 1.5 - (1 + 0.8 / 2**0.5) / 2, -0.5 + 0.8 / 2**0.5
    assert model.user_bias == pytest.approx([0.1 * (first + second)])
    assert model.book_bias == pytest.approx([0.1 * first, 0.1 * second])
    assert model.book_factors[:, 0] == pytest.approx([0.5 + 0.1 * (first * z - 0.1), -1 + 0.1 * (second * z + 0.2)])
    pull = 0.5 * first - second
    assert model.user_factors[:, 0] == pytest.approx([1 + 0.1 * (pull - 2 * 0.2)])
    assert y[:, 0] == pytest.approx([0.2 + 0.1 * (pull / 2**0.5 - 0.1), 0.6 + 0.1 * (pull / 2**0.5 - 0.3)])


def test_the_end_of_svd_plus_plus_holds_what_was_read_in_the_users_factors():
    rules = SvdPlusPlus(factors=2, epochs=0, spread=1.0)
    random = np.random.default_rng(1)
    p, _, y = (random.normal(0.0, 1.0, (rows, 2)) for rows in (len(RATINGS.users), *2 * [len(RATINGS.books)]))
    read = RATINGS.book[RATINGS.user == 4]
    assert fitted(rules).user_factors[4] == pytest.approx(p[4] + y[read].sum(axis=0) / len(read) ** 0.5)


def test_ridge_regressions_by_hand():
    # Row 0: x = 1, 2 and y = 1, 3: (1 + 6) / (1 + 4 + 2) = 1. Row 2: 4 / (4 + 2). Row 1 saw nothing.
    x = np.array([[1.0], [2.0], [2.0]])
    found = ridge_by_row(np.array([0, 0, 2]), 3, x, np.array([1.0, 3.0, 2.0]), 2.0)
    assert found[:, 0] == pytest.approx([1.0, 0.0, 2 / 3])
    # With E = 7 everywhere: 7 / (5 + 2 + 7).
    assert ridge_by_row(np.zeros(2, int), 1, x[:2], np.array([1.0, 3.0]), 2.0, np.array([[7.0]])) == pytest.approx(0.5)
    assert ridge_by_row(np.zeros(0, int), 2, np.zeros((0, 3)), np.zeros(0), 1.0).tolist() == [[0.0] * 3] * 2


def test_every_turn_of_als_lowers_its_loss():
    def loss(rounds: int) -> float:
        model = fitted(AlternatingLeastSquares(rounds=rounds, damping=3.0))
        size = (model.user_factors**2).sum() + (model.book_factors**2).sum()
        return training_error(model) * len(RATINGS.rating) + 3.0 * float(size)

    losses = [loss(rounds) for rounds in (1, 2, 4, 8)]
    assert losses == sorted(losses, reverse=True)


def test_without_weight_for_missing_ratings_weighted_factorization_is_als():
    same = {"factors": 4, "damping": 5.0, "rounds": 3}
    weighted = fitted(WeightedMatrixFactorization(missing_weight=0.0, **same))
    np.testing.assert_allclose(weighted.book_factors, fitted(AlternatingLeastSquares(**same)).book_factors, atol=1e-9)


def test_weighted_factorization_ends_where_no_book_factor_can_be_bettered():
    model = fitted(WeightedMatrixFactorization(factors=3, damping=2.0, missing_weight=0.3, rounds=2))
    base = fitted(DampedBiases())
    weight, left = np.full((len(model.users), len(model.books)), 0.3), np.zeros((len(model.users), len(model.books)))
    weight[RATINGS.user, RATINGS.book] = 1.0
    left[RATINGS.user, RATINGS.book] = RATINGS.rating - base.ratings_at(RATINGS.user, RATINGS.book)
    errors = left - model.user_factors @ model.book_factors.T
    slope = (weight * errors).T @ model.user_factors - 2.0 * model.book_factors
    np.testing.assert_allclose(slope, 0.0, atol=1e-9)


def test_nonnegative_factors_stay_so_while_their_loss_falls():
    losses = []
    for rounds in (1, 3, 10, 30):
        model = fitted(NonnegativeMatrixFactorization(rounds=rounds, damping=0.05))
        p, q = model.user_factors[:, :-1], model.book_factors[:, :-1]
        assert min(p.min(), q.min()) >= 0
        sizes = (p[RATINGS.user] ** 2).sum() + (q[RATINGS.book] ** 2).sum()
        losses.append(training_error(model) * len(RATINGS.rating) + 0.05 * float(sizes))
    assert losses == sorted(losses, reverse=True)


def test_one_multiplicative_update_by_hand():
    # One user, one book, rating 4, p = q = 2 · u: p ← p · 4q / (pq · q + λp), then q alike.
    train = pd.DataFrame({"user_id": ["u"], "book_name": ["a"], "rating": [4.0]}).astype(
        {"user_id": str, "book_name": str}
    )
    random = np.random.default_rng(1)
    p, q = 2 * random.uniform(0.8, 1.2, (1, 1))[0, 0], 2 * random.uniform(0.8, 1.2, (1, 1))[0, 0]
    p *= 4 * q / (p * q * q + 0.5 * p)
    q *= 4 * p / (q * p * p + 0.5 * q)
    model = fitted(NonnegativeMatrixFactorization(factors=1, rounds=1, damping=0.5), train)
    assert model.ratings_at(np.array([0]), np.array([0])) == pytest.approx([p * q])


def test_a_book_that_nobody_rated_is_liked_as_its_author_is():
    # u likes Ada and not Bruno, v the other way round; neither rated the last book of either.
    authors = ["Ada"] * 6 + ["Bruno"] * 6
    names = [f"{author} {number}" for number, author in enumerate(authors)]
    books = WORLD.books.head(12).assign(book_name=names, authors=authors, rating=4.0).astype({"book_name": str})
    rows = [
        (f"{kind}{number}", name, 5.0 if (author == "Ada") == (kind == "u") else 2.0)
        for number in range(20)
        for kind in "uv"
        for name, author in zip(names, authors, strict=True)
        if name not in (names[5], names[11])
    ]
    train = pd.DataFrame(rows, columns=["user_id", "book_name", "rating"]).astype({"user_id": str, "book_name": str})
    rules = SideInformationFactorization(factors=2, user_damping=0.5, author_damping=0.5, book_damping=5.0)
    model = rules.fit(train, books, seed=1, report=silent)
    predicted = model.predict(["u0", "u0", "v0", "v0"], [names[5], names[11]] * 2)
    assert predicted == pytest.approx([5, 2, 2, 5], abs=0.3)


@pytest.mark.parametrize("estimator", ALL, ids=lambda estimator: type(estimator).__name__)
def test_it_learns_answers_for_strangers_and_is_exported_as_it_predicts(estimator, exported_difference):
    model = fitted(estimator)
    assert training_error(model) < RATINGS.rating.var()
    strangers = model.predict(["a stranger", model.users[0]], ["unheard of", "unheard of"])
    assert strangers[0] == pytest.approx(RATINGS.mean)
    assert np.isfinite(strangers).all()
    assert exported_difference(model) <= 1e-5


@pytest.mark.parametrize("estimator", ALL, ids=lambda estimator: type(estimator).__name__)
def test_the_same_seed_gives_the_same_model(estimator):
    one, two = fitted(estimator), fitted(estimator)
    assert one.user_factors.tolist() == two.user_factors.tolist()
    assert one.book_factors.tolist() == two.book_factors.tolist()


@pytest.mark.parametrize(
    "estimator", [SgdMatrixFactorization(epochs=4), AlternatingLeastSquares(rounds=4, damping=0.5)]
)
def test_the_errors_of_the_epochs_fall_and_are_kept(estimator, tmp_path):
    model = fitted(estimator)
    assert len(model.losses) == 4
    assert list(model.losses) == sorted(model.losses, reverse=True)
    assert model.losses[-1] == pytest.approx(training_error(model))
    model.save(tmp_path / "model")
    assert estimator.restore(StoredModel.read(tmp_path / "model")).losses == model.losses
