"""What every baseline offers to the commands."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from starter_kit.rating_model import RatingModel

# Called as a fit goes on, with the steps done and the steps in all.
Report = Callable[[int, int], None]


class Fit(Protocol):
    """Fits a model to `train` (user_id, book_name, rating) with `books` as `read_books` gives them."""

    def __call__(self, train: pd.DataFrame, books: pd.DataFrame, *, seed: int, report: Report) -> RatingModel:
        """The fitted model; the same for the same arguments. `report` hears of the progress."""


@dataclass(frozen=True)
class Baseline:
    """A baseline's name, a line about it, and what to expect: the MSE on the published Goodreads test set."""

    name: str
    summary: str
    needs_tensorflow: bool
    published_mse: float
    fit: Fit
