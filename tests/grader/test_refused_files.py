"""Files that are refused, each with the very words that its sender reads."""

import gzip
import io
import pickle
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from sent_files import ROWS, zipped

import grader
from grader.scoring.predictions import PredictionFormat, Rejected, read_predictions

CURE = "Write a decimal between 1 and 5, such as 3.7."
MISSING_2 = "1 of 5 ids is missing; it is 2. Write one row for each id of test.csv.\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


def with_row_of_id_2(row: str) -> str:
    """The good file with another line in the place of `2,2.25`, which is its line 5."""
    return ROWS.replace("2,2.25", row)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("2,n/a", f"Line 5: rating 'n/a' is not a number. {CURE}"),
        ("2,", f"Line 5: rating is empty. {CURE}"),
        ("2,  ", f"Line 5: rating is empty. {CURE}"),
        ("2,NaN", f"Line 5: rating 'NaN' is not a finite number. {CURE}"),
        ("2,-inf", f"Line 5: rating '-inf' is not a finite number. {CURE}"),
        ("2,1e999", f"Line 5: rating '1e999' is too large for a finite number. {CURE}"),
        ('2,"3,5"', "Line 5: rating '3,5' has a decimal comma. Write decimals with a point: 3.5, not 3,5."),
        ("2,5.01", f"Line 5: rating '5.01' is above 5. {CURE}"),
        ("2,0.99", f"Line 5: rating '0.99' is below 1. {CURE}"),
        ("2,1_0", f"Line 5: rating '1_0' is not a number. {CURE}"),
        ("2,٤", f"Line 5: rating '٤' is not a number. {CURE}"),
        ("2,0x2", f"Line 5: rating '0x2' is not a number. {CURE}"),
        ("2,True", f"Line 5: rating 'True' is not a number. {CURE}"),
        ("2,\x1b[31m4", f"Line 5: rating '\\x1b[31m4' is not a number. {CURE}"),
        ("2," + "z" * 80, f"Line 5: rating '{'z' * 39}…' is not a number. {CURE}"),
    ],
)
def test_a_wrong_rating_is_named_by_its_line(refusal, row, message):
    assert refusal(with_row_of_id_2(row)) == message


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            "2.0,3",
            "Line 5: id '2.0' is not a whole number. Copy the ids from test.csv; in pandas: astype('int64').",
        ),
        (
            "2e0,3",
            "Line 5: id '2e0' is not a whole number. Copy the ids from test.csv; in pandas: astype('int64').",
        ),
        (",3", "Line 5: the id is empty. Copy the ids from test.csv; in pandas: astype('int64')."),
        ("6,3", "Line 5: id 6 is not in the test set. Copy the ids from test.csv."),
        ("-2,3", "Line 5: id -2 is not in the test set. Copy the ids from test.csv."),
        (f"{2**63},3", f"Line 5: id '{2**63}' is not in the test set. Copy the ids from test.csv."),
        (f"{2**64 + 2},3", f"Line 5: id '{2**64 + 2}' is not in the test set. Copy the ids from test.csv."),
        ("", "Line 5: the line is blank. Delete the line."),
        ("2,3,5", "Line 5: 3 columns instead of 2: '2,3,5'. Write decimals with a point: 3.5, not 3,5."),
        (
            "2,3,good book",
            "Line 5: 3 columns instead of 2: '2,3,good book'. Write id,rating and nothing else.",
        ),
        ("2", "Line 5: 1 column instead of 2: '2'. Write id,rating and nothing else."),
        ("2;3", "Line 5: 1 column instead of 2: '2;3'. Write id,rating and nothing else."),
        ('2,"3', "Line 5: the quotes do not close as they should: '2,\"3'. Write numbers without quotes."),
    ],
)
def test_a_row_without_a_known_id_leaves_its_id_missing(refusal, row, message):
    assert refusal(with_row_of_id_2(row)) == MISSING_2 + message


def test_a_missing_id_is_told_once_for_the_file(refusal):
    assert refusal("id,rating\n3,3\n1,1\n5,5\n") == (
        "2 of 5 ids are missing; the first is 2. Write one row for each id of test.csv."
    )


def test_a_doubled_id_names_both_lines(refusal):
    assert refusal(ROWS + "3,3.5\n") == "Line 7: id 3 stands twice, first on line 2. Keep one row for each id."


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("id;rating", "Line 1: columns are separated by semicolons: 'id;rating'. Separate them with commas."),
        ("id\trating", "Line 1: columns are separated by tabs: 'id\\trating'. Separate them with commas."),
        ("rating,id", "Line 1: the columns are in another order: 'rating,id'. Order them as id,rating."),
        (
            "Id, Rating",
            "Line 1: the header is 'Id, Rating', not exactly 'id,rating'. Write id,rating on line 1.",
        ),
        ("id", "Line 1: the header 'id' lacks 'rating'. Write id,rating on line 1."),
        ("id,rating,user", "Line 1: the header has more columns than expected: 'user'. Keep id,rating only."),
        (
            ",id,rating",
            "Line 1: the header has a column without a name: ',id,rating'. "
            "Leave it out; in pandas: to_csv(…, index=False).",
        ),
        ("user,book", "Line 1: the header is 'user,book', not 'id,rating'. Write id,rating on line 1."),
        ("1,3.5", "Line 1: the header is missing: the file begins with '1,3.5'. Write id,rating on line 1."),
        ("", "Line 1: the header is missing: the line is blank. Write id,rating on line 1."),
        ('"id,rating', "Line 1: the header is '\"id,rating', not 'id,rating'. Write id,rating on line 1."),
    ],
)
def test_a_wrong_header_says_how_it_differs(refusal, header, message):
    assert refusal(ROWS.replace("id,rating", header)) == message


def test_a_header_alone_has_no_rows(refusal):
    message = "The file has no row with an id of the test set. Write one row for each id of test.csv."
    assert refusal("id,rating\n") == refusal("id,rating") == message


def gzip_bomb() -> bytes:
    return gzip.compress(b"id,rating\n" + b"1,3.5\n" * 400_000)


def encrypted(archive: bytes) -> bytes:
    """The archive with the flag for encryption set in its local header and in its directory."""
    changed = bytearray(archive)
    changed[6] |= 1
    changed[archive.index(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


def zip_of_many_names() -> bytes:
    """An archive whose directory alone takes more than a megabyte."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(1_000):
            archive.writestr(f"{number:01200}", "")
    return packed.getvalue()


def lzma_zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("p.csv", ROWS)
    return packed.getvalue()


SEND_A_CSV = "Send a CSV file, alone or as .csv.gz or .zip."
TOO_LARGE = (
    "The file has 3,000,001 bytes; at most 3,000,000 are accepted. Write fewer decimals, or send it as .csv.gz or .zip."
)
EMPTY_INSIDE = "archive holds an empty file. Write the header and one row for each id."
NUL_BYTES = "The file holds NUL bytes: it is not UTF-8 text. Save it as CSV in UTF-8."
CUT_OFF = "archive is cut off or damaged. Pack it again and send it whole."
TOO_MUCH = "The file expands to more than 2 MB. Send one short line for each id of test.csv and nothing else."


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty (0 bytes). Write the header and one row for each id."),
        (gzip.compress(b""), f"The gzip {EMPTY_INSIDE}"),
        (PNG, f"The file is a PNG image, not a CSV file. {SEND_A_CSV}"),
        (zipped({"p.csv": ""}), f"The zip {EMPTY_INSIDE}"),
        (
            gzip.compress(zipped({"p.csv": ROWS})),
            f"The gzip archive holds a zip archive, not a CSV file. {SEND_A_CSV}",
        ),
        (b"\x01\x00\x02" * 9, NUL_BYTES),
        (ROWS.encode("utf-16"), "The file is encoded in UTF-16. Save it as UTF-8: in Excel, “CSV UTF-8”."),
        (ROWS.encode("utf-16-be"), NUL_BYTES),
        (gzip.compress(ROWS.encode())[:-9], f"The gzip {CUT_OFF}"),
        (gzip.compress(ROWS.encode()) + b"more", f"The gzip {CUT_OFF}"),
        (zipped({"p.csv": ROWS})[:-9], f"The zip {CUT_OFF}"),
        (zipped({"p.csv": ROWS}).replace(b"PK\x03\x04\x14", b"PK\x03\x04\x99", 1)[:40], f"The zip {CUT_OFF}"),
        (
            zip_of_many_names(),
            "The zip archive's list of files is longer than 1 MB. Leave one CSV file in it.",
        ),
        (gzip_bomb(), TOO_MUCH),
        (zipped({"p.csv": "id,rating\n" + "1,3.5\n" * 400_000}), TOO_MUCH),
        (zipped({}), "The zip archive holds no file. Put one CSV file into it."),
        (
            zipped({"a.csv": ROWS, "b.csv": ROWS}),
            "The zip archive holds 2 files: 'a.csv', 'b.csv'. Leave one CSV file in it.",
        ),
        (
            zipped({f"{name}.csv": ROWS for name in "abcde"}),
            "The zip archive holds 5 files: 'a.csv', 'b.csv', 'c.csv' and 2 more. Leave one CSV file in it.",
        ),
        (
            encrypted(zipped({"p.csv": ROWS})),
            "The zip archive is encrypted. Pack it again without a password.",
        ),
        (
            lzma_zip(),
            "The zip archive is packed with method 14, which is not read here. "
            "Pack it again with the usual method, deflate.",
        ),
        (
            zipped({"[Content_Types].xml": "", "xl/workbook.xml": ""}),
            "The file is an Excel workbook (.xlsx). Save it as “CSV UTF-8” and send that.",
        ),
        (
            zipped({"model/saved_model.pb": "", "model/fingerprint.pb": ""}),
            "The zip archive holds a SavedModel. Submit it as a model, or send a CSV here.",
        ),
        (b"\0" * 3_000_001, TOO_LARGE),
    ],
)
def test_what_is_no_csv_is_told_as_what_it_is(refusal, content, message):
    assert refusal(content, max_bytes=3_000_000, max_unpacked_bytes=2_000_000) == message


def test_a_zip_that_hides_damage_is_refused(refusal):
    damaged = bytearray(zipped({"p.csv": ROWS}))
    directory = damaged.index(b"PK\x01\x02")
    damaged[directory + 16 : directory + 20] = struct.pack("<I", 12345)  # the checksum
    assert refusal(bytes(damaged)) == f"The zip {CUT_OFF}"


READS_A_FILE = """
import sys
from pathlib import Path
import numpy, pandas
from grader.scoring.predictions import PredictionFormat, Rejected, read_predictions

def peak():
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024

before = peak()
try:
    read_predictions(Path(sys.argv[1]), numpy.array([1]), PredictionFormat())
except Rejected as rejection:
    print(rejection, peak() - before, sep="\\n")
"""


def test_a_line_without_end_is_refused_without_being_held_in_memory(tmp_path):
    path = tmp_path / "p.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"id,rating\n1,")
        for _ in range(400):
            file.write(b"4" * 1_000_000)
    house = Path(grader.__file__).parents[1]
    command = [sys.executable, "-c", READS_A_FILE, str(path)]
    *message, grown_megabytes = subprocess.run(
        command, cwd=house, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert message == [
        "The file has no row with an id of the test set. Write one row for each id of test.csv.",
        f"Line 2: the line is longer than 4,000 characters: '1,{'4' * 37}…'. Write one row a line.",
    ]
    assert int(grown_megabytes) < 50  # of the line's 400


def test_twenty_problems_are_named_and_all_are_counted(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("id,rating\n" + "".join(f"{row_id},bad\n" for row_id in range(1, 31)))
    with pytest.raises(Rejected) as caught:
        read_predictions(path, np.arange(1, 32), PredictionFormat())
    rejection = caught.value
    assert rejection.problem_count == 31
    assert len(rejection.problems) == 20
    assert [problem.line for problem in rejection.problems] == [None, *range(2, 21)]
    assert str(rejection).splitlines()[0] == (
        "1 of 31 ids is missing; it is 31. Write one row for each id of test.csv."
    )
    assert str(rejection).splitlines()[-1] == "And 11 more problems."


def test_problems_of_every_kind_come_in_the_order_of_their_lines(refusal):
    told = refusal("id,rating\n9,3\n1,1\n1,1\n2,x\n3,3\n\n4,4\n5,5\n")
    assert [line.split(":")[0] for line in told.splitlines()] == ["Line 2", "Line 4", "Line 5", "Line 7"]


def test_the_scan_of_a_hopeless_file_ends_before_its_last_line(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("id,rating\n" + "x\n" * 150_000)
    with pytest.raises(Rejected) as caught:
        read_predictions(path, np.arange(1, 150_001), PredictionFormat())
    assert caught.value.problem_count == 100_000


def test_a_rejection_travels_between_processes(refusal, send):
    with pytest.raises(Rejected) as caught:
        send("id,rating\n1,x\n")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(copy), copy.problem_count) == (str(caught.value), 2)


def test_a_disk_that_fails_is_not_the_participants_fault(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_predictions(tmp_path / "gone.csv", np.array([1]), PredictionFormat())


@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("3.5", "Line 3: rating '3.5' is not a whole number. Write a whole number between 0 and 9, such as 6."),
        ("10", "Line 3: rating '10' is above 9. Write a whole number between 0 and 9, such as 6."),
        ("1e-3", "Line 3: rating '1e-3' is not a whole number. Write a whole number between 0 and 9, such as 6."),
    ],
)
def test_a_class_is_a_whole_number(refusal, quote, value, message):
    content = ROWS.replace("3,3.5", "3,3.0").replace("2,2.25", "2,2").replace("\n1,1\n", f"\n{quote}1{quote},{value}\n")
    assert refusal(content, lowest=0, highest=9, integers_only=True) == message


def test_a_class_is_never_rounded_even_where_values_are_clipped(refusal, send):
    whole = ROWS.replace("3,3.5", "3,3.0").replace("2,2.25", "2,2")
    assert "Line 2: rating '3.5' is not a whole number" in refusal(
        whole.replace("3,3.0", "3,3.5"), lowest=0, highest=3, out_of_range="clip", integers_only=True
    )
    assert send(whole, lowest=0, highest=3, out_of_range="clip", integers_only=True) == [1.0, 2.0, 3.0, 3.0, 3.0]


def test_without_a_bound_a_number_must_still_be_summed(refusal, send):
    unbounded = {"lowest": -np.inf, "highest": np.inf}
    assert send(ROWS.replace("3,3.5", "3,-1e100"), **unbounded)[2] == -1e100
    assert refusal(ROWS.replace("3,3.5", "3,1e101"), **unbounded) == (
        "Line 2: rating '1e101' is above 1e+100. Write a decimal, such as 3.7."
    )
