"""What there is to know of a metric: which way is better, its range, its columns, its function."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy.typing as npt

from grader.scoring.arrays import BoolArray, Float64Array, Int64Array, RowLoss
from grader.scoring.ranked_lists import JudgedTops

USAGE_COLUMN = "Usage"
RELEVANCE_COLUMN = "relevance"
GROUP_COLUMN = "group"


class TargetKind(StrEnum):
    """What a label is: a number in the competition's range, 0 or 1, a class's number, or a gain of 0 or more."""

    NUMBER = "number"
    BINARY = "binary"
    CLASS = "class"
    RELEVANCE = "relevance"


@dataclass(frozen=True)
class Requirement:
    """What a part of the solution must hold for the metric to have a value there; `text` names it, after "needs"."""

    text: str
    is_met_by: Callable[[Float64Array], bool]


@dataclass(frozen=True)
class Metric:
    """A metric, which way is better, and what it is made from.

    `lowest` and `highest` bound the score, `predictions_lowest` and `_highest` a prediction (infinite: any
    number; None: the competition's own range). `function(targets, predictions, rows)`, for lists with groups and k
    before rows, is called by `score` alone. `row_loss` gives a loss for each row, the smaller the better whatever
    the metric, and `from_mean_loss` turns the mean of them into the score: the root for RMSE, 1 - x for accuracy,
    the mean itself otherwise. None: the score is no function of such a mean. `list_value` gives the value of each
    judged list, whose mean is the score.
    """

    name: str
    label: str
    short: str
    explanation: str
    function: Callable[..., float]
    lower_is_better: bool
    target_kind: TargetKind
    lowest: float = 0.0
    highest: float = 1.0
    predictions_lowest: float | None = None
    predictions_highest: float | None = None
    row_loss: RowLoss | None = None
    from_mean_loss: Callable[[float], float] = float
    list_value: Callable[[JudgedTops], Float64Array] | None = None
    requirement: Requirement | None = None

    @property
    def takes_k(self) -> bool:
        """Whether it looks at the first k places of a list, so that a competition must say k."""
        return self.target_kind == TargetKind.RELEVANCE

    @property
    def needs_groups(self) -> bool:
        """Whether its solution says to whose list each row belongs."""
        return self.target_kind == TargetKind.RELEVANCE

    @property
    def predicts_classes(self) -> bool:
        """Whether a prediction must be a whole number."""
        return self.target_kind == TargetKind.CLASS

    def solution_columns(self, id_column: str, target_column: str) -> tuple[str, ...]:
        """The header of a solution file; participants always send `id_column` and `target_column`."""
        if self.needs_groups:
            return id_column, RELEVANCE_COLUMN, GROUP_COLUMN, USAGE_COLUMN
        return id_column, target_column, USAGE_COLUMN

    def check_k(self, k: int | None) -> None:
        """Raises ValueError when k is missing, below 1 or not asked for."""
        if self.takes_k and (k is None or k < 1):
            raise ValueError(f"{self.short} needs a k of 1 or more, not {k}.")
        if not self.takes_k and k is not None:
            raise ValueError(f"{self.short} takes no k; {k} was given.")

    def score(
        self,
        targets: npt.ArrayLike,
        predictions: npt.ArrayLike,
        rows: BoolArray | None = None,
        *,
        groups: Int64Array | None = None,
        k: int | None = None,
    ) -> float:
        """Score predictions against targets, both of shape (n,), over the rows picked (None: all).

        `groups`, shape (n,), and k are for lists. Raises ValueError where the function does, and for a k or
        groups that are missing or not asked for.
        """
        self.check_k(k)
        if self.needs_groups:
            if groups is None:
                raise ValueError(f"{self.short} needs the group of each row.")
            return self.function(targets, predictions, groups, k, rows)
        return self.function(targets, predictions, rows)
