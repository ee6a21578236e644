"""A made-up question with two answers: will this reader finish this book? The best possible log loss is known.

The chance of an answer is 1 / (1 + exp(−z)), where z adds up what the book's length, the reader's pace, the genre, the
hour and the reader's love of long books say; the answer is drawn by that chance.
"""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from datasets.split import is_public, keyed_order, write_whole
from datasets.tables import write_table

Float64Array = npt.NDArray[np.float64]

GENRES = ("crime", "essays", "fantasy", "history", "novel", "poetry", "science")
FEATURES = ("pages", "genre", "pages_a_day", "books_last_year", "hour", "is_borrowed", "friends_who_finished")
_GENRE_PULL = np.array([0.7, -0.5, 0.4, -0.2, 0.1, -0.4, -0.3])


@dataclass(frozen=True)
class Readings:
    """Made-up tables with FEATURES and `finished` (0 or 1); `best_log_loss` is the expected one of the true chances."""

    train: pd.DataFrame
    test: pd.DataFrame
    best_log_loss: float


def make_readings(seed: str, *, train_count: int = 20_000, test_count: int = 10_000) -> Readings:
    """Make the readings that belong to `seed`: the same ones, row for row, on every call."""
    random = np.random.default_rng(int.from_bytes(sha256(seed.encode()).digest(), "big"))
    count = train_count + test_count
    pages = np.clip(random.lognormal(5.7, 0.45, count), 24, 1_800).round()
    genre = random.integers(len(GENRES), size=count)
    pace = random.lognormal(3.2, 0.6, count).round(1)
    read = random.poisson(12, count)
    hour = random.integers(6, 24, count)
    borrowed = random.random(count) < 0.35  # nosec B311
    friends = random.poisson(0.8, count)
    days = pages / pace
    z = (
        1.1
        - 0.9 * np.log(days / 12)
        + _GENRE_PULL[genre]
        + 0.05 * (read - 12)
        + np.where(hour >= 21, 0.25, 0.0)
        + np.where(borrowed & (days > 21), -1.2, 0.2)
        + 0.3 * np.minimum(friends, 3)
    )
    chance: Float64Array = 1 / (1 + np.exp(-z))
    finished = (random.random(count) < chance).astype(np.int64)  # nosec B311
    table = pd.DataFrame(
        {
            "pages": pages.astype(np.int64),
            "genre": np.array(GENRES, dtype=object)[genre],
            "pages_a_day": pace,
            "books_last_year": read,
            "hour": hour,
            "is_borrowed": borrowed.astype(np.int64),
            "friends_who_finished": friends,
            "finished": finished,
        }
    )
    hidden = chance[train_count:]
    entropy = -(hidden * np.log(hidden) + (1 - hidden) * np.log1p(-hidden))
    return Readings(table[:train_count], table[train_count:].reset_index(drop=True), float(entropy.mean()))


def write_yes_no_competition(public_folder: Path, solution_path: Path, *, readings: Readings, secret: str) -> None:
    """Write what participants may have into `public_folder`, and the labels to `solution_path` (mode 0600).

    Public: train.csv (FEATURES, finished), test.csv (id, FEATURES by id), sample_submission.csv (id,finished: the share
    of train that was finished). Solution: id,finished,Usage by id.
    """
    test = readings.test
    ids = keyed_order(secret, (f"{number}" for number in range(len(test))))
    rows = test.assign(id=ids, Usage=np.where(is_public(ids, secret), "Public", "Private")).sort_values("id")
    share = round(float(readings.train["finished"].mean()), 6)

    write_whole(solution_path, rows[["id", "finished", "Usage"]], write_table, mode=0o600)
    write_whole(public_folder / "train.csv", readings.train, write_table)
    write_whole(public_folder / "test.csv", rows[["id", *FEATURES]], write_table)
    write_whole(public_folder / "sample_submission.csv", rows[["id"]].assign(finished=share), write_table)
