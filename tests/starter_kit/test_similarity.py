"""How alike rows are, by hand and against the definition; and what random hyperplanes lose."""

import itertools
import math

import numpy as np
import pytest

from starter_kit.baselines.memory_based import recall_of_nearest
from starter_kit.random_hyperplanes import RandomHyperplanes
from starter_kit.similarity import Deviations, common_pairs, cosine, mean_squared_difference, pearson, shrunk

# Alice (0) rated books 0, 1, 2, 3; Bob (1) rated 0, 1, 2; Carol (2) rated 3 only.
#          book   0     1     2     3
# Alice           1.0   0.0   2.0   2.0
# Bob             2.0   0.0   1.0
# Carol                             1.0
THREE_USERS = Deviations(
    row=np.array([0, 0, 0, 0, 1, 1, 1, 2]),
    column=np.array([0, 1, 2, 3, 0, 1, 2, 3]),
    value=np.array([1.0, 0.0, 2.0, 2.0, 2.0, 0.0, 1.0, 1.0]),
    rows=3,
)


def test_only_pairs_with_something_in_common_are_met():
    pairs = common_pairs(THREE_USERS)
    assert list(zip(pairs.a.tolist(), pairs.b.tolist(), pairs.count.tolist(), strict=True)) == [(0, 1, 3), (0, 2, 1)]


def test_nothing_rated_is_nobody_met():
    nothing = Deviations(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), rows=3)
    assert common_pairs(nothing).count.size == 0


def test_the_cosine_counts_what_is_not_in_common_too():
    # Alice · Bob = 2 + 0 + 2 = 4, |Alice| = √(1 + 4 + 4) = 3, |Bob| = √5; Alice · Carol = 2, |Carol| = 1.
    assert cosine(common_pairs(THREE_USERS)) == pytest.approx([4 / (3 * math.sqrt(5)), 2 / 3])


def test_pearson_looks_at_common_books_only_and_takes_their_means_out():
    # On books 0, 1, 2 both have the mean 1: Alice 0, −1, 1 and Bob 1, −1, 0: covariance 1, squares 2 and 2.
    # Alice and Carol have one book in common: nothing to correlate.
    assert pearson(common_pairs(THREE_USERS)) == pytest.approx([0.5, 0.0])


def test_the_mean_squared_difference_is_one_where_two_agree():
    # Alice and Bob differ by 1, 0, 1: mean 2/3; Alice and Carol by 1.
    assert mean_squared_difference(common_pairs(THREE_USERS)) == pytest.approx([3 / 5, 1 / 2])


def test_a_similarity_over_few_common_books_is_shrunk():
    assert shrunk(np.array([0.8, 0.8]), np.array([1.0, 30.0]), 10.0) == pytest.approx([0.8 / 11, 0.6])


def test_a_constant_row_correlates_with_nothing():
    constant = Deviations(np.array([0, 0, 0, 1, 1, 1]), np.arange(6) % 3, np.array([0.1] * 3 + [0.3, 0.7, 0.2]), 2)
    assert pearson(common_pairs(constant)).tolist() == [0.0]


def test_pairs_agree_with_the_definition_on_random_ratings():
    random = np.random.default_rng(8)
    matrix = np.where(random.random((12, 20)) < 0.4, random.normal(size=(12, 20)), np.nan)
    row, column = np.nonzero(~np.isnan(matrix))
    shuffled = random.permutation(row.size)
    row, column = row[shuffled], column[shuffled]
    pairs = common_pairs(Deviations(row, column, matrix[row, column], 12))
    both = {(a, b): ~np.isnan(matrix[a]) & ~np.isnan(matrix[b]) for a, b in itertools.combinations(range(12), 2)}
    assert list(zip(pairs.a.tolist(), pairs.b.tolist(), strict=True)) == [key for key, on in both.items() if on.any()]
    for place, (a, b) in enumerate(zip(pairs.a, pairs.b, strict=True)):
        x, y = matrix[a][both[a, b]], matrix[b][both[a, b]]
        length = math.sqrt(np.nansum(matrix[a] ** 2) * np.nansum(matrix[b] ** 2))
        assert cosine(pairs)[place] == pytest.approx((x * y).sum() / length)
        assert mean_squared_difference(pairs)[place] == pytest.approx(1 / (1 + ((x - y) ** 2).mean()))
        if len(x) > 2:
            assert pearson(pairs)[place] == pytest.approx(np.corrcoef(x, y)[0, 1])


def test_ratings_without_anything_in_common_have_no_pairs():
    alone = Deviations(np.array([0, 1]), np.array([0, 1]), np.ones(2), 2)
    assert common_pairs(alone).a.size == 0
    assert cosine(common_pairs(alone)).size == 0


def test_hyperplanes_keep_what_points_the_same_way_together_and_part_opposites():
    # Row 1 is twice row 0, row 2 its opposite.
    value = np.array([1.0, -0.5, 2.0, 2.0, -1.0, 4.0, -1.0, 0.5, -2.0])
    rows = Deviations(np.repeat([0, 1, 2], 3), np.tile([0, 1, 2], 3), value, 3)
    meet = RandomHyperplanes(bits=6, tables=4).candidates(rows, np.array([0, 0]), np.array([1, 2]), seed=1)
    assert meet.tolist() == [True, False]


def test_a_hyperplane_parts_two_rows_as_often_as_their_angle_says():
    # At 60° a hyperplane leaves two rows together with probability 2/3, two of them with 4/9.
    count = 4_000
    random = np.random.default_rng(3)
    columns = np.arange(2 * count).reshape(count, 2)
    first = random.normal(size=(count, 2))
    turn = np.array([[0.5, -math.sqrt(0.75)], [math.sqrt(0.75), 0.5]])
    rows = Deviations(
        np.repeat(np.arange(2 * count), 2),
        np.concatenate([columns, columns]).ravel(),
        np.concatenate([first, first @ turn]).ravel(),
        2 * count,
    )
    a, b = np.arange(count), np.arange(count, 2 * count)
    assert RandomHyperplanes(1, 1).candidates(rows, a, b, seed=1).mean() == pytest.approx(2 / 3, abs=0.03)
    assert RandomHyperplanes(2, 1).candidates(rows, a, b, seed=1).mean() == pytest.approx(4 / 9, abs=0.03)


def test_the_recall_counts_each_rows_nearest():
    # Nearest one of row 0: row 1 (0.9, kept); of 1: row 0 (kept); of 2: row 0 (0.5, lost); of 3: row 1 (kept).
    a, b = np.array([0, 0, 1]), np.array([1, 2, 3])
    weight, kept = np.array([0.9, 0.5, 0.2]), np.array([True, False, True])
    assert recall_of_nearest(a, b, weight, kept, nearest=1) == 0.75
