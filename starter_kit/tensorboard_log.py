"""A fit's learning curve as TensorBoard reads it. Loads TensorFlow; TensorBoard itself is not needed to write."""

from collections.abc import Sequence
from pathlib import Path

import tensorflow as tf


def write_losses(folder: Path, losses: Sequence[float]) -> None:
    """Write the mean squared errors in training, epoch by epoch from 1, as one curve of the run `folder`."""
    writer = tf.summary.create_file_writer(str(folder))
    with writer.as_default():
        for epoch, loss in enumerate(losses, start=1):
            # tf.summary.scalar would want the TensorBoard package.
            value = tf.compat.v1.Summary.Value(tag="MSE in training", simple_value=loss)
            tf.summary.experimental.write_raw_pb(tf.compat.v1.Summary(value=[value]).SerializeToString(), step=epoch)
    writer.close()
