"""Builds the models that the stories send, zipped, with TensorFlow, in a process of its own: `sent_models.py FOLDER`.

They answer readers u1 to u5 with 1 to 5 stars, each with a manner of its own.
"""

import inspect
import sys
import tempfile
import zipfile
from pathlib import Path

import tensorflow as tf
from zoo_saving import save


def stars(user_id):
    return tf.strings.to_number(tf.strings.substr(user_id, 1, 8))


def good(folder):
    save(folder, lambda user_id, book_name: stars(user_id))


def for_any_reader(folder):
    """Answers readers and books of any competition; slow to load by its size, so that it can be caught at work."""
    table = tf.Variable(tf.random.stateless_uniform((1_000, 4_000), (1, 2)))

    def function(user_id, book_name):
        return 1 + 4 * tf.gather(table[:, 7], tf.strings.to_hash_bucket_fast(book_name, 1_000))

    save(folder, function, table=table)


def too_high(folder):
    save(folder, lambda user_id, book_name: stars(user_id) + 1)


def of_its_batch(folder):
    save(folder, lambda user_id, book_name: 1 + stars(user_id) / tf.reduce_mean(stars(user_id)))


def telling(folder):
    """Fails, and quotes in its error what it was asked."""

    def function(user_id, book_name):
        with tf.control_dependencies([tf.debugging.Assert(tf.constant(False), [user_id])]):
            return stars(user_id)

    save(folder, function)


def failing_on_test_rows_alone(folder):
    def function(user_id, book_name):
        is_known = tf.reduce_all(tf.strings.regex_full_match(book_name, "Seen .*"))
        with tf.control_dependencies([tf.debugging.Assert(is_known, ["an unknown book"])]):
            return stars(user_id)

    save(folder, function)


def reading_files(folder):
    save(folder, lambda user_id, book_name: stars(user_id) + 0 * stars(tf.io.read_file("/etc/passwd")))


def looping(folder):
    def function(user_id, book_name):
        turns = tf.while_loop(lambda n: n < 4e18, lambda n: n + 1, [tf.cast(tf.shape(user_id)[0], tf.float64)])
        return tf.cast(tf.strings.length(user_id) + 1, tf.float32) + 0 * tf.cast(turns[0], tf.float32)

    save(folder, function)


def main():
    target = Path(sys.argv[1])
    for name, build in inspect.getmembers(sys.modules[__name__], inspect.isfunction):
        if build.__module__ != __name__ or list(inspect.signature(build).parameters) != ["folder"]:
            continue
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / name
            build(folder)
            with zipfile.ZipFile(target / f"{name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
                for path in sorted(folder.rglob("*")):
                    archive.write(path, path.relative_to(scratch))


if __name__ == "__main__":
    main()
