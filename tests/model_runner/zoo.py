"""Builds every model of the stories, tame and wild, with TensorFlow, in a process of its own.

`python zoo.py FOLDER LABELS PORT` makes FOLDER/NAME/model for each, and expected.npz with what Python's loader says.
"""

import inspect
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf
import zoo_tame
import zoo_wild
from rows import FEATURES


def expected(folder):
    """What Python's own loader answers."""
    loaded = tf.saved_model.load(str(folder))
    serve = loaded.signatures["serving_default"]
    shapes = serve.structured_input_signature[1]
    inputs = {
        name: tf.reshape(tf.constant(texts), [-1, 1] if shapes[name].shape.rank == 2 else [-1])
        for name, texts in FEATURES.items()
    }
    (answer,) = serve(**inputs).values()
    return np.asarray(tf.cast(tf.reshape(answer, [-1]), tf.float64))


def builders(module):
    """The functions that the module itself defines, each of which saves one model."""
    return [each for _, each in inspect.getmembers(module, inspect.isfunction) if each.__module__ == module.__name__]


def main():
    target, answers = Path(sys.argv[1]), {}
    for build in [*builders(zoo_tame), *builders(zoo_wild)]:
        folder = target / build.__name__ / "model"
        folder.parent.mkdir(parents=True)
        build(folder)
        if build.__module__ == zoo_tame.__name__:
            answers[build.__name__] = expected(folder)
    np.savez(target / "expected.npz", **answers)


if __name__ == "__main__":
    main()
