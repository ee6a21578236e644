"""A solution read the fast way, and line by line for the sake of a pair of quotes: the same rows, or the same words."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader.scoring.metrics import METRICS
from grader.scoring.predictions import PredictionFormat
from grader.scoring.rejection import Rejected
from grader.scoring.solution import read_solution

rows = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", "3", "4", "+5", "06", "7.0"]),
        st.sampled_from(["0", "1", "1", "1.0", "-0.0", "2.5", "-1", "True", "nan", "1e200"]),
        st.sampled_from(["1", "1", "2", "-3", "2.0", ""]),
        st.sampled_from(["Public", "Public", "Private", "Private", "Ignored", "public"]),
    ),
    min_size=1,
    max_size=7,
)
GOOD = [("1", "0", "1", "Public"), ("2", "1", "1", "Public"), ("3", "1", "2", "Private"), ("4", "0", "2", "Private")]


@settings(max_examples=120, deadline=None)
@given(rows, st.sampled_from(["mse", "r2", "auc", "accuracy", "ndcg_at_k"]))
@example(GOOD, "ndcg_at_k")
@example(GOOD, "auc")
@example([*GOOD, ("5", "True", "3", "Ignored")], "accuracy")
def test_both_readings_agree(tmp_path_factory: pytest.TempPathFactory, table, name):
    metric, expected = METRICS[name], PredictionFormat(lowest=-5)
    path: Path = tmp_path_factory.getbasetemp() / "either.csv"

    def read(quote: str) -> list[object]:
        lines = [",".join(metric.solution_columns("id", "rating"))]
        for row_id, label, group, usage in table:
            middle = [label, group] if metric.needs_groups else [label]
            lines.append(",".join([f"{quote}{row_id}{quote}", *middle, usage]))
        path.write_text("\n".join(lines) + "\n")
        try:
            found = read_solution(path, expected, metric=metric)
        except Rejected as reason:
            return [str(reason)]
        arrays = (found.row_ids, found.targets, found.is_public, found.is_private, found.groups)
        return [None if array is None else array.tobytes() for array in arrays]

    assert read("") == read('"')
