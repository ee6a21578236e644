"""Holding out a validation part of the ratings, in the very form of a competition: ids, split, solution."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from datasets.split import write_competition
from datasets.tables import read_test
from starter_kit.trouble import KitError

# Of the ratings, where nobody chose another: `tune` keeps away from the very part that `train` then scores on.
HELD_OUT_SHARE = 0.1


@dataclass(frozen=True)
class HeldOut:
    """What remains to train on, and the part to predict (id, user_id, book_name) without its labels."""

    train: pd.DataFrame
    test: pd.DataFrame
    folder: Path

    @property
    def solution(self) -> Path:
        """The labels of the held-out part: id,rating,Usage."""
        return self.folder / "solution.csv"

    def predictions(self, name: str) -> Path:
        """Where a baseline's predictions of the held-out part go."""
        return self.predictions_in(self.folder, name)

    @staticmethod
    def predictions_in(folder: Path, name: str) -> Path:
        """The same for a held-out part that was written before."""
        return folder / f"predictions-{name}.csv"


def parted(ratings: pd.DataFrame, *, share: float, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The ratings without a random `share` of them, and that share; the same for the same ratings, share and seed."""
    rows = np.random.default_rng(seed).permutation(len(ratings))
    is_test = np.zeros(len(ratings), dtype=np.bool_)
    is_test[rows[: round(share * len(ratings))]] = True
    return ratings[~is_test].reset_index(drop=True), ratings[is_test].reset_index(drop=True)


def hold_out(folder: Path, ratings: pd.DataFrame, books: pd.DataFrame, *, share: float, seed: int) -> HeldOut:
    """Set aside `share` of the ratings at random; the same ones for the same ratings, share and seed.

    Predictions in `folder` that belong to another held-out part are removed: their ids would match other
    rows. Raises KitError when the part would be too small to be scored.
    """
    solution = folder / "solution.csv"
    before = solution.read_bytes() if solution.is_file() else b""
    train, test = parted(ratings, share=share, seed=seed)
    try:
        write_competition(folder, solution, train=train, test=test, books=books, secret=f"held out {seed}")
    except ValueError as error:
        raise KitError(
            f"{len(ratings):,} ratings are too few to hold out {share:g} of them ({error}). "
            "Choose a larger --held-out-share."
        ) from error
    if solution.read_bytes() != before:
        for stale in folder.glob("predictions-*.csv"):
            stale.unlink()
    return HeldOut(train, read_test(folder / "test.csv"), folder)
