"""The server's own reading and scoring, at home."""

from dataclasses import dataclass
from pathlib import Path

from grader.scoring.bootstrap import Interval, mean_interval
from grader.scoring.errors import squared_errors
from grader.scoring.metrics import METRICS
from grader.scoring.predictions import PredictionFormat, read_predictions
from grader.scoring.solution import read_solution

METRIC = "mse"


@dataclass(frozen=True)
class LocalScore:
    """MSE on the public rows of a solution, on the private ones, and on both."""

    public: float
    private: float
    overall: float


@dataclass(frozen=True)
class FurtherScores:
    """RMSE and MAE of all rows that count, and the 95 % bootstrap interval of their MSE."""

    rmse: float
    mae: float
    interval: Interval


def score_file(predictions_path: Path, solution_path: Path, expected: PredictionFormat) -> LocalScore:
    """Score a predictions file as the server does. Raises Rejected, for either file, problem by problem."""
    solution = read_solution(solution_path, expected)
    predictions = read_predictions(predictions_path, solution.row_ids, expected)
    parts = (solution.is_public, solution.is_private, solution.is_public | solution.is_private)
    return LocalScore(*(METRICS[METRIC].score(solution.targets, predictions, rows) for rows in parts))


def further_scores(predictions_path: Path, solution_path: Path, expected: PredictionFormat) -> FurtherScores:
    """What else can be said of a file that `score_file` accepts. Raises Rejected as it does."""
    solution = read_solution(solution_path, expected)
    predictions = read_predictions(predictions_path, solution.row_ids, expected)
    counts = solution.is_public | solution.is_private
    rmse, mae = (METRICS[name].score(solution.targets, predictions, counts) for name in ("rmse", "mae"))
    squares = squared_errors(solution.targets[counts], predictions[counts])
    return FurtherScores(rmse, mae, mean_interval(squares, seed=1))
