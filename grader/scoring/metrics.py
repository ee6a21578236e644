"""The metrics by name: what a competition can be scored by."""

from dataclasses import dataclass
from typing import Protocol

from grader.scoring.arrays import BoolArray, Float64Array
from grader.scoring.errors import mean_absolute_error, mean_squared_error, root_mean_squared_error

__all__ = ["METRICS", "Metric", "MetricFunction", "mean_squared_error"]


class MetricFunction(Protocol):
    """Scores predictions against targets, both shape (n,), over the rows picked; None: all."""

    def __call__(self, targets: Float64Array, predictions: Float64Array, rows: BoolArray | None = None) -> float: ...


@dataclass(frozen=True)
class Metric:
    """A metric's key, its name for people, its function, and which way is better."""

    name: str
    label: str
    function: MetricFunction
    lower_is_better: bool
    short: str
    takes_k: bool = False


METRICS: dict[str, Metric] = {
    "mse": Metric("mse", "Mean squared error", mean_squared_error, lower_is_better=True, short="MSE"),
    "rmse": Metric("rmse", "Root mean squared error", root_mean_squared_error, lower_is_better=True, short="RMSE"),
    "mae": Metric("mae", "Mean absolute error", mean_absolute_error, lower_is_better=True, short="MAE"),
}
