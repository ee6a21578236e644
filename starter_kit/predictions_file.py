"""Writing the file that the site takes."""

from pathlib import Path

import pandas as pd

from datasets.tables import write_table
from grader.scoring.predictions import PredictionFormat
from starter_kit.fitted_model import FittedModel


def write_predictions(path: Path, model: FittedModel, test: pd.DataFrame, expected: PredictionFormat) -> None:
    """Predict `test` (id, user_id, book_name) into a CSV file whose numbers read back to the last bit."""
    ratings = model.predict(test["user_id"].tolist(), test["book_name"].tolist())
    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(path, pd.DataFrame({expected.id_column: test["id"], expected.target_column: ratings}))
