"""From a fitted baseline to the saved_model.zip that the site takes, proven on the way. Loads TensorFlow."""

import tempfile
import zipfile
from itertools import cycle, islice
from pathlib import Path

import numpy as np
import tensorflow as tf

from starter_kit.baselines.biased_matrix_factorization import BiasedMatrixFactorization
from starter_kit.rating_model import RatingModel
from starter_kit.trouble import KitError

# float32 keeps about seven digits of a rating; anything beyond this is another model.
TOLERANCE = 1e-4


def export_saved_model(model: RatingModel, target: Path, name: str) -> float:
    """Write a zip with one SavedModel directory `name`; the largest difference found to `model.predict`.

    The signature serving_default takes user_id and book_name, strings of shape (None,), and gives one float32
    output of shape (n,). The exported directory is loaded again and compared on every user and every book,
    and on unseen ones, before `target` appears. Raises KitError when they differ by more than 1e-4.
    """
    strings = {key: tf.TensorSpec((None,), tf.string, name=key) for key in ("user_id", "book_name")}
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as scratch:
        directory = Path(scratch) / name
        BiasedMatrixFactorization.of(model).export(str(directory), input_signature=[strings], verbose=False)
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


def largest_difference(model: RatingModel, directory: Path) -> float:
    """How far the SavedModel lies from `model.predict`, over every user, every book and unseen ones."""
    users, books = [*model.users, "no such user"], [*model.books, "no such book", ""]
    count = max(len(users), len(books))
    user_ids, book_names = list(islice(cycle(users), count)), list(islice(cycle(books), count))
    # The loaded object owns the variables: it must outlive the signature's call.
    loaded = tf.saved_model.load(str(directory))
    serve = loaded.signatures["serving_default"]
    (ratings,) = serve(user_id=tf.constant(user_ids), book_name=tf.constant(book_names)).values()
    return float(np.abs(ratings.numpy().astype(np.float64) - model.predict(user_ids, book_names)).max())
