"""TensorFlow, loaded only by the commands that need it, and asked for in one sentence when missing."""

import importlib
import os

from starter_kit.trouble import KitError

INSTALL_COMMAND = "pip install --require-hashes -r requirements-kit.txt"


def require_tensorflow() -> None:
    """Load TensorFlow and Keras on it. Raises KitError with the command that installs them."""
    # Its start-up notices about the processor help nobody here.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # The same sums in the same order, whatever the processor offers.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    try:
        importlib.import_module("tensorflow")
        importlib.import_module("keras")
    except ImportError as error:
        raise KitError(
            f"This needs TensorFlow, which cannot be loaded ({error}). Install it with: {INSTALL_COMMAND}"
        ) from error
