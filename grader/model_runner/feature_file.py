"""The features as the child gets them: TensorFlow's own strings, ready in one file, so that nothing is converted.

A TensorFlow string takes 24 bytes (TF_TString in tensorflow/core/platform/ctstring_internal.h). Up to 22 bytes of
text lie within them; a longer text lies anywhere, at an offset counted from its own 24 bytes, which is what makes a
table of them fit for a file. A column is that table and the long texts behind it.
"""

import struct
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO

STRING_BYTES = 24
_INLINE_BYTES = 22
_OFFSET_KIND = 2


@dataclass(frozen=True)
class FeatureTable:
    """Where each column begins in the file, in bytes, and which rows are asked in which batch.

    The rows are the n rows asked for, in their order, and behind them those that are asked a second time:
    `repeated[i]` is the number of the row that stands at place n + i.
    """

    column_starts: Mapping[str, int]
    batches: tuple[tuple[int, int], ...]
    row_count: int
    repeated: tuple[int, ...]


def write(file: BinaryIO, features: Mapping[str, Sequence[str]], batch_rows: int, repeated_rows: int) -> FeatureTable:
    """Write the columns into an empty file and wind it back.

    Raises ValueError: no rows, or columns of different length.
    """
    if sys.byteorder != "little":
        raise ValueError("TensorFlow's strings are written here for little-endian machines only.")
    lengths = {len(column) for column in features.values()}
    if len(lengths) != 1 or lengths == {0}:
        raise ValueError(f"The features need columns of one length above 0; found {sorted(lengths)}.")
    row_count = lengths.pop()
    repeated = _repeated(row_count, repeated_rows)
    starts = {}
    for name, column in features.items():
        starts[name] = file.tell()
        file.write(_column([*column, *(column[row] for row in repeated)]))
    # The child reads on from where this descriptor stands.
    file.seek(0)
    stops = (*range(0, row_count, batch_rows), row_count)
    batches = (*pairwise(stops), (row_count, row_count + len(repeated)))
    return FeatureTable(starts, batches, row_count, repeated)


def _repeated(row_count: int, most: int) -> tuple[int, ...]:
    """Rows spread over the whole table, last one first, and fewer than a batch, so that it is another batch."""
    count = max(1, min(most, row_count * 2 // 3))
    return tuple(row_count - 1 - place * row_count // count for place in range(count))


def _column(texts: Sequence[str]) -> bytes:
    table, long_texts = [], []
    end = STRING_BYTES * len(texts)
    for place, text in enumerate(texts):
        data = text.encode()
        if len(data) <= _INLINE_BYTES:
            table.append(bytes((len(data) << 2,)) + data.ljust(STRING_BYTES - 1, b"\0"))
            continue
        table.append(struct.pack("<III12x", len(data) << 2 | _OFFSET_KIND, end - STRING_BYTES * place, 0))
        long_texts.append(data + b"\0")
        end += len(data) + 1
    return b"".join(table + long_texts)
