"""The TensorFlow side of biases and factors; importing this file loads TensorFlow."""

from typing import Any

import numpy as np
import tensorflow as tf

from grader.scoring.arrays import Float64Array


class RatingGraph(tf.Module):  # type: ignore[misc]
    """r = μ + b_u + b_i + p_u·q_i of rows of users and books, float32 (n,); the row after the last adds nothing."""

    def __init__(
        self,
        mean: float,
        user_bias: Float64Array,
        book_bias: Float64Array,
        user_factors: Float64Array,
        book_factors: Float64Array,
    ) -> None:
        super().__init__()
        self.mean = mean
        self.user_bias, self.book_bias = table(user_bias, [0.0]), table(book_bias, [0.0])
        nothing = np.zeros((1, user_factors.shape[1]))
        self.user_factors, self.book_factors = table(user_factors, nothing), table(book_factors, nothing)

    def __call__(self, user: Any, book: Any) -> Any:
        """The ratings of the pairs, before they are clipped."""
        interaction = tf.reduce_sum(tf.gather(self.user_factors, user) * tf.gather(self.book_factors, book), axis=1)
        return self.mean + tf.gather(self.user_bias, user) + tf.gather(self.book_bias, book) + interaction


def table(rows: Any, unseen: Any) -> Any:
    """A float32 variable of `rows` with `unseen` after the last: in a SavedModel, numbers belong into variables."""
    return tf.Variable(np.concatenate([rows, unseen]).astype(np.float32), trainable=False)
