"""The fast path and the strict scan, held against each other on files good and bad."""

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader.scoring.arrays import Float64Array
from grader.scoring.predictions import OutOfRange, PredictionFormat, Rejected, read_fast, read_predictions
from grader.scoring.row_index import RowIndex
from grader.scoring.strict_scan import scan_predictions

IDS = np.array([1, 2, 3], dtype=np.int64)
WIDE = PredictionFormat(lowest=-1e300, highest=1e300)
CLASSES = PredictionFormat(lowest=-5, highest=5, out_of_range=OutOfRange.CLIP, integers_only=True)


def fast(content: bytes, expected: PredictionFormat) -> Float64Array | None:
    try:
        return read_fast(io.BufferedReader(io.BytesIO(content)), RowIndex(IDS), expected)
    except Rejected:
        return None


def scanned(content: bytes, expected: PredictionFormat) -> Float64Array | None:
    try:
        return scan_predictions(io.BufferedReader(io.BytesIO(content)), RowIndex(IDS), expected)
    except Rejected:
        return None


finite = st.floats(allow_nan=False, allow_infinity=False)
numbers = st.one_of(
    finite.map(repr),
    finite.map("{:.30e}".format),
    st.floats(1, 5).map("{:.25f}".format),
    st.decimals(-9, 9, allow_nan=False, places=40).map("{:f}".format),
    st.integers(-(10**25), 10**25).map(str),
    st.integers(-6, 6).map("{:.1f}".format),
    st.text("0123456789.+-eE", max_size=12),
    st.text("0123456789.+-eE \t\v\f_\"'nNaAiIfFdDxX#\\\0\r٣é\ufeff\xa0\u2028", max_size=6),
    st.sampled_from(["", "NaN", "inf", "1e999", "1e-999", "0" * 3_000 + "3", "1." + "0" * 5_000, "NULL", "True"]),
)
ids = st.one_of(
    st.integers(-1, 5).map(str),
    st.sampled_from(["+1", "01", " 2", "3 ", "1.0", "2e0", "", "9" * 30]),
    numbers,
)
good_rows = st.permutations(["1", "2", "3"]).flatmap(
    lambda order: st.tuples(*(st.tuples(st.just(row_id), numbers) for row_id in order)).map(list)
)
any_rows = st.lists(st.tuples(ids, numbers), max_size=4)
stray = st.sampled_from(["", "", "", "", ",", ",7", '"', "\n", " ", "\ufeff", "\0"])


@st.composite
def files(draw: st.DrawFn) -> bytes:
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    lines = [",".join(row) for row in draw(st.one_of(good_rows, any_rows))]
    place = draw(st.integers(0, len(lines)))
    lines[place:place] = [draw(stray)] if draw(st.booleans()) else []
    lines = [line + draw(stray) for line in lines]
    return ("id,rating" + end + end.join(lines) + draw(st.sampled_from(["", end]))).encode()


@settings(max_examples=600, deadline=None)
@given(files(), st.sampled_from([WIDE, PredictionFormat(out_of_range=OutOfRange.CLIP), PredictionFormat(), CLASSES]))
@example(b"id,rating\n9007199254740993,1\n1.0,2\n3,3\n", WIDE)
@example(b"id,rating\n\xef\xbb\xbf1,1\n2,2\n3,3\n", WIDE)
@example(b"id,rating\n1,True\n2,FALSE\n3,tRue\n", WIDE)
@example(b"id,rating\n1,1.5\n2,0\n3,5\n", CLASSES)
def test_what_the_fast_path_accepts_the_scan_reads_to_the_same_bits(content, expected):
    quick = fast(content, expected)
    slow = scanned(content, expected)
    if quick is not None:
        assert slow is not None
        assert quick.tobytes() == slow.tobytes()
    elif slow is not None:
        # What only the scan reads: quotes, and more than 4,000 bytes between line feeds.
        assert b'"' in content or b"\r" in content.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "content",
    [
        b"id,rating\n1,1.5\n2,2.5\n3,4.5",
        b"id,rating\r\n3,4.5\r\n1,1.5\r\n2,2.5\r\n",
        b"id,rating\r2,2.5\r1,1.5\r3,4.5\r",
        b"\xef\xbb\xbfid,rating\n+1, 1.5\n002,25e-1\n3,4.50\n",
    ],
)
def test_usual_files_take_the_fast_path(content):
    values = fast(content, PredictionFormat())
    assert values is not None
    assert values.tolist() == [1.5, 2.5, 4.5]


@pytest.mark.parametrize("zeros", [3_996, 3_997])
def test_both_draw_the_line_at_the_same_length(zeros):
    line = f"1,1.{'0' * (zeros - 5)}\n"
    content = f"id,rating\n{line}2,2\n3,3\n".encode()
    assert (fast(content, WIDE) is None) == (scanned(content, WIDE) is None) == (len(line) > 4_000)


def test_a_file_that_only_the_scan_accepts_is_accepted(tmp_path: Path):
    path = tmp_path / "p.csv"
    path.write_bytes(b'id,rating\n"1","1.5"\n"3","4.5"\n2,2.5\n')
    assert fast(path.read_bytes(), PredictionFormat()) is None
    assert read_predictions(path, IDS, PredictionFormat()).tolist() == [1.5, 2.5, 4.5]


class InPieces(io.BufferedReader):
    """A stream that gives at most three bytes at once."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(3 if size is None or size < 0 else min(size, 3))


@pytest.mark.parametrize("blank", ["", " ", "  "])
def test_a_true_cut_in_two_by_the_reading_is_not_taken_for_a_one(blank):
    stream = InPieces(io.BytesIO(f"id,rating\n1,{blank}TrUe\n2,TRUE\n3,true\n".encode()))
    assert read_fast(stream, RowIndex(IDS), WIDE) is None
