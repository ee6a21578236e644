"""What a zip says it holds, checked before anything of it is unpacked: exactly the files of one SavedModel.

The end of the archive is read by hand first, so that the standard library only ever parses a list of files of
known size, in an archive with nothing before and nothing behind it.
"""

import re
import stat
import struct
import zipfile
from dataclasses import dataclass
from typing import BinaryIO

from grader.model_runner import archive_wording as wording
from grader.model_runner.limits import ModelLimits
from grader.scoring.container import ARCHIVE_ERRORS
from grader.scoring.rejection import quoted

_END = struct.Struct("<4s4H2IH")
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_END_MAGIC, _LOCAL_MAGIC = b"PK\x05\x06", b"PK\x03\x04"
_UNKNOWN_16, _UNKNOWN_32 = 0xFFFF, 0xFFFFFFFF
MAX_DIRECTORY_BYTES = 1_000_000
# What file systems hold; the names allowed here are ASCII.
MAX_NAME_CHARACTERS = 255
MAX_DEPTH = 6

_NAME_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_. -]*")
_LAYOUT = re.compile(
    r"saved_model\.pb|fingerprint\.pb|keras_metadata\.pb"
    r"|variables/variables\.index|variables/variables\.data-\d{5}-of-\d{5}"
    r"|(assets|assets\.extra)/.+"
)
_FOLDERS = re.compile(r"variables|(assets|assets\.extra)(/.+)?")


@dataclass(frozen=True)
class Entry:
    """A file to unpack: the archive's record of it, and its path below the model's folder."""

    record: zipfile.ZipInfo
    path: str


def read_directory(file: BinaryIO, limits: ModelLimits) -> tuple[zipfile.ZipFile, list[Entry]]:
    """The opened archive and the files to unpack. Raises Rejected, naming the first that does not belong."""
    size = file.seek(0, 2)
    count, directory_at = _check_end(file, size, limits)
    try:
        archive = zipfile.ZipFile(file)
    except ARCHIVE_ERRORS as problem:
        raise wording.DAMAGED.refusal() from problem
    # The library reads the list to its end, whatever number is announced: the limit holds for both.
    if len(archive.infolist()) != count:
        raise wording.DAMAGED.refusal()
    records = [record for record in archive.infolist() if not _is_clutter(record.filename)]
    for record in records:
        _check_record(record)
    _check_spans(file, archive.infolist(), directory_at)
    files = [record for record in records if not record.is_dir()]
    total = sum(record.file_size for record in files)
    if total > limits.max_unpacked_bytes:
        raise wording.UNPACKS_TO.refusal(size=f"{total:,}", most=f"{limits.max_unpacked_bytes:,}")
    root = _model_root([record.filename for record in files])
    entries = [Entry(record, record.filename.removeprefix(root)) for record in files]
    _check_layout(entries, [record.filename for record in records if record.is_dir()], root)
    return archive, entries


def _check_end(file: BinaryIO, size: int, limits: ModelLimits) -> tuple[int, int]:
    """How many files and folders are announced, and where the list of them begins."""
    if size < _END.size:
        raise wording.NO_ZIP.refusal()
    file.seek(0)
    start = file.read(4)
    file.seek(size - _END.size)
    magic, disk, first_disk, here, count, length, offset, comment = _END.unpack(file.read(_END.size))
    if start not in (_LOCAL_MAGIC, _END_MAGIC):
        raise wording.NO_ZIP.refusal()
    if magic != _END_MAGIC or comment:
        raise wording.NO_END.refusal()
    if count == _UNKNOWN_16 or _UNKNOWN_32 in (length, offset):
        raise wording.ZIP64.refusal()
    if disk or first_disk or here != count:
        raise wording.ONE_PART.refusal()
    if count > limits.max_entries or length > MAX_DIRECTORY_BYTES:
        raise wording.MANY_FILES.refusal(count=f"{count:,}", most=limits.max_entries)
    if offset + length + _END.size != size:
        raise wording.OTHER_DATA.refusal()
    return count, offset


def _is_clutter(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rpartition("/")[2] == ".DS_Store"


def _check_record(record: zipfile.ZipInfo) -> None:
    name = quoted(record.filename)
    # orig_filename still has what zipfile cuts off at a NUL.
    parts = record.orig_filename.rstrip("/").split("/")
    is_sound = all(_NAME_PART.fullmatch(part) and len(part) <= MAX_NAME_CHARACTERS for part in parts)
    if not is_sound or len(parts) > MAX_DEPTH:
        raise wording.NO_NAME.refusal(name=name)
    kind = stat.S_IFMT(record.external_attr >> 16)
    # Zips made on Windows leave the kind of file out.
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR) or (kind == stat.S_IFDIR) > record.is_dir():
        raise wording.LINK.refusal(name=name)
    if record.flag_bits & 0x1:
        raise wording.ENCRYPTED.refusal(name=name)
    if record.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise wording.OTHER_METHOD.refusal(name=name, method=record.compress_type)
    if record.is_dir() and record.file_size:
        raise wording.FULL_FOLDER.refusal(name=name)


def _check_spans(file: BinaryIO, records: list[zipfile.ZipInfo], directory_at: int) -> None:
    """No file's bytes may lie in another's: that is how a small archive unpacks to petabytes."""
    end = 0
    for record in sorted(records, key=lambda record: record.header_offset):
        file.seek(record.header_offset)
        header = file.read(_LOCAL_HEADER.size)
        if len(header) < _LOCAL_HEADER.size or not header.startswith(_LOCAL_MAGIC):
            raise wording.DAMAGED.refusal()
        *_, name_length, extra_length = _LOCAL_HEADER.unpack(header)
        if record.header_offset < end:
            raise wording.OVERLAID.refusal()
        end = record.header_offset + _LOCAL_HEADER.size + name_length + extra_length + record.compress_size
    if end > directory_at:
        raise wording.OVERLAID.refusal()


def _model_root(names: list[str]) -> str:
    """The folder that holds saved_model.pb, with its slash, or "" when that lies at the top."""
    if not names:
        raise wording.NO_FILE.refusal()
    # In their order: of two models side by side, the first is taken for the one that was meant.
    roots = [name.removesuffix("saved_model.pb") for name in names if name.rpartition("/")[2] == "saved_model.pb"]
    if not roots:
        for name in names:
            _refuse_other_formats(name)
        raise wording.NO_GRAPH.refusal()
    root = min(roots, key=len)
    if root.count("/") > 1:
        raise wording.TOO_DEEP.refusal(folder=quoted(root))
    return root


def _refuse_other_formats(name: str) -> None:
    for ending, (kind, cure) in wording.OTHER_FORMATS.items():
        if name.lower().endswith(ending):
            raise wording.OTHER_FORMAT.refusal(name=quoted(name), kind=kind, cure=cure)


def _check_layout(entries: list[Entry], folders: list[str], root: str) -> None:
    seen: set[str] = set()
    for entry in entries:
        if not entry.record.filename.startswith(root) or not _LAYOUT.fullmatch(entry.path):
            _refuse_other_formats(entry.record.filename)
            raise wording.NO_PART.refusal(name=quoted(entry.record.filename))
        key = entry.path.casefold()
        if key in seen:
            raise wording.TWICE.refusal(name=quoted(entry.path))
        seen.add(key)
    for key in seen:
        parts = key.split("/")
        if any("/".join(parts[:depth]) in seen for depth in range(1, len(parts))):
            raise wording.IN_A_FILE.refusal(name=quoted(key))
    for folder in folders:
        path = folder.rstrip("/") + "/"
        inside = path.removeprefix(root).rstrip("/")
        if path != root and (not path.startswith(root) or not _FOLDERS.fullmatch(inside)):
            raise wording.FOLDER_NO_PART.refusal(name=quoted(folder))
