"""Trying a saved_model.zip at home with the server's own code: unpacked, screened, run on ratings that one has."""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from grader.model_runner.limits import ModelLimits
from grader.model_runner.outcomes import BATCH_WARNING, ModelGradingUnavailable, Outcome, explain
from grader.scoring.errors import mean_squared_error
from starter_kit.trouble import KitError

SAMPLE_ROWS = 2_000


@dataclass(frozen=True)
class ModelCheck:
    """How the try ended: `problem` is empty when all went well; `mse` is over `row_count` training ratings.

    `walls` names the layers that stood around the model; empty: it ran bare, as one's own program does.
    """

    problem: str
    log: str
    mse: float | None
    row_count: int
    seconds: float
    walls: tuple[str, ...]
    warning: str


def check_model(path: Path, ratings: pd.DataFrame, *, seed: int) -> ModelCheck:
    """Run the model on a sample of `ratings` (columns user_id, book_name, rating) as the server would run it.

    Raises Rejected for an archive or a graph that is refused unrun, KitError where it cannot be tried at all.
    """
    if sys.platform == "win32":
        raise KitError("Models can be tried on Linux and macOS; this is Windows. Use WSL.")
    from grader.model_runner.predicting import predict, predict_without_walls
    from grader.model_runner.walls import walls_of_this_machine

    sample = ratings.sample(min(SAMPLE_ROWS, len(ratings)), random_state=seed)
    features = {name: sample[name].tolist() for name in ("user_id", "book_name")}
    limits = ModelLimits()
    try:
        if walls_of_this_machine().is_enough:
            with tempfile.TemporaryDirectory(prefix="holdout-check-") as folder:
                # The model's process has a user of its own, who must be able to pass through.
                Path(folder).chmod(0o755)
                report = predict(path, features, limits, Path(folder) / "runs")
        else:
            report = predict_without_walls(path, features, limits)
    except ModelGradingUnavailable as unavailable:
        raise KitError(unavailable.reason) from unavailable
    problem = "" if report.outcome == Outcome.OK else str(explain(report.outcome, limits))
    predictions = report.predictions
    return ModelCheck(
        problem=problem,
        log=report.log,
        mse=None if predictions is None else mean_squared_error(sample["rating"].to_numpy(), predictions.clip(1, 5)),
        row_count=len(sample),
        seconds=report.seconds,
        walls=report.walls,
        warning=str(BATCH_WARNING) if report.depends_on_batch else "",
    )
