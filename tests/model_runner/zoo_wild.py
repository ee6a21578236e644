"""Models that are wrong, or that want something they must not have: each function saves one into a folder."""

import sys
from dataclasses import dataclass
from pathlib import Path

import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2
from zoo_saving import TEXTS, and_also, lengths, save


@dataclass(frozen=True)
class Target:
    """What the models are after: the file of labels, and a port that listens."""

    labels: str
    port: int


TARGET = Target(sys.argv[2], int(sys.argv[3]))


def mean_of_the_batch(folder):
    def function(user_id, book_name):
        numbers = lengths(user_id, book_name)
        return numbers - tf.reduce_mean(numbers)

    save(folder, function)


def random_answers(folder):
    save(folder, lambda user_id, book_name: tf.random.uniform(tf.shape(user_id), 1, 5))


def reads_the_labels(folder):
    save(
        folder,
        lambda user_id, book_name: lengths(user_id, tf.fill(tf.shape(book_name), tf.io.read_file(TARGET.labels))),
    )


def reads_lines_of_the_labels(folder):
    def function(user_id, book_name):
        first = tf.data.TextLineDataset(TARGET.labels).reduce(tf.constant(""), lambda a, b: a + b)
        return lengths(user_id, tf.fill(tf.shape(book_name), first))

    save(folder, function)


def maps_the_labels(folder):
    def function(user_id, book_name):
        mapped = tf.raw_ops.ImmutableConst(dtype=tf.uint8, shape=[4], memory_region_name=TARGET.labels)
        return lengths(user_id, book_name) + tf.cast(mapped[0], tf.float32)

    save(folder, function)


def lists_folders(folder):
    parent = str(Path(TARGET.labels).parent / "*")

    def function(user_id, book_name):
        return lengths(user_id, book_name) * 0 + tf.cast(tf.size(tf.io.matching_files(parent)), tf.float32)

    save(folder, function)


def reads_its_environment(folder):
    def function(user_id, book_name):
        return lengths(user_id, tf.fill(tf.shape(book_name), tf.io.read_file("/proc/self/environ")))

    save(folder, function)


def writes_a_file(folder):
    save(folder, and_also(lambda: tf.io.write_file(TARGET.labels + ".stolen", "mine")))


def prints_into_a_file(folder):
    save(folder, and_also(lambda: tf.raw_ops.PrintV2(input="mine", output_stream=f"file://{TARGET.labels}.stolen")))


def writes_when_it_is_loaded(folder):
    class Writing(tf.lookup.KeyValueTensorInitializer):
        def initialize(self, table):
            with tf.control_dependencies([tf.io.write_file(TARGET.labels + ".stolen", "mine")]):
                return super().initialize(table)

    table = tf.lookup.StaticVocabularyTable(Writing(["a"], tf.constant([0], tf.int64)), 1)
    save(folder, lambda user_id, book_name: tf.cast(table.lookup(user_id), tf.float32), table=table)


def fetches_from_the_network(folder):
    def function(user_id, book_name):
        data = tf.data.experimental.service.from_dataset_id(
            "parallel_epochs", f"grpc://127.0.0.1:{TARGET.port}", "1", element_spec=tf.TensorSpec((), tf.int64)
        )
        return lengths(user_id, book_name) + tf.cast(data.reduce(tf.constant(0, tf.int64), lambda a, b: b), tf.float32)

    save(folder, function)


def calls_python(folder):
    save(folder, lambda user_id, book_name: tf.ensure_shape(tf.numpy_function(len, [user_id], tf.float32), [None]))


def aborts(folder):
    save(folder, and_also(lambda: tf.raw_ops.Abort(error_msg="bye")))


def exits_quietly(folder):
    save(folder, and_also(lambda: tf.raw_ops.Abort(exit_without_error=True)))


def waits_for_ever(folder):
    save(folder, lambda user_id, book_name: tf.ensure_shape(tf.raw_ops.Unstage(dtypes=[tf.float32])[0], [None]))


def loops_for_ever(folder):
    def function(user_id, book_name):
        (count,) = tf.while_loop(lambda n: n >= 0.0, lambda n: (n + 1.0,), (tf.constant(0.0),))
        return lengths(user_id, book_name) + count

    save(folder, function)


def takes_64_gib_at_once(folder):
    def function(user_id, book_name):
        size = 16 * 1024**3 + tf.cast(tf.size(user_id), tf.int64)
        return lengths(user_id, book_name) + tf.reduce_max(tf.random.uniform(size[None]))

    save(folder, function)


def takes_more_and_more(folder):
    def function(user_id, book_name):
        grown = tf.while_loop(
            lambda array: tf.size(array, tf.int64) < 2**36,
            lambda array: (tf.concat([array, array + 1.0], 0),),
            (tf.random.uniform([1024]),),
            shape_invariants=(tf.TensorShape([None]),),
        )
        return lengths(user_id, book_name) + grown[0][0]

    save(folder, function)


def starts_threads(folder):
    def function(user_id, book_name):
        pools = tf.constant(0, tf.int64)
        for _ in range(8):
            data = tf.data.Dataset.range(20_000).map(lambda n: n * n, num_parallel_calls=2000)
            options = tf.data.Options()
            options.threading.private_threadpool_size = 2000
            pools += data.with_options(options).reduce(tf.constant(0, tf.int64), lambda a, b: a + b)
        return lengths(user_id, book_name) + tf.cast(pools, tf.float32)

    save(folder, function)


def talks_without_end(folder):
    def function(user_id, book_name):
        line = tf.strings.reduce_join(tf.fill([1000], "x" * 80))

        def say(count):
            with tf.control_dependencies([tf.raw_ops.PrintV2(input=line)]):
                return (count + 1,)

        (last,) = tf.while_loop(lambda count: count < 200, say, (tf.constant(0),))
        return lengths(user_id, book_name) + 0 * tf.cast(last, tf.float32)

    save(folder, function)


def quotes_its_features(folder):
    def function(user_id, book_name):
        with tf.control_dependencies([tf.debugging.Assert(False, [user_id, book_name])]):
            return lengths(user_id, book_name)

    save(folder, function)


def answers_nan(folder):
    save(folder, lambda user_id, book_name: lengths(user_id, book_name) * float("nan"))


def answers_infinity(folder):
    save(folder, lambda user_id, book_name: lengths(user_id, book_name) / 0.0)


def answers_one_too_few(folder):
    save(folder, lambda user_id, book_name: lengths(user_id, book_name)[1:])


def answers_hugely(folder):
    def function(user_id, book_name):
        return tf.reshape(tf.random.uniform([2**24 + tf.size(user_id)]), [-1])

    save(folder, function)


def answers_three_columns(folder):
    save(folder, lambda user_id, book_name: tf.stack([lengths(user_id, book_name)] * 3, axis=1))


def answers_text(folder):
    save(folder, lambda user_id, book_name: user_id)


def answers_twice(folder):
    def function(user_id, book_name):
        return {"rating": lengths(user_id, book_name), "surprise": lengths(user_id, book_name)}

    save(folder, function)


def other_inputs(folder):
    module = tf.Module()
    module.serve = tf.function(lambda user: tf.strings.length(user), input_signature=[TEXTS])
    tf.saved_model.save(module, str(folder), signatures=module.serve)


def fixed_batch(folder):
    save(folder, lengths, shape=(32,))


def no_signature(folder):
    module = tf.Module()
    module.weight = tf.Variable(1.0)
    tf.saved_model.save(module, str(folder))


def calls_itself(folder):
    inner = tf.function(lambda numbers: tf.cos(numbers), autograph=False)
    outer = tf.function(lambda numbers: inner(numbers) + 1.0, autograph=False)
    save(folder, lambda user_id, book_name: outer(lengths(user_id, book_name)))
    path = folder / "saved_model.pb"
    model = saved_model_pb2.SavedModel.FromString(path.read_bytes())
    for function in model.meta_graphs[0].graph_def.library.function:
        for node in function.node_def:
            if "f" in node.attr and "serve" not in function.signature.name:
                node.attr["f"].func.name = function.signature.name
    path.write_bytes(model.SerializeToString())
