"""The fast way through a CSV: pandas' C engine in chunks, refusing whatever it would read loosely."""

import csv
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

import numpy as np

from grader.scoring.header import BYTE_ORDER_MARK, MAX_LINE_BYTES

if TYPE_CHECKING:
    import pandas as pd
    from pandas._typing import ReadCsvBuffer

CHUNK_ROWS = 1_000_000
# Every way to write True or False has one of these, and no number has.
BOOLEAN_LETTERS = (b"u", b"U", b"l", b"L")
LONGEST_BOOLEAN = len(b"false")


class UnusualFile(ValueError):
    """Valid or not, this is for the strict scan."""


def read_chunks(
    stream: io.BufferedReader, dtypes: dict[int, str], integers: tuple[int, ...] = (0,)
) -> Iterator["pd.DataFrame"]:
    """The rows behind the header as frames of up to a million rows.

    The columns `integers` (the ids are column 0) hold int64, the others what `dtypes` names; a number is the float64
    nearest to its text. Raises UnusualFile for whatever is not plainly such a table: other columns, a blank or
    overlong line, an id that is not an integer, quotes around a number. Rejected from the stream passes
    through.
    """
    import pandas as pd  # here, because web processes import these modules and read no file with them

    try:
        with pd.read_csv(
            cast("ReadCsvBuffer[bytes]", _LineFeed(stream)),
            header=None,
            # An integer's type is inferred: asked for int64, pandas also takes 1.0 and 1e1, by way of
            # float64, and then rounds large ids.
            dtype=dtypes,
            na_filter=False,
            quoting=csv.QUOTE_NONE,
            skip_blank_lines=False,
            chunksize=CHUNK_ROWS,
            engine="c",
        ) as chunks:
            for chunk in chunks:
                fits = chunk.shape[1] == len(dtypes) + len(integers)
                if not fits or any(chunk.dtypes[column] != np.int64 for column in integers):
                    raise UnusualFile
                yield chunk
    except (ValueError, OverflowError) as refusal:  # pandas' ParserError and EmptyDataError are ValueErrors
        raise UnusualFile from refusal


class _LineFeed:
    """The stream's bytes as pandas asks for them.

    Raises UnusualFile at a line above 4,000 bytes, its LF included, at a second byte order mark, which pandas
    would swallow, and at a True or False, which it would take for 1 or 0. It is no `io` class, because pandas
    would decode and encode again what comes out of one.
    """

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream
        self._is_first = True
        self._open_bytes = 0  # of the line that the last block left unfinished
        self._tail = b""  # of the last block: a word may be cut in two

    def read(self, size: int = -1) -> bytes:
        """The next block of at most `size` bytes; b"" at the end."""
        block = self._stream.read(size)
        if self._is_first and block.startswith(BYTE_ORDER_MARK):
            raise UnusualFile
        self._is_first = False
        self._check_lines(block)
        self._check_words(block)
        return block

    def __iter__(self) -> Iterator[bytes]:
        """What pandas knows a file by; it reads by `read` alone."""
        return iter(self._stream)

    def _check_lines(self, block: bytes) -> None:
        start = -self._open_bytes
        while start + MAX_LINE_BYTES <= len(block):
            # The last line end within reach: what lies before it is made of shorter lines still.
            end = block.rfind(b"\n", max(start, 0), start + MAX_LINE_BYTES)
            if end < 0:
                raise UnusualFile
            start = end + 1
        last = block.rfind(b"\n", max(start, 0))
        self._open_bytes = len(block) - (start if last < 0 else last + 1)

    def _check_words(self, block: bytes) -> None:
        # One letter is looked for at the memory's speed; whole words only where there are such letters.
        if any(letter in block or letter in self._tail for letter in BOOLEAN_LETTERS):
            text = (self._tail + block).lower()
            if b"true" in text or b"false" in text:
                raise UnusualFile
        self._tail = block[1 - LONGEST_BOOLEAN :]
