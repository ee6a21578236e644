"""The floor of a model's run: a fresh Python, TensorFlow's C API, one call with all rows, nothing around it.

Run as a script, isolated, with one argument: JSON with library, root, features (a file), model, inputs, output, rows.
"""

import ctypes
import json
import sys
from pathlib import Path

ASKED = json.loads(sys.argv[1])
sys.path.insert(0, ASKED["root"])

from grader.model_runner.capi import TensorFlow  # noqa: E402


def main() -> None:
    """Answer every row once and print how many values came."""
    features = bytearray(Path(ASKED["features"]).read_bytes())
    address = ctypes.addressof(ctypes.c_char.from_buffer(features))
    model = TensorFlow(ASKED["library"]).open_model(ASKED["model"])
    inputs = [(tensor, address + start, (ASKED["rows"],)) for tensor, start in ASKED["inputs"]]
    _, _, values = model.ask(inputs, ASKED["output"])
    print(len(values) // 4)


if __name__ == "__main__":
    main()
