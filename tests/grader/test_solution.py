"""The solution file that olga, an organizer, uploads."""

import gzip

import numpy as np
import pytest

from grader.scoring.predictions import PredictionFormat
from grader.scoring.rejection import Rejected
from grader.scoring.solution import read_solution

GOOD = "id,rating,Usage\n3,5,Public\n1,1,Private\n2,2.5,Public\n"
MISSING_3 = "1 of 3 ids is missing; it is 3. Write one row for each id of the test set.\n"


@pytest.fixture
def read(tmp_path):
    def read(content: str | bytes, test_ids: list[int] | None = None, **expected):
        path = tmp_path / "solution.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        ids = None if test_ids is None else np.array(test_ids, dtype=np.int64)
        return read_solution(path, PredictionFormat(**expected), ids)

    return read


@pytest.mark.parametrize(
    "content",
    [
        GOOD,
        gzip.compress(GOOD.encode()),
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("2,2.5,Public", '"2","2.5","Public"'),
    ],
    ids=["plain", "gzip", "CRLF", "quoted"],
)
@pytest.mark.parametrize("test_ids", [None, [1, 2, 3], [3, 1, 2]])
def test_rows_come_back_by_ascending_id(read, content, test_ids):
    solution = read(content, test_ids)
    assert solution.row_ids.tolist() == [1, 2, 3]
    assert solution.targets.tolist() == [1.0, 2.5, 5.0]
    assert solution.is_public.tolist() == [False, True, True]
    assert (solution.row_ids.dtype, solution.targets.dtype, solution.is_public.dtype) == (
        np.int64,
        np.float64,
        np.bool_,
    )


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("3,6,Public", "Line 2: rating '6' is above 5. Write a decimal between 1 and 5, such as 3.7."),
        (
            "3,NaN,Public",
            "Line 2: rating 'NaN' is not a finite number. Write a decimal between 1 and 5, such as 3.7.",
        ),
        (
            "3,5,public",
            "Line 2: Usage 'public' is neither Public, Private nor Ignored. Write Public, Private or Ignored.",
        ),
        (
            "3,5,ignored",
            "Line 2: Usage 'ignored' is neither Public, Private nor Ignored. Write Public, Private or Ignored.",
        ),
        ("3,5,", "Line 2: Usage '' is neither Public, Private nor Ignored. Write Public, Private or Ignored."),
    ],
)
def test_a_wrong_row_is_named_by_its_line(read, row, message):
    with pytest.raises(Rejected) as caught:
        read(GOOD.replace("3,5,Public", row), [1, 2, 3])
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            "x,5,Public",
            "Line 2: id 'x' is not a whole number. Copy the ids from test.csv; in pandas: astype('int64').",
        ),
        ("4,5,Public", "Line 2: id 4 is not in the test set. Copy the ids from test.csv."),
        ("3,5", "Line 2: 2 columns instead of 3: '3,5'. Write id,rating,Usage and nothing else."),
    ],
)
def test_a_row_without_a_known_id_leaves_its_id_missing(read, row, message):
    with pytest.raises(Rejected) as caught:
        read(GOOD.replace("3,5,Public", row), [1, 2, 3])
    assert str(caught.value) == MISSING_3 + message


def test_a_label_is_never_clipped(read):
    with pytest.raises(Rejected, match="Line 2: rating '6' is above 5"):
        read(GOOD.replace("3,5,", "3,6,"), out_of_range="clip")


def test_a_doubled_id_names_both_lines(read):
    with pytest.raises(Rejected) as caught:
        read(GOOD + "1,1,Public\n")
    assert str(caught.value) == "Line 5: id 1 stands twice, first on line 3. Keep one row for each id."


def test_ids_of_the_test_set_without_a_label_are_told(read):
    with pytest.raises(Rejected) as caught:
        read(GOOD, [1, 2, 3, 7, 9])
    assert str(caught.value) == ("2 of 5 ids are missing; the first is 7. Write one row for each id of the test set.")


@pytest.mark.parametrize(("only", "other"), [("Public", "Private"), ("Private", "Public")])
def test_both_parts_need_a_row(read, only, other):
    with pytest.raises(Rejected) as caught:
        read(GOOD.replace(other, only))
    assert str(caught.value) == f"No row has Usage {other}. Both scores need at least one row."


def test_a_solution_has_its_own_header(read):
    with pytest.raises(
        Rejected, match=r"Line 1: the header 'id,rating' lacks 'Usage'\. Write id,rating,Usage on line 1"
    ):
        read("id,rating\n1,2\n")


def test_a_header_alone_is_no_solution(read):
    with pytest.raises(Rejected, match="No row has Usage Private"):
        read("id,rating,Usage\n")
