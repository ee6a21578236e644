"""The last step of a grading: predictions against the solution."""

from dataclasses import dataclass

from grader.scoring.arrays import BoolArray, Float64Array
from grader.scoring.metrics import METRICS
from grader.scoring.solution import Solution


@dataclass(frozen=True)
class Scores:
    """The metric over the public rows, shown while the competition is open, and over the private ones.

    `private` None: it was not asked for.
    """

    public: float
    private: float | None


def score(
    predictions: Float64Array,
    solution: Solution,
    metric: str = "mse",
    k: int | None = None,
    *,
    with_private: bool = True,
) -> Scores:
    """Score predictions, shape (n,) in the order of `solution.row_ids`, by that metric of METRICS.

    Rows that are neither public nor private count for nothing. `k` is how many places of a list are looked at.
    Raises ValueError for an unknown metric, a k that is missing or not asked for, a list metric on a solution
    without groups, when there are not as many predictions as rows, or where the metric has no value.
    """
    if metric not in METRICS:
        raise ValueError(f"There is no metric {metric!r}; known: {', '.join(sorted(METRICS))}.")
    if predictions.shape != solution.targets.shape:
        raise ValueError(f"{predictions.shape} predictions for a solution of {solution.targets.shape} rows.")
    measure = METRICS[metric]

    def over(rows: BoolArray) -> float:
        return measure.score(solution.targets, predictions, rows, groups=solution.groups, k=k)

    return Scores(public=over(solution.is_public), private=over(solution.is_private) if with_private else None)
