"""The usual way to run a model: `import tensorflow`, tf.saved_model.load, one call with all rows. Two arguments.

They are the model's folder and a JSON file with the columns. `build` as a third one saves the model first.
"""

import json
import sys
from pathlib import Path

import tensorflow as tf


def build(folder: str, columns: dict[str, list[str]]) -> None:
    """A model of the starter kit's size: a bias and 16 factors for each user and book, looked up by name."""
    tables, factors, biases = {}, {}, {}
    for seed, (name, texts) in enumerate(columns.items()):
        keys = tf.constant(sorted(set(texts)))
        rows = tf.lookup.KeyValueTensorInitializer(keys, tf.range(1, tf.size(keys, tf.int64) + 1, dtype=tf.int64))
        tables[name] = tf.lookup.StaticHashTable(rows, 0)
        factors[name] = tf.Variable(tf.random.stateless_normal((len(keys) + 1, 16), (seed, 1)) / 8)
        biases[name] = tf.Variable(tf.random.stateless_normal((len(keys) + 1,), (seed, 2)) / 8)
    module = tf.Module()
    module.kept = [tables, factors, biases]

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.string, name=name) for name in ("user_id", "book_name")])
    def serve(user_id: tf.Tensor, book_name: tf.Tensor) -> dict[str, tf.Tensor]:
        user, book = tables["user_id"].lookup(user_id), tables["book_name"].lookup(book_name)
        vectors = tf.gather(factors["user_id"], user) * tf.gather(factors["book_name"], book)
        bias = tf.gather(biases["user_id"], user) + tf.gather(biases["book_name"], book)
        return {"rating": 3.5 + bias + tf.reduce_sum(vectors, axis=1)}

    tf.saved_model.save(module, folder, signatures=serve)


def main() -> None:
    """Answer every row once and print how many values came."""
    folder, columns = sys.argv[1], json.loads(Path(sys.argv[2]).read_text())
    if sys.argv[3:] == ["build"]:
        build(folder, columns)
    loaded = tf.saved_model.load(folder)
    (answer,) = loaded.signatures["serving_default"](
        **{name: tf.constant(texts) for name, texts in columns.items()}
    ).values()
    print(len(answer))


if __name__ == "__main__":
    main()
