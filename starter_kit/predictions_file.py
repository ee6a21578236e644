"""Writing the file that the site takes."""

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd

from datasets.tables import TableError, write_table
from grader.scoring.predictions import PredictionFormat
from starter_kit.fitted_model import FittedModel

SAMPLE_FILE = "sample_submission.csv"


def write_predictions(path: Path, model: FittedModel, test: pd.DataFrame, expected: PredictionFormat) -> None:
    """Predict `test` (id, user_id, book_name) into a CSV file whose numbers read back to the last bit."""
    ratings = model.predict(test["user_id"].tolist(), test["book_name"].tolist())
    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(path, pd.DataFrame({expected.id_column: test["id"], expected.target_column: ratings}))


def format_beside(test_file: Path, otherwise: PredictionFormat) -> PredictionFormat:
    """`otherwise` with the columns that the sample submission in the test file's folder has; without one, as it is.

    A competition of lists wants `id,score`; a predicted rating is as good a score as any. Raises TableError for a
    sample with another header.
    """
    sample = test_file.parent / SAMPLE_FILE
    if not sample.is_file():
        return otherwise
    id_column, target_column = read_sample_header(sample)
    return replace(otherwise, id_column=id_column, target_column=target_column)


def read_sample_header(path: Path) -> tuple[str, str]:
    """The two columns of a sample submission. Raises TableError when its header is anything else."""
    with path.open(encoding="utf-8-sig") as stream:
        header = stream.readline().strip()
    found = re.fullmatch(r"([A-Za-z_][A-Za-z0-9_]*),([A-Za-z_][A-Za-z0-9_]*)", header)
    if found is None:
        raise TableError(f"{path}: the header is '{header[:200]}', it should name two columns, such as 'id,rating'.")
    return found[1], found[2]
