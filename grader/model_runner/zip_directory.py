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

from grader.model_runner.limits import ModelLimits
from grader.scoring.rejection import Rejected, quoted, reject

_END = struct.Struct("<4s4H2IH")
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_END_MAGIC, _LOCAL_MAGIC = b"PK\x05\x06", b"PK\x03\x04"
_UNKNOWN_16, _UNKNOWN_32 = 0xFFFF, 0xFFFFFFFF
MAX_DIRECTORY_BYTES = 1_000_000
# What file systems hold; the names allowed here are ASCII.
MAX_NAME_CHARACTERS = 255
MAX_DEPTH = 6

PACK_AGAIN = "Pack the folder that model.export() wrote again, with any usual zip program."
EXPORT_AGAIN = "Call model.export('my_model') and pack the folder that it writes."
ONE_MODEL = "Pack one SavedModel folder: saved_model.pb, variables/ and assets/."

_NAME_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_. -]*")
_LAYOUT = re.compile(
    r"saved_model\.pb|fingerprint\.pb|keras_metadata\.pb"
    r"|variables/variables\.index|variables/variables\.data-\d{5}-of-\d{5}"
    r"|(assets|assets\.extra)/.+"
)
_FOLDERS = re.compile(r"variables|(assets|assets\.extra)(/.+)?")
# Files that show what was meant, each with the way out.
_OTHER_FORMATS = {
    ".keras": ("a Keras file (.keras)", "Load it with keras.models.load_model at home, " + EXPORT_AGAIN.lower()),
    ".h5": ("an HDF5 file (.h5)", "Load it with keras.models.load_model at home, " + EXPORT_AGAIN.lower()),
    ".pbtxt": ("a model in text form (.pbtxt)", EXPORT_AGAIN),
    ".cpb": ("a model in chunks (.cpb)", "Make the graph smaller: keep large tables in variables. " + EXPORT_AGAIN),
    ".so": ("a library with custom ops (.so)", "Only TensorFlow's own ops run here; export without it."),
    ".py": ("Python code (.py)", "Only the exported model runs here; leave the code out."),
    ".tflite": ("a LiteRT model (.tflite)", EXPORT_AGAIN),
    ".onnx": ("an ONNX model (.onnx)", EXPORT_AGAIN),
    ".pt": ("a PyTorch model (.pt)", EXPORT_AGAIN),
}


@dataclass(frozen=True)
class Entry:
    """A file to unpack: the archive's record of it, and its path below the model's folder."""

    record: zipfile.ZipInfo
    path: str


def read_directory(file: BinaryIO, limits: ModelLimits) -> tuple[zipfile.ZipFile, list[Entry]]:
    """The opened archive and the files to unpack. Raises Rejected, naming the first that does not belong."""
    size = file.seek(0, 2)
    directory_at = _check_end(file, size, limits)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, EOFError) as problem:
        raise _damaged() from problem
    records = [record for record in archive.infolist() if not _is_clutter(record.filename)]
    for record in records:
        _check_record(record)
    _check_spans(file, archive.infolist(), directory_at)
    files = [record for record in records if not record.is_dir()]
    total = sum(record.file_size for record in files)
    if total > limits.max_unpacked_bytes:
        raise reject(
            f"The archive would unpack to {total:,} bytes; at most {limits.max_unpacked_bytes:,} are accepted.",
            "Make the model smaller.",
        )
    root = _model_root([record.filename for record in files])
    entries = [Entry(record, record.filename.removeprefix(root)) for record in files]
    _check_layout(entries, [record.filename for record in records if record.is_dir()], root)
    return archive, entries


def _damaged() -> Rejected:
    return reject("The zip archive is cut off or damaged.", PACK_AGAIN)


def _check_end(file: BinaryIO, size: int, limits: ModelLimits) -> int:
    """Where the archive's list of files begins."""
    if size < _END.size:
        raise reject("The file is no zip archive.", PACK_AGAIN)
    file.seek(0)
    start = file.read(4)
    file.seek(size - _END.size)
    magic, disk, first_disk, here, count, length, offset, comment = _END.unpack(file.read(_END.size))
    if start not in (_LOCAL_MAGIC, _END_MAGIC):
        raise reject("The file is no zip archive.", PACK_AGAIN)
    if magic != _END_MAGIC or comment:
        raise reject("The zip archive is cut off, or something follows behind its end.", PACK_AGAIN)
    if count == _UNKNOWN_16 or _UNKNOWN_32 in (length, offset):
        raise reject("The zip archive is in the zip64 form, which is for larger files than are accepted.", PACK_AGAIN)
    if disk or first_disk or here != count:
        raise reject("The zip archive is one part of several.", "Pack the folder into one archive.")
    if count > limits.max_entries or length > MAX_DIRECTORY_BYTES:
        raise reject(f"The archive holds {count:,} files; at most {limits.max_entries} are accepted.", ONE_MODEL)
    if offset + length + _END.size != size:
        raise reject("The zip archive has other data before or behind its files.", PACK_AGAIN)
    return int(offset)


def _is_clutter(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rpartition("/")[2] == ".DS_Store"


def _check_record(record: zipfile.ZipInfo) -> None:
    name = quoted(record.filename)
    # orig_filename still has what zipfile cuts off at a NUL.
    parts = record.orig_filename.rstrip("/").split("/")
    is_sound = all(_NAME_PART.fullmatch(part) and len(part) <= MAX_NAME_CHARACTERS for part in parts)
    if not is_sound or len(parts) > MAX_DEPTH:
        raise reject(f"The archive holds a file named {name}, which is no name in a SavedModel.", ONE_MODEL)
    kind = stat.S_IFMT(record.external_attr >> 16)
    # Zips made on Windows leave the kind of file out.
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR) or (kind == stat.S_IFDIR) > record.is_dir():
        raise reject(f"{name} in the archive is a link or a device, not a file.", "Pack the files themselves.")
    if record.flag_bits & 0x1:
        raise reject(f"{name} in the archive is encrypted.", "Pack it again without a password.")
    if record.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise reject(f"{name} is packed with method {record.compress_type}, which is not read here.", PACK_AGAIN)
    if record.is_dir() and record.file_size:
        raise reject(f"{name} is a folder with content of its own.", PACK_AGAIN)


def _check_spans(file: BinaryIO, records: list[zipfile.ZipInfo], directory_at: int) -> None:
    """No file's bytes may lie in another's: that is how a small archive unpacks to petabytes."""
    end = 0
    for record in sorted(records, key=lambda record: record.header_offset):
        file.seek(record.header_offset)
        header = file.read(_LOCAL_HEADER.size)
        if len(header) < _LOCAL_HEADER.size or not header.startswith(_LOCAL_MAGIC):
            raise _damaged()
        *_, name_length, extra_length = _LOCAL_HEADER.unpack(header)
        if record.header_offset < end:
            raise reject("Files in the archive lie over each other.", PACK_AGAIN)
        end = record.header_offset + _LOCAL_HEADER.size + name_length + extra_length + record.compress_size
    if end > directory_at:
        raise reject("Files in the archive lie over each other.", PACK_AGAIN)


def _model_root(names: list[str]) -> str:
    """The folder that holds saved_model.pb, with its slash, or "" when that lies at the top."""
    if not names:
        raise reject("The archive holds no file.", ONE_MODEL)
    roots = {name.removesuffix("saved_model.pb") for name in names if name.rpartition("/")[2] == "saved_model.pb"}
    if not roots:
        for name in names:
            _refuse_other_formats(name)
        raise reject("The archive holds no saved_model.pb.", ONE_MODEL + " " + EXPORT_AGAIN)
    root = min(roots, key=len)
    if root.count("/") > 1:
        raise reject(f"saved_model.pb lies too deep in the archive, in {quoted(root)}.", ONE_MODEL)
    return root


def _refuse_other_formats(name: str) -> None:
    for ending, (kind, cure) in _OTHER_FORMATS.items():
        if name.lower().endswith(ending):
            raise reject(f"{quoted(name)} in the archive is {kind}.", cure)


def _check_layout(entries: list[Entry], folders: list[str], root: str) -> None:
    seen: set[str] = set()
    for entry in entries:
        if not entry.record.filename.startswith(root) or not _LAYOUT.fullmatch(entry.path):
            _refuse_other_formats(entry.record.filename)
            raise reject(f"{quoted(entry.record.filename)} in the archive is no part of a SavedModel.", ONE_MODEL)
        key = entry.path.casefold()
        if key in seen:
            raise reject(f"{quoted(entry.path)} is in the archive twice.", PACK_AGAIN)
        seen.add(key)
    for key in seen:
        parts = key.split("/")
        if any("/".join(parts[:depth]) in seen for depth in range(1, len(parts))):
            raise reject(f"{quoted(key)} in the archive lies in a file, not in a folder.", PACK_AGAIN)
    for folder in folders:
        path = folder.rstrip("/") + "/"
        inside = path.removeprefix(root).rstrip("/")
        if path != root and (not path.startswith(root) or not _FOLDERS.fullmatch(inside)):
            raise reject(f"The folder {quoted(folder)} in the archive is no part of a SavedModel.", ONE_MODEL)
