"""What a fit gives, whichever baseline it was: predicts, is kept without pickle, and has a TensorFlow graph."""

import json
import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from grader.scoring.arrays import Float64Array, Int64Array
from starter_kit.called import KIT
from starter_kit.trouble import KitError

LOWEST, HIGHEST = 1.0, 5.0
_FORMAT = 2


@dataclass(frozen=True)
class StoredModel:
    """All that a fitted model is: `facts` fit into JSON, `arrays` hold numbers only."""

    facts: Mapping[str, Any]
    arrays: Mapping[str, npt.NDArray[Any]]

    def arrays_below(self, prefix: str) -> dict[str, npt.NDArray[Any]]:
        """The arrays whose names start with `prefix`, under the rest of their names."""
        return {name.removeprefix(prefix): array for name, array in self.arrays.items() if name.startswith(prefix)}

    def write(self, folder: Path) -> None:
        """Write model.json and arrays.npz into `folder`, replacing what stood there."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        arriving = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
        try:
            text = json.dumps({"format": _FORMAT, **self.facts})
            (arriving / "model.json").write_text(text, encoding="utf-8")
            np.savez(arriving / "arrays.npz", allow_pickle=False, **self.arrays)
            shutil.rmtree(folder, ignore_errors=True)
            arriving.replace(folder)
        finally:
            shutil.rmtree(arriving, ignore_errors=True)

    @classmethod
    def read(cls, folder: Path) -> "StoredModel":
        """What `write` wrote. Raises FileNotFoundError, or ValueError when it is not whole or of another format."""
        facts = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        if facts.pop("format", None) != _FORMAT:
            raise ValueError("it was written by another version of the kit")
        with np.load(folder / "arrays.npz", allow_pickle=False) as arrays:
            return cls(facts, dict(arrays))


class FittedModel(ABC):
    """A model of the ratings of `users` for `books`: exact keys, each standing at its row.

    The row len(users), or len(books), stands for whatever was not seen; every model has an answer for it.
    `notes` are sentences that the fit has to say about itself, `losses` the mean squared errors in training, epoch
    by epoch; empty where none are kept.
    """

    users: tuple[str, ...]
    books: tuple[str, ...]
    notes: tuple[str, ...] = ()
    losses: tuple[float, ...] = ()

    @abstractmethod
    def ratings_at(self, user: Int64Array, book: Int64Array) -> Float64Array:
        """The ratings of pairs of rows, both shape (n,), before they are clipped; float64 (n,)."""

    @abstractmethod
    def graph(self) -> Any:
        """The same in TensorFlow: a tf.Module called with two int64 tensors (n,), answering float32 (n,)."""

    @abstractmethod
    def stored(self) -> StoredModel:
        """What is to be kept; the estimator's `restore` makes the same model of it."""

    def predict(self, user_ids: Sequence[str], book_names: Sequence[str]) -> Float64Array:
        """The predicted ratings of the pairs in [1, 5], float64 (n,), in the order given."""
        ratings = self.ratings_at(rows_of(self.users, user_ids), rows_of(self.books, book_names))
        return np.clip(ratings.astype(np.float64), LOWEST, HIGHEST)

    def save(self, folder: Path) -> None:
        """Write the model into `folder`, replacing what stood there."""
        self.stored().write(folder)


def rows_of(keys: Sequence[str], wanted: Sequence[str]) -> Int64Array:
    """Where each of `wanted` stands in `keys`, len(keys) for nowhere; strings are compared exactly."""
    row_of = {key: row for row, key in enumerate(keys)}
    return np.array([row_of.get(key, len(keys)) for key in wanted], dtype=np.int64)


def trouble_reading(folder: Path, error: Exception) -> KitError:
    """The sentence for a model that is not there or not whole."""
    again = f"{KIT} train {folder.name}"
    if isinstance(error, FileNotFoundError):
        return KitError(f"{folder}: no trained model is there. First run: {again}")
    return KitError(f"{folder}: the model cannot be read ({error}). Run: {again}")
