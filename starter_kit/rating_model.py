"""A fitted baseline: numbers for users and books that predict any pair, kept without pickle or TensorFlow."""

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grader.scoring.arrays import Float64Array, Int64Array
from starter_kit.trouble import KitError

LOWEST, HIGHEST = 1.0, 5.0
_FORMAT = 1


@dataclass(frozen=True)
class RatingModel:
    """Predicts r = μ + b_u + b_i + p_u·q_i, clipped to [1, 5].

    `users` and `books` are the exact keys; biases have shape (users,) and (books,), factors (users, k) and
    (books, k) with k = 0 where a baseline has none. A user or book that is not listed adds nothing.
    """

    mean: float
    users: tuple[str, ...]
    books: tuple[str, ...]
    user_bias: Float64Array
    book_bias: Float64Array
    user_factors: Float64Array
    book_factors: Float64Array

    @classmethod
    def of_biases(
        cls,
        mean: float,
        users: Sequence[str],
        books: Sequence[str],
        user_bias: Float64Array,
        book_bias: Float64Array,
    ) -> "RatingModel":
        """A model without interactions (k = 0)."""
        no_users, no_books = np.zeros((len(users), 0)), np.zeros((len(books), 0))
        return cls(mean, tuple(users), tuple(books), user_bias, book_bias, no_users, no_books)

    def predict(self, user_ids: Sequence[str], book_names: Sequence[str]) -> Float64Array:
        """The predicted ratings of the pairs, float64 (n,), in the order given."""
        user, book = _rows(self.users, user_ids), _rows(self.books, book_names)
        # Row -1, for what is not listed, is a row of zeros.
        user_bias, book_bias = np.append(self.user_bias, 0.0), np.append(self.book_bias, 0.0)
        user_factors = np.pad(self.user_factors, ((0, 1), (0, 0)))
        book_factors = np.pad(self.book_factors, ((0, 1), (0, 0)))
        interaction = np.einsum("nk,nk->n", user_factors[user], book_factors[book])
        rating = self.mean + user_bias[user] + book_bias[book] + interaction
        return np.asarray(np.clip(rating, LOWEST, HIGHEST), dtype=np.float64)

    def save(self, folder: Path) -> None:
        """Write model.json (μ and the keys) and arrays.npz into `folder`, replacing what stood there."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        arriving = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
        try:
            facts = {"format": _FORMAT, "mean": self.mean, "users": self.users, "books": self.books}
            (arriving / "model.json").write_text(json.dumps(facts), encoding="utf-8")
            np.savez(
                arriving / "arrays.npz",
                user_bias=self.user_bias,
                book_bias=self.book_bias,
                user_factors=self.user_factors,
                book_factors=self.book_factors,
            )
            shutil.rmtree(folder, ignore_errors=True)
            arriving.replace(folder)
        finally:
            shutil.rmtree(arriving, ignore_errors=True)

    @classmethod
    def load(cls, folder: Path) -> "RatingModel":
        """Read what `save` wrote. Raises KitError when it is not there or not whole."""
        again = f"python -m starter_kit train {folder.name}"
        try:
            facts = json.loads((folder / "model.json").read_text(encoding="utf-8"))
            if facts["format"] != _FORMAT:
                raise ValueError(f"format {facts['format']} is not {_FORMAT}")
            with np.load(folder / "arrays.npz", allow_pickle=False) as arrays:
                model = cls(
                    float(facts["mean"]),
                    tuple(facts["users"]),
                    tuple(facts["books"]),
                    arrays["user_bias"],
                    arrays["book_bias"],
                    arrays["user_factors"],
                    arrays["book_factors"],
                )
        except FileNotFoundError as error:
            raise KitError(f"{folder}: no trained model is there. First run: {again}") from error
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise KitError(f"{folder}: the model cannot be read ({error}). Run: {again}") from error
        return model


def _rows(keys: Sequence[str], wanted: Sequence[str]) -> Int64Array:
    """Where each of `wanted` stands in `keys`, -1 for nowhere; strings are compared exactly."""
    row_of = {key: row for row, key in enumerate(keys)}
    return np.array([row_of.get(key, -1) for key in wanted], dtype=np.int64)
