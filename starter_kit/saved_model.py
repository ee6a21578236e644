"""From a fitted baseline to the saved_model.zip that the site takes, proven on the way. Loads TensorFlow."""

import tempfile
import zipfile
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from starter_kit.fitted_model import HIGHEST, LOWEST, FittedModel
from starter_kit.trouble import KitError

# float32 keeps about seven digits of a rating; anything beyond this is another model.
TOLERANCE = 1e-5
_BATCH = 4096


class ServedModel(tf.Module):  # type: ignore[misc]
    """The whole way from strings to clipped ratings, as one graph.

    Inputs: user_id, book_name: string tensors of shape (n,), looked up as exact keys. Output: float32 (n,).
    """

    def __init__(self, model: FittedModel) -> None:
        super().__init__()
        self.user_row, self.book_row = _lookup(model.users), _lookup(model.books)
        self.ratings = model.graph()

    def __call__(self, user_id: Any, book_name: Any) -> Any:
        """The ratings of the pairs in [1, 5]."""
        ratings = self.ratings(self.user_row.lookup(user_id), self.book_row.lookup(book_name))
        return tf.clip_by_value(ratings, LOWEST, HIGHEST)


def export_saved_model(model: FittedModel, target: Path, name: str) -> float:
    """Write a zip with one SavedModel directory `name`; the largest difference found to `model.predict`.

    The signature serving_default takes user_id and book_name, strings of shape (None,), and gives one float32
    output `rating` of shape (n,). The exported directory is loaded again and compared on every user and every
    book, and on unseen ones, before `target` appears. Raises KitError when they differ by more than 1e-5.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as scratch:
        directory = Path(scratch) / name
        write_saved_model(model, directory)
        difference = largest_difference(model, directory)
        if not difference <= TOLERANCE:
            raise KitError(
                f"{target}: the exported model differs from the trained one by {difference:g}. "
                "Nothing was written; train again, and tell the organizers if it stays so."
            )
        packed = Path(scratch) / "packed.zip"
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(directory.rglob("*")):
                archive.write(path, path.relative_to(scratch))
        packed.replace(target)
    return difference


def write_saved_model(model: FittedModel, directory: Path) -> None:
    """Write the SavedModel directory."""
    served = ServedModel(model)
    strings = {key: tf.TensorSpec((None,), tf.string, name=key) for key in ("user_id", "book_name")}
    serve = tf.function(lambda user_id, book_name: {"rating": served(user_id, book_name)}, autograph=False)
    tf.saved_model.save(served, str(directory), signatures={"serving_default": serve.get_concrete_function(**strings)})


def largest_difference(model: FittedModel, directory: Path) -> float:
    """How far the SavedModel lies from `model.predict`, over every user, every book and unseen ones."""
    users, books = [*model.users, "no such user"], [*model.books, "no such book", ""]
    count = max(len(users), len(books))
    user_ids, book_names = list(islice(cycle(users), count)), list(islice(cycle(books), count))
    # The loaded object owns the variables: it must outlive the signature's calls.
    loaded = tf.saved_model.load(str(directory))
    serve = loaded.signatures["serving_default"]
    answers = [
        serve(user_id=tf.constant(user_ids[start:stop]), book_name=tf.constant(book_names[start:stop]))["rating"]
        for start, stop in ((start, start + _BATCH) for start in range(0, count, _BATCH))
    ]
    ratings = tf.concat(answers, axis=0).numpy().astype(np.float64)
    return float(np.abs(ratings - model.predict(user_ids, book_names)).max())


def _lookup(keys: tuple[str, ...]) -> Any:
    """From a key to its row, len(keys) for what is not one of them."""
    rows = tf.lookup.KeyValueTensorInitializer(tf.constant(keys, tf.string), tf.range(len(keys), dtype=tf.int64))
    return tf.lookup.StaticHashTable(rows, default_value=len(keys))
