"""The check of a prediction file before it is sent: the site's own reading, with the ids of the site's test.csv."""

import csv
import math
from pathlib import Path

import numpy as np

from datasets.download import sha256_of
from grader.scoring.arrays import Int64Array
from grader.scoring.container import open_csv
from grader.scoring.prediction_format import OutOfRange, PredictionFormat
from grader.scoring.row_index import RowIndex
from grader.scoring.strict_scan import scan_predictions
from starter_kit.site.api import Document


def check_predictions(path: Path, test_file: Path, competition: Document) -> None:
    """Read the file as the site does: its strict scan, which names lines. Raises Rejected, as the site would."""
    expected = format_of(competition)
    index = RowIndex(_row_ids(test_file, expected.id_column))
    with open_csv(path, max_bytes=expected.max_bytes, max_unpacked_bytes=expected.max_unpacked_bytes) as stream:
        scan_predictions(stream, index, expected)


def is_the_sites(test_file: Path, listed: Document | None) -> bool:
    """Whether a test.csv at home is the one that the site has now."""
    return (
        listed is not None and test_file.stat().st_size == listed["bytes"] and sha256_of(test_file) == listed["sha256"]
    )


def format_of(competition: Document) -> PredictionFormat:
    """What the competition expects of a file."""
    id_column, target_column = competition["header"]
    lowest, highest = competition.get("range") or (None, None)
    return PredictionFormat(
        id_column=id_column,
        target_column=target_column,
        lowest=-math.inf if lowest is None else float(lowest),
        highest=math.inf if highest is None else float(highest),
        out_of_range=OutOfRange(competition["out_of_range"]),
        max_bytes=int(competition["max_prediction_bytes"]),
        max_unpacked_bytes=int(competition["max_unpacked_bytes"]),
        integers_only=bool(competition["integers_only"]),
    )


def _row_ids(test_file: Path, id_column: str) -> Int64Array:
    """The ids of test.csv, in its order, shape (n,)."""
    with test_file.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.reader(stream)
        place = next(rows).index(id_column)
        return np.fromiter((int(row[place]) for row in rows if row), dtype=np.int64)
