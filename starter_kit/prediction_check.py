"""Checking a prediction file at home with the server's own reader, before it is sent."""

from pathlib import Path

from datasets.tables import TableError
from grader.scoring.id_column import read_ids
from grader.scoring.predictions import PredictionFormat, read_predictions
from starter_kit.predictions_file import format_beside
from starter_kit.workspace import TEST_FILE, Workspace


def check_predictions(path: Path, data: Path | None, place: Workspace, usual: PredictionFormat) -> int:
    """Read the file as the server would, against the ids of test.csv; returns how many predictions it holds.

    `data`: a folder with test.csv, else where `fetch` put it; the columns are those of sample_submission.csv beside
    it. Raises Rejected with the server's own words, KitError or TableError where test.csv is not to be had.
    """
    test_file = place.test_file(data / TEST_FILE if data else None)
    expected = format_beside(test_file, usual)
    try:
        row_ids = read_ids(test_file, expected.id_column)
    except ValueError as problem:
        raise TableError(f"{test_file}: {problem}") from problem
    return read_predictions(path, row_ids, expected).size
