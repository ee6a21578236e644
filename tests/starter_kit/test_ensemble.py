"""The ensemble's arithmetic: the stack by hand, and what its networks are given."""

import numpy as np
import pytest

pytest.importorskip("tensorflow")

from starter_kit.baselines.ensemble import stacked, stacking_weights


def test_the_stack_finds_the_mixture_that_made_the_ratings():
    rng = np.random.default_rng(1)
    said = rng.normal(3.5, 1.0, size=(50_000, 2))
    weights = stacking_weights(said, 0.5 + 0.7 * said[:, 0] + 0.2 * said[:, 1])
    np.testing.assert_allclose(weights, [0.5, 0.7, 0.2], atol=1e-3)


def test_a_ridge_holds_back_what_few_ratings_suggest():
    # One member, centred ±1, ratings ±1 alike: w = Σ x y / (Σ x² + 10) = 4 / (4 + 10), w_0 = 3 − 3 w.
    said = np.array([[2.0], [4.0], [2.0], [4.0]])
    weights = stacking_weights(said, said[:, 0])
    np.testing.assert_allclose(weights, [3 - 3 * 4 / 14, 4 / 14])


def test_the_networks_see_the_stack_first_then_features_then_members():
    nested, said = np.array([[3.0, 9.0]], np.float32), np.array([[4.0]])
    # 0.5 + 0.25 · 3 + 0.5 · 4
    assert stacked(np.array([0.5, 0.25, 0.5]), nested, said).tolist() == [[3.25, 3.0, 9.0, 4.0]]
