"""Files that a participant may send, and the values that come out of them."""

import gzip

import numpy as np
import pytest
from sent_files import ROWS, zipped

from grader.scoring.predictions import PredictionFormat, Rejected, read_predictions

VALUES = [1.0, 2.25, 3.5, 4.0, 5.0]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(ROWS, id="rows in any order"),
        pytest.param(ROWS.removesuffix("\n"), id="no line end at the end"),
        pytest.param(ROWS.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(ROWS.replace("\n", "\r"), id="CR only"),
        pytest.param("\ufeff" + ROWS, id="byte order mark"),
        pytest.param(ROWS.replace("id,rating", '"id","rating"'), id="quoted header"),
        pytest.param(ROWS.replace("2,2.25", '"2","2.25"'), id="quoted numbers"),
        pytest.param(ROWS.replace("2,2.25", " 2 ,\t2.25 "), id="blanks around numbers"),
        pytest.param(ROWS.replace("2,2.25", "+2,+2.25"), id="plus signs"),
        pytest.param(ROWS.replace("2,2.25", "002,.225E+1"), id="leading zeros and an exponent"),
        pytest.param(gzip.compress(ROWS.encode()), id="gzip"),
        pytest.param(gzip.compress(b"id,rating\n3,3.5\n1,1\n") + gzip.compress(b"5,5\n2,2.25\n4,4"), id="two gzips"),
        pytest.param(zipped({"predictions.csv": ROWS}), id="zip"),
        pytest.param(zipped({"out/": "", "out/p.csv": ROWS}), id="zip with a folder"),
        pytest.param(zipped({"/etc/passwd": ROWS}), id="zip with an absolute path, which nothing opens"),
        pytest.param(zipped({"../../p.csv": ROWS}), id="zip with a path upwards, which nothing opens"),
        pytest.param(zipped({"p.csv": ROWS, "__MACOSX/._p.csv": "x", ".DS_Store": "x"}), id="zip from a Mac"),
    ],
)
def test_the_values_come_back_in_the_order_of_the_ids(send, content):
    assert send(content) == VALUES


def test_a_value_is_the_float_nearest_to_its_text(send):
    # The three lie a hair below, on and above the middle between 2 and the next float, 2 + 2^-51.
    digits = "2.00000000000000022204460492503130808472633361816"
    values = send(f"id,rating\n1,{digits}40\n2,{digits}40625\n3,{digits}41\n4,4.35\n5,0.1e1\n")
    assert values == [2.0, 2.0, 2.0 + 2**-51, 4.35, 1.0]


def test_values_out_of_range_are_clipped_where_the_competition_says_so(send):
    content = "id,rating\n1,-7\n2,2\n3,5.001\n4,1e300\n5,0.999\n"
    assert send(content, out_of_range="clip") == [1.0, 2.0, 5.0, 5.0, 1.0]
    assert send(content.replace("2,2\n", '2,"2"\n'), out_of_range="clip") == [1.0, 2.0, 5.0, 5.0, 1.0]


def test_a_competition_names_its_own_columns(send):
    content = "row,price\n1,-10\n2,1e6\n3,0\n4,2\n5,3\n"
    bounds = {"lowest": float("-inf"), "highest": float("inf")}
    assert send(content, id_column="row", target_column="price", **bounds) == [-10.0, 1e6, 0.0, 2.0, 3.0]


@pytest.mark.parametrize("row_ids", [[50, 7, -3], [9, 8, 7]], ids=["gaps", "descending"])
def test_the_ids_may_have_gaps_and_any_order(tmp_path, row_ids):
    path = tmp_path / "p.csv"
    first, second, third = row_ids
    path.write_text(f"id,rating\n{third},3\n{first},1\n{second},2\n")
    assert read_predictions(path, np.array(row_ids), PredictionFormat()).tolist() == [1.0, 2.0, 3.0]
    path.write_text(f"id,rating\n{third},3\n{first},1\n8000,2\n")
    with pytest.raises(Rejected, match="id 8000 is not in the test set"):
        read_predictions(path, np.array(row_ids), PredictionFormat())


@pytest.mark.parametrize("row_ids", [[], [4, 4]], ids=["none", "one twice"])
def test_a_broken_list_of_ids_is_not_the_participants_fault(tmp_path, row_ids):
    path = tmp_path / "p.csv"
    path.write_text("id,rating\n4,3\n")
    with pytest.raises(ValueError, match="ids"):
        read_predictions(path, np.array(row_ids, dtype=np.int64), PredictionFormat())


def test_a_file_of_several_chunks_keeps_its_order(tmp_path):
    count = 2_300_000  # pandas reads a million rows at a time
    ids = np.random.default_rng(5).permutation(count) + 1
    path = tmp_path / "p.csv"
    with path.open("w") as file:
        file.write("id,rating\n")
        file.writelines(f"{row_id},{1 + row_id % 4}.5\n" for row_id in ids.tolist())
    expected = PredictionFormat(highest=6.0)
    values = read_predictions(path, np.arange(1, count + 1), expected)
    assert np.array_equal(values, 1.5 + np.arange(1, count + 1) % 4)
