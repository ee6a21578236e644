"""What every baseline offers to the commands."""

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pandas as pd

from starter_kit.fitted_model import FittedModel, StoredModel, trouble_reading
from starter_kit.hyper_parameters import Settings, with_settings
from starter_kit.reporting import Report as Report
from starter_kit.tensorflow_runtime import require_tensorflow


class Estimator(Protocol):
    """A model's hyper-parameters, with the formula in its docstring."""

    def fit(self, train: pd.DataFrame, books: pd.DataFrame, *, seed: int, report: Report) -> FittedModel:
        """The model of `train` (user_id, book_name, rating) with `books` as `read_books` gives them.

        The same for the same arguments. `report` hears of the progress.
        """

    def restore(self, stored: StoredModel) -> FittedModel:
        """The fitted model that was stored. Raises KeyError, TypeError or ValueError when it is not whole."""


@dataclass(frozen=True)
class Baseline:
    """A baseline's name and family, a line about it, and what to expect of it.

    `place` is the module (below starter_kit.baselines) and the class of its estimator, loaded only when
    asked for: TensorFlow takes seconds. `published_mse` was measured on the published Goodreads test set
    after a fit on all of train; `must_reach` is the mark that it may not miss there, None: no mark. One that
    `takes_minutes` is fitted by `ladder` only when it is named.
    """

    name: str
    family: str
    summary: str
    place: str
    needs_tensorflow: bool
    published_mse: float
    must_reach: float | None
    takes_minutes: bool = False

    def estimator(self) -> Estimator:
        """Its estimator with the tuned hyper-parameters. Raises KitError without a TensorFlow that it needs."""
        if self.needs_tensorflow:
            require_tensorflow()
        module, _, name = self.place.partition(":")
        made: Estimator = getattr(importlib.import_module(f"starter_kit.baselines.{module}"), name)()
        return made

    def fit(
        self, train: pd.DataFrame, books: pd.DataFrame, *, seed: int, report: Report, settings: Settings | None = None
    ) -> FittedModel:
        """The model of `train` and `books` (Estimator.fit), with some hyper-parameters other than the defaults.

        Raises KitError for a setting that it does not have.
        """
        made: Estimator = with_settings(self.estimator(), settings or {})
        return made.fit(train, books, seed=seed, report=report)

    def load(self, folder: Path) -> FittedModel:
        """The model that `save` wrote. Raises KitError when it is not there or not whole."""
        try:
            return self.estimator().restore(StoredModel.read(folder))
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise trouble_reading(folder, error) from error
