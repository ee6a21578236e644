"""What the scoring worker takes of what a models worker has kept."""

from pathlib import Path

import numpy as np
import pytest

from grader.scoring.model_answers import AnswersDoNotFit, read_answers, write_answers
from grader.scoring.prediction_format import PredictionFormat

IDS = np.array([1, 2, 3])


@pytest.fixture
def read_back(tmp_path: Path):
    def read_back(*values: float, **expected) -> list[float]:
        path = tmp_path / "answers.npy"
        with path.open("wb") as file:
            write_answers(file, IDS[::-1], np.array(values[::-1]))
        return read_answers(path, IDS, PredictionFormat(**expected)).tolist()

    return read_back


def test_answers_come_back_by_ascending_id(read_back):
    assert read_back(1.5, 2.0, 5.0) == [1.5, 2.0, 5.0]


@pytest.mark.parametrize("value", [5.5, np.nan, np.inf])
def test_answers_out_of_range_do_not_fit(read_back, value):
    with pytest.raises(AnswersDoNotFit, match=r"do not all lie in \[1, 5\]"):
        read_back(1.0, value, 2.0)


@pytest.mark.parametrize("value", [1e101, np.nan, -np.inf])
def test_no_bound_does_not_mean_any_answer(read_back, value):
    with pytest.raises(AnswersDoNotFit, match=r"do not all lie in \[-1e\+100, 1e\+100\]"):
        read_back(1.0, value, 2.0, lowest=-np.inf, highest=np.inf)


def test_classes_are_whole_numbers(read_back):
    assert read_back(1.0, 3.0, 2.0, integers_only=True) == [1.0, 3.0, 2.0]
    with pytest.raises(AnswersDoNotFit, match="not all whole numbers"):
        read_back(1.0, 2.5, 2.0, integers_only=True)


def test_whole_numbers_go_from_a_whole_number_to_a_whole_number():
    with pytest.raises(ValueError, match=r"cannot go from 0 to 2\.5: both must be whole"):
        PredictionFormat(lowest=0, highest=2.5, integers_only=True)
