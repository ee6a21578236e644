"""Prediction files in gzip and zip, whole and broken, and what is no CSV at all; the same bytes on every machine."""

import gzip
import io
import struct
import zipfile

from shared_cases.case import MAX_BYTES, Case
from shared_cases.texts import BOM, ROWS

WRONG = ROWS.replace("2,2.25", "2,n/a")
BOMB = "id,rating\n" + "1,3.5\n" * 400_000


def packed(text: str | bytes) -> bytes:
    """As .csv.gz, without a time."""
    return gzip.compress(text.encode() if isinstance(text, str) else text, mtime=0)


def zipped(members: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED, mode: int = 0o100644) -> bytes:
    """As .zip, every member of the same time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, text in members.items():
            record = zipfile.ZipInfo(name)
            record.compress_type = method
            record.create_system = 3
            record.external_attr = (0o40755 if name.endswith("/") else mode) << 16
            archive.writestr(record, text)
    return buffer.getvalue()


def changed(archive: bytes, at: int, value: bytes, magic: bytes = b"PK\x01\x02") -> bytes:
    """The archive with other bytes, counted from the first record with that magic."""
    place = archive.index(magic) + at
    return archive[:place] + value + archive[place + len(value) :]


def encrypted(archive: bytes) -> bytes:
    """The archive with the flag for encryption in both of its headers."""
    return changed(changed(archive, 8, b"\x01\0"), 6, b"\x01\0", b"PK\x03\x04")


GOOD_ZIP = zipped({"predictions.csv": ROWS})
GOOD_GZIP = packed(ROWS)
END = b"PK\x05\x06"

GZIPS = {
    "gzip": GOOD_GZIP,
    "gzip with a wrong rating": packed(WRONG),
    "gzip with a byte order mark": packed(BOM + ROWS),
    "gzip cut off": GOOD_GZIP[:-9],
    "gzip cut off behind its head": GOOD_GZIP[:10],
    "gzip of two bytes": GOOD_GZIP[:2],
    "gzip with another checksum": GOOD_GZIP[:-8] + b"\0\0\0\0" + GOOD_GZIP[-4:],
    "gzip with something behind it": GOOD_GZIP + b"more",
    "gzip damaged inside": GOOD_GZIP[:14] + b"\xff\xff\xff" + GOOD_GZIP[17:],
    "gzip of nothing": packed(""),
    "gzip of gzip": packed(GOOD_GZIP),
    "gzip of zip": packed(GOOD_ZIP),
    "gzip of UTF-16": packed((BOM + ROWS).encode("utf-16-le")),
    "gzip with a NUL byte": packed(ROWS.replace("2.25", "\0")),
}

ZIPS = {
    "zip": GOOD_ZIP,
    "zip that is not compressed": zipped({"predictions.csv": ROWS}, zipfile.ZIP_STORED),
    "zip with what macOS adds": zipped(
        {"__MACOSX/._predictions.csv": "x", "predictions.csv": ROWS, "folder/.DS_Store": "x"}
    ),
    "zip with a folder": zipped({"folder/": "", "folder/predictions.csv": ROWS}),
    "zip with a wrong rating": zipped({"predictions.csv": WRONG}),
    "zip with a comment": GOOD_ZIP[:-2] + struct.pack("<H", 5) + b"hello",
    "zip behind other data": b"PK\x03\x04" + b"-" * 30 + GOOD_ZIP,
    "zip cut off": GOOD_ZIP[:-9],
    "zip cut off in a file": GOOD_ZIP[:40],
    "zip with two files": zipped({"a.csv": ROWS, "b.csv": ROWS}),
    "zip with five files": zipped({f"{name}.csv": ROWS for name in "abcde"}),
    "zip with an accent in two names": zipped({"prévision.csv": ROWS, "b's.csv": ROWS}),
    "zip of nothing": zipped({}),
    "zip of an empty folder": zipped({"folder/": ""}),
    "zip of an empty file": zipped({"predictions.csv": ""}),
    "zip of a zip": zipped({"inner.zip": GOOD_ZIP}),
    "zip of a gzip": zipped({"predictions.csv.gz": GOOD_GZIP}),
    "zip of UTF-16": zipped({"predictions.csv": (BOM + ROWS).encode("utf-16-le")}),
    "zip encrypted": encrypted(GOOD_ZIP),
    "zip by another method": zipped({"predictions.csv": ROWS}, zipfile.ZIP_BZIP2),
    "zip with another checksum": changed(GOOD_ZIP, 16, b"\1\2\3\4"),
    "zip with another name inside": changed(GOOD_ZIP, 46, b"P"),
    "zip damaged inside": changed(GOOD_ZIP, 30 + len("predictions.csv") + 4, b"\xff\xff\xff", b"PK\x03\x04"),
    "zip of a later version": changed(GOOD_ZIP, 6, b"\x63\0"),
    "zip with a list that is cut": changed(GOOD_ZIP, 12, struct.pack("<I", 20), END),
    "zip with a list somewhere else": changed(GOOD_ZIP, 16, struct.pack("<I", 2), END),
    "zip of a workbook": zipped({"[Content_Types].xml": "", "xl/workbook.xml": ""}),
}

OTHERS = {
    "a PNG image": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "a PDF document": b"%PDF-1.7\n",
    "a Parquet file": b"PAR1\x15\x04\x15",
    "a NumPy array": b"\x93NUMPY\x01\0v\0{'descr'",
    "an old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "a database": b"SQLite format 3\0",
    "a bzip2 archive": b"BZh91AY&SY",
    "an xz archive": b"\xfd7zXZ\0\0\4",
    "bytes without meaning": b"\x01\x00\x02" * 9,
}

PACKED_CASES = [
    *(Case(name, "predictions.csv.gz", content) for name, content in GZIPS.items()),
    *(Case(name, "predictions.zip", content) for name, content in ZIPS.items()),
    *(Case(name, "predictions.csv", content) for name, content in OTHERS.items()),
    Case("gzip named .csv", "predictions.csv", GOOD_GZIP),
    Case("a CSV named .zip", "predictions.zip", ROWS.encode()),
    Case("a CSV named .csv.gz", "predictions.csv.gz", WRONG.encode()),
    Case("a zip named .csv", "predictions.csv", zipped({"predictions.csv": WRONG})),
    Case("gzip that expands too far", "predictions.csv.gz", packed(BOMB), rests_on_bounds=True),
    Case("zip that expands too far", "predictions.zip", zipped({"p.csv": BOMB}), rests_on_bounds=True),
    Case("a file above the bound", "predictions.csv", b"1" * (MAX_BYTES + 1), rests_on_bounds=True),
]
