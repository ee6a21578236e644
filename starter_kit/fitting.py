"""What the commands that fit a baseline share."""

from typing import Annotated

import pandas as pd
import typer

from grader.scoring.prediction_format import PredictionFormat
from starter_kit.baselines.baseline import Baseline
from starter_kit.console import bar_in, bars
from starter_kit.fitted_model import FittedModel
from starter_kit.hyper_parameters import Settings
from starter_kit.trouble import KitError

GOODREADS_FORMAT = PredictionFormat()

Name = Annotated[str, typer.Argument(help="A baseline, as `baselines` lists them.")]


def fit_with_bar(
    baseline: Baseline,
    ratings: pd.DataFrame,
    books: pd.DataFrame,
    seed: int,
    what: str,
    settings: Settings | None = None,
) -> FittedModel:
    """Fit with a bar on stderr."""
    if ratings.empty:
        raise KitError("train.csv holds no ratings. Take the file anew.")
    with bars() as progress:
        return baseline.fit(ratings, books, seed=seed, report=bar_in(progress, what), settings=settings)
