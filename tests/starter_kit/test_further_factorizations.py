"""Sparse, orthogonal, fused and three-way factorizations: what makes each what it is called."""

import numpy as np
import pytest

from datasets.synthetic import make_world
from starter_kit.baselines.alternating_least_squares import AlternatingLeastSquares
from starter_kit.baselines.damped_biases import DampedBiases
from starter_kit.baselines.orthogonal_factorization import OrthogonalFactorization
from starter_kit.baselines.sparse_factorization import SparseFactorization
from starter_kit.baselines.tensor_factorization import TensorFactorization
from starter_kit.baselines.tri_factorization import TriFactorization
from starter_kit.features import BookFeatures
from starter_kit.indexed_ratings import IndexedRatings

WORLD = make_world("further", users=60, books=80, ratings=1_500)
RATINGS = IndexedRatings.of(WORLD.train)
# Damped for a world of 1,500 ratings.
ALL = (
    SparseFactorization(damping=2.0),
    OrthogonalFactorization(threshold=2.0),
    TriFactorization(damping=3.0),
    TensorFactorization(damping=3.0, era_damping=50.0),
)


def silent(done: int, total: int) -> None:
    """Nobody watches the progress here."""


def fitted(estimator):
    return estimator.fit(WORLD.train, WORLD.books, seed=1, report=silent)


def deviations() -> np.ndarray:
    return RATINGS.rating - fitted(DampedBiases()).ratings_at(RATINGS.user, RATINGS.book)


def training_error(model) -> float:
    return float(((model.ratings_at(RATINGS.user, RATINGS.book) - RATINGS.rating) ** 2).mean())


def test_soft_thresholding_by_hand():
    rules = SparseFactorization(damping=2.0, sparsity=1.0)
    # 0.4 is below 1 / 2; (3 − 0.5) / (3 + 2); −(1.5 − 0.5) / (2 + 2).
    found = rules.shrunk(np.array([0.4, 3.0, -1.5]), np.array([1.0, 3.0, 2.0]))
    assert found == pytest.approx([0.0, 0.5, -0.25])


def test_every_round_of_coordinate_descent_lowers_the_loss_and_a_higher_price_buys_fewer_numbers():
    def loss(rounds: int) -> float:
        model = fitted(SparseFactorization(rounds=rounds, damping=2.0, sparsity=0.5))
        numbers = np.concatenate([model.user_factors.ravel(), model.book_factors.ravel()])
        penalty = 2.0 * (numbers**2).sum() + 0.5 * np.abs(numbers).sum()
        return training_error(model) * len(RATINGS.rating) + float(penalty)

    losses = [loss(rounds) for rounds in (1, 2, 4, 8)]
    assert losses == sorted(losses, reverse=True)
    zeros = [(fitted(SparseFactorization(sparsity=price)).book_factors == 0).mean() for price in (0.0, 0.3, 1.0, 3.0)]
    assert zeros == sorted(zeros)
    assert zeros[0] == 0 < zeros[-1]


def test_orthogonal_factors_stand_at_right_angles():
    model = fitted(OrthogonalFactorization(factors=4, threshold=1.0))
    np.testing.assert_allclose(model.book_factors.T @ model.book_factors, np.eye(4), atol=1e-9)
    angles = model.user_factors.T @ model.user_factors
    np.testing.assert_allclose(angles, np.diag(np.diag(angles)), atol=1e-9)


def test_one_round_is_the_truncated_singular_value_decomposition_made_smaller():
    matrix = np.zeros((len(RATINGS.users), len(RATINGS.books)))
    matrix[RATINGS.user, RATINGS.book] = deviations()
    left, value, right = np.linalg.svd(matrix, full_matrices=False)
    expected = (left * np.maximum(value - 1.5, 0.0)) @ right
    # All 60 singular vectors: the search for the largest ones has nothing left to find.
    model = fitted(OrthogonalFactorization(factors=60, threshold=1.5, rounds=1))
    np.testing.assert_allclose(model.user_factors @ model.book_factors.T, expected, atol=1e-8)


def test_fusion_draws_books_of_one_author_together():
    features = BookFeatures.of(RATINGS.books, WORLD.books)

    def likeness(model) -> float:
        unit = model.book_factors / np.maximum(np.linalg.norm(model.book_factors, axis=1, keepdims=True), 1e-12)
        cosine = unit @ unit.T
        same = (features.author.code[:, None] == features.author.code) & ~np.eye(len(unit), dtype=bool)
        return float(cosine[same].mean() - cosine[~same].mean())

    alone, fused = (fitted(TriFactorization(damping=3.0, fusion=weight)) for weight in (1e-6, 8.0))
    assert likeness(fused) > likeness(alone) + 0.2


def test_the_era_is_one_vector_more_for_its_books():
    model = fitted(TensorFactorization(factors=2, damping=3.0, era_damping=1e12))
    # Held at c = 1 and d = 0, nothing is left of the era: this is ALS.
    als = fitted(AlternatingLeastSquares(factors=2, damping=3.0))
    np.testing.assert_allclose(model.book_factors, als.book_factors, atol=1e-6)


@pytest.mark.parametrize("estimator", ALL, ids=lambda estimator: type(estimator).__name__)
def test_it_learns_answers_for_strangers_and_is_exported_as_it_predicts(estimator, exported_difference):
    model = fitted(estimator)
    assert training_error(model) < training_error(fitted(DampedBiases()))
    assert model.predict(["a stranger"], ["unheard of"]) == pytest.approx([RATINGS.mean])
    assert exported_difference(model) <= 1e-5
    again = fitted(estimator)
    assert again.book_factors.tolist() == model.book_factors.tolist()
