"""The numbers that a model answered with: which types are taken, and how their raw bytes become float64."""

from enum import Enum

import numpy as np
import numpy.typing as npt

from grader.scoring.arrays import Float64Array


class OutputType(Enum):
    """A numeric type of TensorFlow: its number (types.proto), NumPy's name of it, and how far two answers may differ.

    The tolerance is relative to answers above 1: another batch is summed in another order, which shows in the last
    digits and is nobody's fault.
    """

    FLOAT = (1, "<f4", 1e-4)
    DOUBLE = (2, "<f8", 1e-6)
    INT32 = (3, "<i4", 0.0)
    UINT8 = (4, "<u1", 0.0)
    INT16 = (5, "<i2", 0.0)
    INT8 = (6, "<i1", 0.0)
    INT64 = (9, "<i8", 0.0)
    BFLOAT16 = (14, "<u2", 5e-2)
    UINT16 = (17, "<u2", 0.0)
    HALF = (19, "<f2", 1e-2)
    UINT32 = (22, "<u4", 0.0)
    UINT64 = (23, "<u8", 0.0)

    def __init__(self, number: int, stored_as: str, tolerance: float) -> None:
        self.number = number
        self.stored_as = stored_as
        self.tolerance = tolerance

    @property
    def item_bytes(self) -> int:
        """Bytes of one value."""
        return np.dtype(self.stored_as).itemsize


def output_type(number: int) -> OutputType | None:
    """The numeric type of that number; None: it is no number (text, truth values, complex numbers)."""
    return next((known for known in OutputType if known.number == number), None)


def read_values(payload: bytes, kind: OutputType, count: int) -> Float64Array | None:
    """The values as float64, shape (count,); None: these are not the bytes of so many values."""
    if len(payload) != count * kind.item_bytes:
        return None
    raw: npt.NDArray[np.generic] = np.frombuffer(payload, dtype=kind.stored_as)
    if kind is OutputType.BFLOAT16:
        # The upper half of a float32.
        raw = (raw.astype(np.uint32) << 16).view(np.float32)
    return raw.astype(np.float64)


def answers_differ(before: Float64Array, again: Float64Array, kind: OutputType) -> bool:
    """Whether the same rows were answered differently, beyond the last digits of that type."""
    scale = np.maximum(1.0, np.abs(before))
    return bool((np.abs(again - before) > kind.tolerance * scale).any())
