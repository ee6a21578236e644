"""Models as participants send them: each function saves one into a folder."""

import keras
import tensorflow as tf
from rows import FEATURES
from zoo_saving import lengths, save


def plain(folder):
    save(folder, lengths)


def column(folder):
    save(folder, lambda user_id, book_name: lengths(user_id, book_name), shape=(None, 1))


def whole_numbers(folder):
    save(folder, lambda user_id, book_name: tf.strings.length(book_name))


def doubles(folder):
    save(folder, lambda user_id, book_name: tf.cast(lengths(user_id, book_name), tf.float64) / 3)


def halves(folder):
    save(folder, lambda user_id, book_name: tf.cast(tf.strings.length(user_id), tf.float16))


def brain_floats(folder):
    save(folder, lambda user_id, book_name: tf.cast(tf.strings.length(user_id), tf.bfloat16))


def compiled(folder):
    @tf.function(jit_compile=True)
    def dense(numbers):
        return tf.reduce_sum(tf.tanh(numbers[:, None] * tf.range(8.0)), axis=1)

    save(folder, lambda user_id, book_name: dense(lengths(user_id, book_name)))


def dataset_inside(folder):
    def function(user_id, book_name):
        total = tf.data.Dataset.range(5).map(lambda n: n * 2).reduce(tf.constant(0, tf.int64), lambda a, b: a + b)
        return lengths(user_id, book_name) + tf.cast(total, tf.float32)

    save(folder, function)


def with_assets(folder):
    words = folder.parent / "words.txt"
    words.write_text("".join(f"{text}\n" for text in sorted(set(FEATURES["user_id"]))))
    rows = tf.lookup.TextFileInitializer(
        str(words), tf.string, tf.lookup.TextFileIndex.WHOLE_LINE, tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER
    )
    table = tf.lookup.StaticVocabularyTable(rows, 3)
    save(folder, lambda user_id, book_name: tf.cast(table.lookup(user_id), tf.float32), table=table)


def keras_export(folder):
    keras.utils.set_random_seed(1)
    user = keras.Input((), dtype="string", name="user_id")
    book = keras.Input((), dtype="string", name="book_name")
    vectors = [
        keras.layers.Embedding(len(set(values)) + 1, 4)(
            keras.layers.StringLookup(vocabulary=sorted(set(values)))(value)
        )
        for value, values in ((user, FEATURES["user_id"]), (book, FEATURES["book_name"]))
    ]
    rating = keras.layers.Dense(1)(keras.layers.Dense(16, "relu")(keras.layers.Concatenate()(vectors)))
    model = keras.Model({"user_id": user, "book_name": book}, rating)
    model.export(str(folder), verbose=False)


def text_model(folder):
    keras.utils.set_random_seed(2)
    user = keras.Input((), dtype="string", name="user_id")
    book = keras.Input((), dtype="string", name="book_name")
    words = keras.layers.TextVectorization(max_tokens=200, output_sequence_length=8)
    words.adapt(tf.constant(FEATURES["book_name"]))
    of_book = keras.layers.LSTM(8)(keras.layers.Embedding(200, 8)(words(book)))
    of_user = keras.layers.Embedding(50, 4)(keras.layers.Hashing(50)(user))
    rating = keras.layers.Dense(1)(keras.layers.Concatenate()([of_book, of_user]))
    keras.Model({"user_id": user, "book_name": book}, rating).export(str(folder), verbose=False)


def weights_of_48_megabytes(folder):
    table = tf.Variable(tf.random.stateless_uniform((12_000, 1000), (1, 2)))

    def function(user_id, book_name):
        return tf.gather(table[:, 7], tf.strings.to_hash_bucket_fast(book_name, 12_000))

    save(folder, function, table=table)
