"""The solution that olga uploads for other metrics: classes, probabilities, lists; rows ignored; written back."""

import gzip
import io
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.scoring.metrics import METRICS
from grader.scoring.predictions import PredictionFormat
from grader.scoring.rejection import Rejected
from grader.scoring.solution import Solution, read_solution, write_solution

MOST = sys.float_info.max
LISTS = "id,relevance,group,Usage\n4,0,7,Private\n1,1,3,Public\n2,0,3,Public\n3,2.5,7,Private\n5,1,3,Ignored\n"


@pytest.fixture
def read(tmp_path):
    def read(content: str | bytes, metric: str, **expected) -> Solution:
        path = tmp_path / "solution.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_solution(path, PredictionFormat(**expected), metric=METRICS[metric])

    return read


@pytest.fixture
def refusal(read):
    def refusal(content: str, metric: str) -> str:
        with pytest.raises(Rejected) as caught:
            read(content, metric)
        return str(caught.value)

    return refusal


def labelled(*labels: str) -> str:
    """A solution with these labels, the first and every second one after it public."""
    rows = (f"{n},{label},{'Public' if n % 2 else 'Private'}" for n, label in enumerate(labels, 1))
    return "\n".join(["id,rating,Usage", *rows, ""])


PACKED = gzip.compress(LISTS.encode(), mtime=0)


@pytest.mark.parametrize("content", [LISTS, PACKED, LISTS.replace("4,0,7,", '"4",0,"7",')])
def test_lists_are_read_with_their_groups(read, content):
    solution = read(content, "ndcg_at_k")
    assert solution.row_ids.tolist() == [1, 2, 3, 4, 5]
    assert solution.targets.tolist() == [1.0, 0.0, 2.5, 0.0, 1.0]
    assert solution.is_public.tolist() == [True, True, False, False, False]
    assert solution.is_private.tolist() == [False, False, True, True, False]
    assert solution.groups is not None
    assert (solution.groups.tolist(), solution.groups.dtype) == ([3, 3, 7, 7, 3], np.int64)


@pytest.mark.parametrize("quote", ["", '"'])
def test_an_ignored_row_is_in_no_part(read, quote):
    solution = read(f"id,rating,Usage\n1,5,Public\n2,4,Ignored\n{quote}3{quote},3,Private\n", "mse")
    assert solution.is_public.tolist() == [True, False, False]
    assert solution.is_private.tolist() == [False, False, True]
    assert solution.groups is None


@pytest.mark.parametrize(
    ("metric", "labels"),
    [("auc", ["0", "1", "1.0", "0e5"]), ("accuracy", ["7", "-3", "12.0", "7"]), ("log_loss", ["0", "1", "0", "1"])],
)
def test_the_range_of_the_predictions_does_not_bind_classes(read, metric, labels):
    assert read(labelled(*labels), metric).targets.tolist() == [float(label) for label in labels]


@pytest.mark.parametrize(
    ("metric", "labels", "message"),
    [
        ("auc", ["0.5", "0", "1", "1"], "Line 2: rating '0.5' is not a whole number. Write 0 or 1."),
        ("log_loss", ["0", "2", "1", "1"], "Line 3: rating '2' is above 1. Write 0 or 1."),
        (
            "macro_f1",
            ["0", "1.5", "1", "1"],
            "Line 3: rating '1.5' is not a whole number. Write a whole number, such as 3.",
        ),
        ("r2", ["1", "2", "6", "3"], "Line 4: rating '6' is above 5. Write a decimal between 1 and 5, such as 3.7."),
    ],
)
def test_a_label_of_another_kind_is_named_by_its_line(refusal, metric, labels, message):
    assert refusal(labelled(*labels), metric) == message


@pytest.mark.parametrize(
    ("metric", "labels", "message"),
    [
        ("auc", ["1", "0", "1", "1"], "AUC has no value on the Public rows: it needs rows of both classes, 0 and 1."),
        ("auc", ["1", "1", "0", "1"], "AUC has no value on the Private rows: it needs rows of both classes, 0 and 1."),
        ("r2", ["2", "1", "2", "4"], "R² has no value on the Public rows: it needs two different labels."),
    ],
)
def test_a_part_on_which_the_metric_has_no_value_is_refused(refusal, metric, labels, message):
    assert refusal(labelled(*labels), metric) == f"{message} Give both parts, Public and Private, such rows."


def test_a_part_without_a_relevant_row_is_refused(refusal):
    assert refusal(LISTS.replace("2.5", "0"), "map_at_k") == (
        "MAP@k has no value on the Private rows: it needs a row with a relevance above 0. "
        "Give both parts, Public and Private, such rows."
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "2,0,3,Public",
            "2,0,3,Private",
            "Line 4: group 3 is Private here and Public on line 3. Keep a list in one part; rows that count for none "
            "are Ignored.",
        ),
        ("1,1,3,", "1,-1,3,", "Line 3: relevance '-1' is below 0. Write a decimal of at least 0, such as 1.5."),
        ("1,1,3,", "1,1,x,", "Line 3: group 'x' is not a whole number of 64 bits. Number the groups from 1."),
        ("1,1,3,", "1,1,3.0,", "Line 3: group '3.0' is not a whole number of 64 bits. Number the groups from 1."),
        ("group", "user", "Line 1: the header is 'id,relevance,user,Usage', not 'id,relevance,group,Usage'. Write "),
    ],
)
def test_a_wrong_list_is_named_by_its_line(refusal, old, new, message):
    assert refusal(LISTS.replace(old, new), "ndcg_at_k").startswith(message)


def test_excluded_rows_are_ignored_in_a_new_version(read):
    solution = read(labelled("1", "2", "3", "4"), "mse").without(np.array([4, 1]))
    assert solution.is_public.tolist() == [False, False, True, False]
    assert solution.is_private.tolist() == [False, True, False, False]


def test_only_rows_that_are_there_can_be_excluded(read):
    with pytest.raises(ValueError, match="2 of the ids have no row here; the first is 8"):
        read(labelled("1", "2"), "mse").without(np.array([1, 9, 8]))


def test_a_row_of_both_parts_is_an_error():
    both = np.array([True])
    with pytest.raises(ValueError, match="public and private at once"):
        Solution(np.array([1]), np.array([1.0]), both, both)


def test_columns_of_unlike_lengths_are_an_error():
    with pytest.raises(ValueError, match=r"\(2,\) ids, but \(1,\)"):
        Solution(np.array([1, 2]), np.array([1.0]), np.array([True, False]))


def test_it_is_written_back_as_it_was_read(read):
    written = io.BytesIO()
    write_solution(written, read(LISTS, "ndcg_at_k").without(np.array([2])), "id", "score", METRICS["ndcg_at_k"])
    assert written.getvalue().decode() == (
        "id,relevance,group,Usage\n1,1,3,Public\n2,0,3,Ignored\n3,2.5,7,Private\n4,0,7,Private\n5,1,3,Ignored\n"
    )


def test_lists_without_groups_cannot_be_written():
    solution = Solution(np.array([1, 2]), np.ones(2), np.array([True, False]))
    with pytest.raises(ValueError, match="NDCG@k needs the group of each row"):
        write_solution(io.BytesIO(), solution, "id", "score", METRICS["ndcg_at_k"])


rows = st.tuples(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(["public", "private", "ignored"]))


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.integers(-(2**63), 2**63 - 1), rows, max_size=12))
def test_what_was_written_reads_to_the_same_bits(tmp_path_factory, table):
    table = {
        **{0: (1.5, "public"), 1: (-0.0, "private")},
        **{key: row for key, row in table.items() if key not in (0, 1)},
    }
    ids = np.array(sorted(table), dtype=np.int64)
    labels = np.array([table[row_id][0] for row_id in ids.tolist()])
    usage = np.array([table[row_id][1] for row_id in ids.tolist()])
    solution = Solution(ids, labels, usage == "public", usage == "private")
    path = tmp_path_factory.getbasetemp() / "written.csv"
    with path.open("wb") as file:
        write_solution(file, solution, "id", "rating", METRICS["mse"])
    again = read_solution(path, PredictionFormat(lowest=-MOST, highest=MOST), ids)
    for name in ("row_ids", "targets", "is_public", "is_private"):
        assert getattr(again, name).tobytes() == getattr(solution, name).tobytes()
