"""What a board says of its own certainty, in digits of its own: from replicates that can be read by eye."""

import json

import numpy as np
import pytest

from grader import certainty
from grader.scoring.board_certainty import board_certainty, half_width_step, median_ratio
from grader.scoring.metrics import METRICS

# Four draws of four entries, the lower the better: ann beats everybody always; bob and cat differ by the draw.
BOARD = np.array([[1, 2, 1, 2], [3, 5, 3, 5], [4, 4, 4, 4], [9, 8, 9, 8]], dtype=np.float32)
EXACT = SHOWN = np.array([1.5, 4.0, 4.5, 8.5])
ALL = np.ones(4, np.bool_)


def test_places_groups_chances_and_half_widths():
    found = board_certainty(BOARD, EXACT, SHOWN, ALL, lower_is_better=True, decimals=1)
    assert (found.first, found.compared.tolist()) == (0, [True] * 4)
    assert (found.low.tolist(), found.high.tolist()) == ([1, 2, 2, 4], [1, 3, 3, 4])
    assert found.group.tolist() == [1, 2, 2, 3]
    assert found.chance_first.tolist() == [100, 0, 0, 0]
    assert found.chance_top.tolist() == [100, 100, 100, 0]
    assert found.is_tied.tolist() == [True, False, False, False]
    # Of bob's differences to ann, 2 and 3, half the distance is 0.5; cat's are 3 and 2, the last one's 8 and 6.
    assert found.half_width.tolist() == [0.0, 0.5, 0.5, 1.0]


def test_half_widths_are_rounded_up_and_never_contradict_the_order():
    # In whole numbers the last one's 7 ± 1 stays; bob's 0.5 becomes 1, which is less than his distance of 2.
    found = board_certainty(BOARD, EXACT, np.array([2.0, 4.0, 4.0, 9.0]), ALL, lower_is_better=True, decimals=0)
    assert found.half_width.tolist() == [0.0, 1.0, 1.0, 1.0]
    # Here it would reach ann, from whom he differs surely: so it ends one unit before her.
    found = board_certainty(BOARD, EXACT, np.array([2.0, 3.0, 4.0, 9.0]), ALL, lower_is_better=True, decimals=0)
    assert found.half_width.tolist() == [0.0, 0.0, 1.0, 1.0]


def test_equal_scores_on_the_board_are_tied_whatever_the_hidden_digits_say():
    found = board_certainty(BOARD, EXACT, np.array([2.0, 2.0, 4.0, 9.0]), ALL, lower_is_better=True, decimals=0)
    assert found.is_tied.tolist() == [True, True, False, False]
    # Bob's replicates go down with his score, to 1 and 3; cat's 4 become 3.5, surely worse.
    assert (found.low.tolist(), found.high.tolist()) == ([1, 1, 3, 4], [2, 2, 3, 4])
    # He would be first in half of the draws: so would ann.
    assert found.chance_first.tolist() == [50, 50, 0, 0]


def test_to_equal_scores_the_same_is_told():
    # Bob is surely worse than ann, and cat is not; both show 3.0.
    found = board_certainty(
        np.array([[2, 2, 2, 2], [3, 3, 3, 3], [1, 5, 1, 5]], np.float32),
        np.array([2.0, 3.0, 3.0]), np.array([2.0, 3.0, 3.0]), np.ones(3, np.bool_), lower_is_better=True, decimals=1,
    )  # fmt: skip
    assert (found.low.tolist(), found.high.tolist()) == ([1, 1, 1], [2, 3, 3])
    assert found.is_tied.tolist() == [True, True, True]
    assert found.chance_first.tolist() == [50, 25, 25]
    assert found.half_width.tolist() == [0.0, 2.0, 2.0]


def test_half_widths_come_in_steps_that_no_single_row_exceeds():
    # Stars: one row has a loss of 16 at most, so that of 20,000 rows 2 · 16 / 20,000 are two units of 3 decimals.
    step = half_width_step(METRICS["mse"], 20_000, 1.0, 5.0)
    assert step == 0.0016
    draws = np.array([[1.0, 1.0, 1.0, 1.0], [1.0, 1.006, 1.0, 1.006]], np.float32)
    means = np.array([1.0, 1.003])
    found = board_certainty(draws, means, means, np.ones(2, np.bool_), lower_is_better=True, decimals=3, step=step)
    assert found.half_width.tolist() == [0.0, 0.004]
    equal = board_certainty(
        draws[:1].repeat(2, 0), means[[0, 0]], means[[0, 0]], np.ones(2, np.bool_), lower_is_better=True, decimals=3,
        step=step,
    )  # fmt: skip
    assert equal.half_width.tolist() == [0.0, 0.002]
    # A right answer or a wrong one, a list from 0 to 1; and what has no bound is told in units.
    assert half_width_step(METRICS["accuracy"], 1_000, None, None) == 0.002
    assert half_width_step(METRICS["ndcg_at_k"], 1_000, None, None) == 0.002
    assert half_width_step(METRICS["mse"], 1_000, 1.0, None) == 0.0


def test_a_difference_that_two_rows_can_make_is_never_sure():
    # Each draw agrees that the first is better by 1; with a step of 1 it takes two.
    draws = np.array([[1, 1, 1, 1], [2, 2, 2, 2], [3, 3, 3, 3]], np.float32)
    means = np.array([1.0, 2.0, 3.0])
    ranked = np.ones(3, np.bool_)
    found = board_certainty(draws, means, means, ranked, lower_is_better=True, decimals=1, step=1.0)
    assert found.is_tied.tolist() == [True, True, False]
    assert found.half_width.tolist() == [0.0, 1.0, 1.0]


def test_a_wild_file_on_a_board_without_a_range_stops_nobody():
    draws = np.array([[1, 2, 1, 2], [3e37, 1e37, 3e37, 1e37]], np.float32)
    means = np.array([1.5, 2e37])
    found = board_certainty(draws, means, means, np.ones(2, np.bool_), lower_is_better=True, decimals=3)
    assert found.half_width[1] == pytest.approx(1e37)


def test_baselines_are_placed_and_take_no_chance_from_anybody():
    is_ranked = np.array([False, True, True, False])
    found = board_certainty(BOARD, EXACT, SHOWN, is_ranked, lower_is_better=True, decimals=1)
    assert found.first == 1
    assert (found.low.tolist(), found.high.tolist()) == ([1, 1, 1, 3], [1, 2, 2, 3])
    assert found.group.tolist() == [0, 1, 1, 0]
    assert found.chance_first.tolist() == [-1, 50, 50, -1]
    assert found.is_tied.tolist() == [False, True, True, False]


def test_where_only_baselines_are_they_are_compared_with_each_other():
    found = board_certainty(BOARD, EXACT, SHOWN, ~ALL, lower_is_better=True, decimals=1)
    assert (found.first, found.group.tolist()) == (0, [1, 2, 2, 3])


def test_chances_come_in_steps_of_five():
    draws = np.full((2, 1_000), 2.0, np.float32)
    draws[0, :973] = 1.0
    draws[0, 973:] = 3.0
    found = board_certainty(
        draws, np.array([1.0, 2.0]), np.array([1.0, 2.0]), np.ones(2, np.bool_), lower_is_better=True, decimals=1
    )
    # 97.3 % and 2.7 %: the nearest steps.
    assert found.chance_first.tolist() == [95, 5]


def test_the_ratio_of_widths_is_that_of_the_entry_in_the_middle():
    assert median_ratio(np.array([0.0, 2.0, 3.0, 8.0]), np.array([0.0, 1.0, 1.0, 2.0])) == 3.0
    assert median_ratio(np.array([0.0]), np.array([0.0])) is None


def test_arrays_of_another_length_are_an_error():
    with pytest.raises(ValueError, match="4 entries"):
        board_certainty(BOARD, EXACT, SHOWN[:2], ALL, lower_is_better=True, decimals=1)


SOLUTION = "id,rating,Usage\n1,5,Public\n2,3,Public\n3,4,Private\n4,1,Private\n5,2,Private\n"


def a_task(folder, **changes):
    (folder / "solution.csv").write_text(SOLUTION)
    (folder / "test.csv").write_text(
        "id,user_id,book_name\n" + "".join(f"{i},u{i > 4},b{i}\n" for i in (5, 4, 3, 2, 1))
    )
    for name, predictions in (("perfect", [5, 3, 4, 1, 2]), ("good", [4, 3, 4, 4, 2]), ("short", [1, 2])):
        np.save(folder / f"{name}.npy", np.array(predictions, np.float64))
    values = {
        "solution": str(folder / "solution.csv"), "part": "public", "seed": 1, "metric": "mse", "k": None,
        "id_column": "id", "target_column": "rating", "decimals": 3, "lowest": 1.0, "highest": 5.0,
        "test": str(folder / "test.csv"),
        "cluster_column": None, "predictions": [str(folder / "perfect.npy"), str(folder / "good.npy")],
        "exact": [0.0, 0.5], "shown": [0.0, 0.5], "is_ranked": [True, True],
    }  # fmt: skip
    (folder / "task.json").write_text(json.dumps(values | changes))


def answered(folder):
    assert certainty.main([str(folder)]) == 0
    return json.loads((folder / "answer.json").read_text())


def test_replicates_are_made_from_kept_predictions(tmp_path):
    a_task(tmp_path)
    answer = answered(tmp_path)
    assert (answer["unit"], answer["unit_count"], answer["unreadable"]) == ("row", 2, [])
    made = np.load(tmp_path / "by_rows.npy")
    # Of two rows with errors 1 and 0, two are drawn: 0, 0.5 or 1.
    assert not made[0].any()
    assert set(made[1].tolist()) == {0.0, 0.5, 1.0}
    assert answer["row"]["is_tied"] == [True, True]


def test_what_is_known_is_not_made_again(tmp_path):
    a_task(tmp_path, predictions=[None, str(tmp_path / "good.npy")])
    np.save(tmp_path / "known_by_rows.npy", np.full((2, 1_000), 7.0, np.float32))
    answered(tmp_path)
    made = np.load(tmp_path / "by_rows.npy")
    assert set(made[0].tolist()) == {7.0}
    assert made[1].max() == 1.0


def test_whole_users_are_drawn_where_they_are_asked_for(tmp_path):
    a_task(tmp_path, part="private", cluster_column="user_id")
    answer = answered(tmp_path)
    # Rows 3 and 4 are one user's, 5 another's; errors 0, 3 and 0: squares 0, 9 and 0.
    assert answer["cluster_count"] == 2
    assert set(np.load(tmp_path / "by_clusters.npy")[1].tolist()) == {0.0, 3.0, 4.5}
    assert answer["cluster"]["low"] == [1, 1]


def test_a_column_that_is_not_there_is_told(tmp_path):
    a_task(tmp_path, cluster_column="reader")
    answer = answered(tmp_path)
    assert (answer["cluster_count"], answer["cluster_problem"]) == (None, "test.csv has no column 'reader'.")


def test_an_entry_that_cannot_be_read_takes_no_part(tmp_path):
    paths = [str(tmp_path / name) for name in ("gone.npy", "short.npy", "good.npy")]
    a_task(tmp_path, predictions=paths, exact=[0.0, 0.1, 0.5], shown=[0.0, 0.1, 0.5], is_ranked=[True] * 3)
    answer = answered(tmp_path)
    assert (answer["unreadable"], answer["entries"]) == ([0, 1], [2])
    assert answer["row"]["low"] == [1]


def test_of_lists_whole_lists_are_drawn(tmp_path):
    # Two lists of two: the first entry has the relevant row first in both, the second in one of them.
    a_task(tmp_path, metric="recall_at_k", k=1, target_column="score", predictions=[])
    (tmp_path / "solution.csv").write_text(
        "id,relevance,group,Usage\n1,1,7,Public\n2,0,7,Public\n3,1,8,Public\n4,0,8,Public\n5,1,9,Private\n6,0,9,Private\n"
    )
    for name, predictions in (("both", [1, 0, 1, 0, 1, 0]), ("one", [1, 0, 0, 1, 1, 0])):
        np.save(tmp_path / f"{name}.npy", np.array(predictions, np.float64))
    task = json.loads((tmp_path / "task.json").read_text())
    task |= {"predictions": [str(tmp_path / f"{name}.npy") for name in ("both", "one")], "cluster_column": "user_id"}
    (tmp_path / "task.json").write_text(json.dumps(task | {"exact": [1.0, 0.5], "shown": [1.0, 0.5]}))
    answer = answered(tmp_path)
    assert (answer["unit"], answer["unit_count"], answer["cluster_count"]) == ("list", 2, None)
    made = np.load(tmp_path / "by_rows.npy")
    assert set(made[0].tolist()) == {1.0}
    assert set(made[1].tolist()) == {0.0, 0.5, 1.0}
