"""The server's own reading and scoring, at home."""

from dataclasses import dataclass
from pathlib import Path

from grader.grade import score
from grader.scoring.bootstrap import Interval, mean_interval
from grader.scoring.metrics import METRICS
from grader.scoring.predictions import PredictionFormat, read_predictions
from grader.scoring.solution import read_solution

METRIC = "mse"


@dataclass(frozen=True)
class LocalScore:
    """MSE on the public rows, on the private rows, and on all rows of a solution."""

    public: float
    private: float
    overall: float


@dataclass(frozen=True)
class FurtherScores:
    """RMSE and MAE of all rows, and the 95 % bootstrap interval of their MSE."""

    rmse: float
    mae: float
    interval: Interval


def score_file(predictions_path: Path, solution_path: Path, expected: PredictionFormat) -> LocalScore:
    """Score a predictions file as the server does. Raises Rejected, for either file, problem by problem."""
    solution = read_solution(solution_path, expected)
    predictions = read_predictions(predictions_path, solution.row_ids, expected)
    scores = score(predictions, solution, METRIC)
    overall = METRICS[METRIC].function(solution.targets, predictions)
    return LocalScore(scores.public, scores.private, overall)


def further_scores(predictions_path: Path, solution_path: Path, expected: PredictionFormat) -> FurtherScores:
    """What else can be said of a file that `score_file` accepts. Raises Rejected as it does."""
    solution = read_solution(solution_path, expected)
    predictions = read_predictions(predictions_path, solution.row_ids, expected)
    rmse, mae = (METRICS[name].function(solution.targets, predictions) for name in ("rmse", "mae"))
    return FurtherScores(rmse, mae, mean_interval((predictions - solution.targets) ** 2, seed=1))
