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

from grader.scoring import wording
from grader.scoring.rejection import quoted

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
# Whatever Python raises for a damaged, encrypted or unknown archive.
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


@contextmanager
def open_csv(path: Path, *, max_bytes: int, max_unpacked_bytes: int) -> Iterator["io.BufferedReader"]:
    """The CSV's bytes, from its first one on (a byte order mark included).

    Raises Rejected, here or while reading: a file above `max_bytes`, one that expands to more than
    `max_unpacked_bytes`, an empty, damaged or encrypted one, a zip without exactly one file, and what is not
    text. OSError when the file itself cannot be read, which is not its sender's fault.
    """
    size = path.stat().st_size
    if size == 0:
        raise wording.EMPTY_FILE.refusal()
    if size > max_bytes:
        raise wording.LARGE_FILE.refusal(size=f"{size:,}", most=f"{max_bytes:,}")
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
        raise wording.DAMAGED.refusal(packing=packing) from error
    except ARCHIVE_ERRORS as error:
        raise wording.DAMAGED.refusal(packing=packing) from error


class _CappedFile(io.FileIO):
    """A file never read by more than 1 MiB at once, whatever size a zip gives its list of files."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > LARGEST_ZIP_READ:
            raise wording.LONG_ZIP_LIST.refusal()
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
            raise wording.EXPANDS.refusal(megabytes=_megabytes(self._max_bytes))
        target[: len(data)] = data
        return len(data)


def _checked_text(source: BinaryIO, max_bytes: int, packing: str) -> io.BufferedReader:
    """A buffered, bounded reader of `source`; Rejected when its first bytes are not those of UTF-8 text."""
    bounded: io.RawIOBase = _BoundedStream(source, max_bytes, packing)
    reader: io.BufferedReader = io.BufferedReader(bounded, BUFFER_BYTES)
    head = reader.peek(SNIFFED_BYTES)[:SNIFFED_BYTES]
    if not head:
        raise wording.EMPTY_INSIDE.refusal(packing=packing)
    if head.startswith(UTF_16_MAGICS):
        raise wording.UTF_16.refusal()
    for magic, kind in BINARY_MAGICS.items():
        if head.startswith(magic):
            wrong = wording.BINARY_INSIDE if packing else wording.BINARY_FILE
            raise wrong.refusal(packing=packing, kind=kind)
    if b"\x00" in head:
        raise wording.NUL_BYTES.refusal()
    return reader


def _open_zip(sent: _CappedFile) -> zipfile.ZipFile:
    with _damage_is_the_senders("zip"):
        return zipfile.ZipFile(cast(BinaryIO, sent))


def _open_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> BinaryIO:
    if member.flag_bits & 1:
        raise wording.ENCRYPTED.refusal()
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise wording.OTHER_METHOD.refusal(method=member.compress_type)
    with _damage_is_the_senders("zip"):
        return cast(BinaryIO, archive.open(member))


def _only_member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """The one file in the archive, leaving out folders and what macOS adds."""
    names = [member.filename for member in archive.infolist()]
    if "[Content_Types].xml" in names:
        raise wording.WORKBOOK.refusal()
    if any(name.rpartition("/")[2] == "saved_model.pb" for name in names):
        raise wording.MODEL_INSIDE.refusal()
    files = [member for member in archive.infolist() if not _is_clutter(member)]
    if not files:
        raise wording.NO_FILE_INSIDE.refusal()
    if len(files) > 1:
        named = ", ".join(quoted(member.filename) for member in files[:3])
        wrong = wording.MANY_MORE_INSIDE if len(files) > 3 else wording.MANY_INSIDE
        raise wrong.refusal(count=f"{len(files):,}", names=named, more=f"{len(files) - 3:,}")
    return files[0]


def _is_clutter(member: zipfile.ZipInfo) -> bool:
    folder, _, name = member.filename.rpartition("/")
    return member.filename.endswith("/") or folder.split("/")[0] == "__MACOSX" or name == ".DS_Store"


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f}".removesuffix(".0")
