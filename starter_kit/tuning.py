"""Looking for better hyper-parameters: a random walk from the best so far, judged on a validation split."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from grader.scoring.arrays import Float64Array
from grader.scoring.errors import mean_squared_error
from starter_kit.baselines.baseline import Estimator
from starter_kit.called import KIT
from starter_kit.hyper_parameters import Settings, settings_of, with_settings
from starter_kit.trouble import KitError
from starter_kit.workspace import write_whole

# A step multiplies a number by exp(0.5 z), z normal: by something from a third to three, mostly.
_STEP = 0.5


@dataclass(frozen=True)
class Trial:
    """Hyper-parameters that were tried, their predictions of the validation rows (n,), MSE, and seconds to fit."""

    number: int
    settings: Settings
    predictions: Float64Array
    mse: float
    seconds: float


@dataclass(frozen=True)
class Tuned:
    """Settings that `tune` found without the part that `train` holds out by this seed, of so many ratings."""

    settings: Settings
    seed: int
    held_out_share: float
    rating_count: int

    def keep(self, path: Path) -> None:
        """Write what `read` reads."""
        write_whole(path, json.dumps(asdict(self), indent=2) + "\n")

    @classmethod
    def read(cls, path: Path) -> "Tuned":
        """What was kept, in a file named for its baseline. Raises KitError when it is not there or not whole."""
        again = f"{KIT} tune {path.stem}"
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            settings = {
                str(name): value if isinstance(value, int) else float(value)
                for name, value in found["settings"].items()
            }
            return cls(settings, int(found["seed"]), float(found["held_out_share"]), int(found["rating_count"]))
        except FileNotFoundError as error:
            raise KitError(f"{path}: nothing was tuned yet. First run: {again}") from error
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise KitError(f"{path}: cannot be read ({error}). Run again: {again}") from error

    def require_unseen(self, name: str, *, seed: int, held_out_share: float, rating_count: int) -> None:
        """Raise KitError unless `train` would score on the very ratings that the search kept away from."""
        if (self.seed, self.held_out_share, self.rating_count) == (seed, held_out_share, rating_count):
            return
        raise KitError(
            f"{name} was tuned with --seed {self.seed} and --held-out-share {self.held_out_share:g} of "
            f"{self.rating_count:,} ratings. With --seed {seed} and --held-out-share {held_out_share:g} of "
            f"{rating_count:,} the local score would be one of ratings that it was tuned on. "
            "Train with the same, or tune anew: "
            f"{KIT} tune {name} --seed {seed} --held-out-share {held_out_share:g}"
        )


def search(
    estimator: Estimator, train: pd.DataFrame, validation: pd.DataFrame, books: pd.DataFrame, *, seed: int
) -> Iterator[Trial | None]:
    """Try the estimator as it is, then without end others, one or two numbers away from the best so far.

    Whole numbers stay whole and 1 or more, 0 stays 0. None stands for settings that cannot be fitted, find no room
    in memory, or predict no numbers; of the first ones, the error is raised. The same seed tries the same in the
    same order, however long each takes.
    """
    random = np.random.default_rng(seed)
    best: Trial | None = None
    settings: Settings = settings_of(estimator)
    number = 0
    while True:
        try:
            trial = _tried(number, with_settings(estimator, settings), settings, train, validation, books, seed)
        except (ValueError, ArithmeticError, MemoryError, np.linalg.LinAlgError):
            if best is None:
                raise
            yield None
        else:
            best = trial if best is None or trial.mse < best.mse else best
            yield trial
        number += 1
        settings = neighbour(best.settings, random)


def neighbour(settings: Settings, random: np.random.Generator) -> Settings:
    """The same numbers, one or two of them made larger or smaller. Raises KitError when there are none."""
    if not settings:
        raise KitError("This baseline has no numbers to tune.")
    count = min(len(settings), int(random.integers(1, 3)))
    changed = dict(settings)
    for name in random.choice(list(settings), size=count, replace=False).tolist():  # nosec B311
        value, factor = settings[name], float(np.exp(_STEP * random.standard_normal()))
        if isinstance(value, int):
            step = 1 if factor > 1 else -1
            moved = round(value * factor)
            changed[name] = max(1, moved if moved != value else value + step) if value else 0
        else:
            changed[name] = value * factor
    return changed


def _tried(
    number: int,
    estimator: Estimator,
    settings: Settings,
    train: pd.DataFrame,
    validation: pd.DataFrame,
    books: pd.DataFrame,
    seed: int,
) -> Trial:
    started = time.monotonic()
    model = estimator.fit(train, books, seed=seed, report=lambda done, total: None)
    seconds = time.monotonic() - started
    predictions = model.predict(validation["user_id"].tolist(), validation["book_name"].tolist())
    mse = mean_squared_error(validation["rating"].to_numpy(), predictions)
    return Trial(number, settings, predictions, mse, seconds)


def until(trials: Iterator[Trial | None], is_enough: Callable[[], bool], heard: Callable[[Trial], None]) -> list[Trial]:
    """Take trials until it is enough, at least one; Ctrl-C ends it too, and what was tried is kept.

    Whether it is enough is asked after each, also after one that could not be fitted (None), which is not heard.
    """
    kept: list[Trial] = []
    try:
        for trial in trials:
            if trial is not None:
                kept.append(trial)
                heard(trial)
            if is_enough():
                break
    except KeyboardInterrupt:
        if not kept:
            raise
    return kept
