"""The last step of a grading: predictions against the solution."""

from dataclasses import dataclass

from grader.scoring.arrays import Float64Array
from grader.scoring.metrics import METRICS
from grader.scoring.solution import Solution


@dataclass(frozen=True)
class Scores:
    """The metric over the public rows, shown while the competition is open, and over the private ones."""

    public: float
    private: float


def score(predictions: Float64Array, solution: Solution, metric: str = "mse") -> Scores:
    """Score predictions, shape (n,) in the order of `solution.row_ids`, by that metric of METRICS.

    Raises ValueError for an unknown metric, or when there are not as many predictions as rows.
    """
    if metric not in METRICS:
        raise ValueError(f"There is no metric {metric!r}; known: {', '.join(sorted(METRICS))}.")
    if predictions.shape != solution.targets.shape:
        raise ValueError(f"{predictions.shape} predictions for a solution of {solution.targets.shape} rows.")
    measure = METRICS[metric].function
    return Scores(
        public=measure(solution.targets, predictions, solution.is_public),
        private=measure(solution.targets, predictions, ~solution.is_public),
    )
