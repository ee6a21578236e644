"""Opens what was sent (.csv, .csv.gz, or a .zip of one CSV) as one bounded stream of bytes.

The kind is told by the first bytes, never by the name. Nothing is unpacked to disk, so the names inside a zip
are never used as paths.
"""

import errno
import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from grader.scoring.rejection import quoted, reject

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BUFFER_BYTES = 1 << 18
SNIFFED_BYTES = 4096
# The directory of a zip with one CSV takes some hundred bytes; a hostile one would fill the memory.
LARGEST_ZIP_READ = 1 << 20

GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
UTF_16_MAGICS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
BINARY_MAGICS = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"%PDF": "a PDF document",
    b"\x89HDF": "an HDF5 file (.h5)",
    b"PAR1": "a Parquet file",
    b"ARROW1": "a Feather file",
    b"\x93NUMPY": "a NumPy array (.npy)",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls)",
    b"SQLite format 3": "an SQLite database",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    **dict.fromkeys(ZIP_MAGICS, "a zip archive"),
    GZIP_MAGIC: "a gzip archive",
}
SEND_A_CSV = "Send a CSV file, alone or as .csv.gz or .zip."
HEADER_AND_ROWS = "Write the header and one row for each id."
ARCHIVE_ERRORS = (
    EOFError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
ONE_CSV = "Leave one CSV file in it."
PACK_AGAIN = "Pack it again and send it whole."


@contextmanager
def open_csv(path: Path, *, max_bytes: int, max_unpacked_bytes: int) -> Iterator["io.BufferedReader"]:
    """The CSV's bytes, from its first one on (a byte order mark included).

    Raises Rejected, here or while reading: a file above `max_bytes`, one that expands to more than
    `max_unpacked_bytes`, an empty, damaged or encrypted one, a zip without exactly one file, and what is not
    text. OSError when the file itself cannot be read, which is not its sender's fault.
    """
    size = path.stat().st_size
    if size == 0:
        raise reject("The file is empty (0 bytes).", HEADER_AND_ROWS)
    if size > max_bytes:
        raise reject(
            f"The file has {size:,} bytes; at most {max_bytes:,} are accepted.",
            "Write fewer decimals, or send it as .csv.gz or .zip.",
        )
    with _CappedFile(path) as sent:
        magic = sent.read(4)
        sent.seek(0)
        if magic.startswith(ZIP_MAGICS):
            with _open_zip(sent) as archive, _open_member(archive, _only_member(archive)) as member:
                yield _checked_text(member, max_unpacked_bytes, "zip")
        elif magic.startswith(GZIP_MAGIC):
            with gzip.GzipFile(fileobj=sent, mode="rb") as unpacked:
                yield _checked_text(cast(BinaryIO, unpacked), max_unpacked_bytes, "gzip")
        else:
            yield _checked_text(cast(BinaryIO, sent), max_unpacked_bytes, "")


@contextmanager
def _damage_is_the_senders(packing: str) -> Iterator[None]:
    """Turns what the standard library raises for an archive that is broken, or lies, into Rejected."""
    try:
        yield
    except OSError as error:
        # An archive that points before its own beginning is an invalid seek; other errors are the disk's.
        if not isinstance(error, gzip.BadGzipFile) and error.errno != errno.EINVAL:
            raise
        raise reject(f"The {packing} archive is cut off or damaged.", PACK_AGAIN) from error
    except ARCHIVE_ERRORS as error:
        raise reject(f"The {packing} archive is cut off or damaged.", PACK_AGAIN) from error


class _CappedFile(io.FileIO):
    """A file never read by more than 1 MiB at once, whatever size a zip gives its list of files."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > LARGEST_ZIP_READ:
            raise reject("The zip archive's list of files is longer than 1 MB.", ONE_CSV)
        return super().read(LARGEST_ZIP_READ if size is None or size < 0 else size) or b""


class _BoundedStream(io.RawIOBase):
    """Bytes of `source`; raises Rejected when they are too many, or when the `packing` turns out damaged."""

    def __init__(self, source: BinaryIO, max_bytes: int, packing: str) -> None:
        super().__init__()
        self._source = source
        self._max_bytes = max_bytes
        self._left = max_bytes
        self._packing = packing

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        target = memoryview(buffer).cast("B")
        with _damage_is_the_senders(self._packing):
            data = self._source.read(len(target))
        self._left -= len(data)
        if self._left < 0:
            raise reject(
                f"The file expands to more than {_megabytes(self._max_bytes)} MB.",
                "Send one short line for each id of test.csv and nothing else.",
            )
        target[: len(data)] = data
        return len(data)


def _checked_text(source: BinaryIO, max_bytes: int, packing: str) -> io.BufferedReader:
    """A buffered, bounded reader of `source`; Rejected when its first bytes are not those of UTF-8 text."""
    bounded: io.RawIOBase = _BoundedStream(source, max_bytes, packing)
    reader: io.BufferedReader = io.BufferedReader(bounded, BUFFER_BYTES)
    head = reader.peek(SNIFFED_BYTES)[:SNIFFED_BYTES]
    if not head:
        raise reject(f"The {packing} archive holds an empty file.", HEADER_AND_ROWS)
    if head.startswith(UTF_16_MAGICS):
        raise reject("The file is encoded in UTF-16.", "Save it as UTF-8: in Excel, “CSV UTF-8”.")
    for magic, kind in BINARY_MAGICS.items():
        if head.startswith(magic):
            inside = f"The {packing} archive holds" if packing else "The file is"
            raise reject(f"{inside} {kind}, not a CSV file.", SEND_A_CSV)
    if b"\x00" in head:
        raise reject("The file holds NUL bytes: it is not UTF-8 text.", "Save it as CSV in UTF-8.")
    return reader


def _open_zip(sent: _CappedFile) -> zipfile.ZipFile:
    with _damage_is_the_senders("zip"):
        return zipfile.ZipFile(cast(BinaryIO, sent))


def _open_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> BinaryIO:
    if member.flag_bits & 1:
        raise reject("The zip archive is encrypted.", "Pack it again without a password.")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise reject(
            f"The zip archive is packed with method {member.compress_type}, which is not read here.",
            "Pack it again with the usual method, deflate.",
        )
    with _damage_is_the_senders("zip"):
        return cast(BinaryIO, archive.open(member))


def _only_member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """The one file in the archive, leaving out folders and what macOS adds."""
    names = [member.filename for member in archive.infolist()]
    if "[Content_Types].xml" in names:
        raise reject("The file is an Excel workbook (.xlsx).", "Save it as “CSV UTF-8” and send that.")
    if any(name.rpartition("/")[2] == "saved_model.pb" for name in names):
        raise reject("The zip archive holds a SavedModel.", "Submit it as a model, or send a CSV here.")
    files = [member for member in archive.infolist() if not _is_clutter(member)]
    if not files:
        raise reject("The zip archive holds no file.", "Put one CSV file into it.")
    if len(files) > 1:
        named = ", ".join(quoted(member.filename) for member in files[:3])
        more = f" and {len(files) - 3:,} more" if len(files) > 3 else ""
        finding = f"The zip archive holds {len(files):,} files: {named}{more}."
        raise reject(finding, ONE_CSV)
    return files[0]


def _is_clutter(member: zipfile.ZipInfo) -> bool:
    folder, _, name = member.filename.rpartition("/")
    return member.filename.endswith("/") or folder.split("/")[0] == "__MACOSX" or name == ".DS_Store"


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f}".removesuffix(".0")
