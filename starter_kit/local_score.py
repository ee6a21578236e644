"""The server's own reading and scoring, at home."""

from dataclasses import dataclass
from pathlib import Path

from grader.grade import score
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


def score_file(predictions_path: Path, solution_path: Path, expected: PredictionFormat) -> LocalScore:
    """Score a predictions file as the server does. Raises Rejected, for either file, problem by problem."""
    solution = read_solution(solution_path, expected)
    predictions = read_predictions(predictions_path, solution.row_ids, expected)
    scores = score(predictions, solution, METRIC)
    overall = METRICS[METRIC].function(solution.targets, predictions)
    return LocalScore(scores.public, scores.private, overall)
