"""The child's side of unpacking: reads the zip on descriptor 0 and writes a SavedModel's files into one folder.

Under resource limits, and under Landlock where it is offered: whatever the archive does to the code that reads it,
it cannot read or write anything else.
"""

import os
import resource
import stat
import zipfile
from typing import TypedDict

from grader.model_runner import frames, kernel, landlock
from grader.model_runner.limits import MIB, ModelLimits
from grader.model_runner.verdicts import problems_header
from grader.model_runner.zip_directory import Entry, read_directory
from grader.scoring.container import ARCHIVE_ERRORS
from grader.scoring.rejection import Rejected, quoted, reject

MEMORY_BYTES = 256 * MIB
CHUNK_BYTES = 1 << 20


class UnpackArguments(TypedDict):
    """Where to write, and the limits of ModelLimits that matter here."""

    into: str
    max_unpacked_bytes: int
    max_entries: int
    unpack_seconds: int


def work(parent: int, arguments: UnpackArguments) -> None:
    """Unpack, and say what was unpacked or why not."""
    limits = ModelLimits(
        max_unpacked_bytes=arguments["max_unpacked_bytes"],
        max_entries=arguments["max_entries"],
        unpack_seconds=arguments["unpack_seconds"],
    )
    # zipfile decodes old names with it, and no module can be loaded behind the wall.
    "".encode("cp437")
    target = os.open(arguments["into"], os.O_RDONLY | os.O_DIRECTORY)
    _limit_itself(arguments["into"], limits)
    try:
        with os.fdopen(0, "rb") as file:
            archive, entries = read_directory(file, limits)
            for entry in entries:
                write_entry(archive, entry, target)
    except Rejected as rejected:
        frames.send(problems_header(rejected))
        return
    frames.send({"files": [entry.path for entry in entries]})


def _limit_itself(into: str, limits: ModelLimits) -> None:
    for number, limit in (
        (resource.RLIMIT_DATA, MEMORY_BYTES),
        (resource.RLIMIT_CPU, limits.unpack_seconds),
        (resource.RLIMIT_FSIZE, limits.max_unpacked_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(number, (limit, limit))
    if os.uname().sysname == "Linux":
        kernel.prctl(kernel.Prctl.SET_NO_NEW_PRIVS, 1)
        if landlock.version():
            landlock.restrict([(into, landlock.WRITE_BENEATH)])


def write_entry(archive: zipfile.ZipFile, entry: Entry, target: int) -> None:
    """Write one file, never more of it than the archive's list promised, never over another or through a link."""
    *folders, name = entry.path.split("/")
    folder = os.dup(target)
    try:
        for part in folders:
            inner = _open_folder(part, folder)
            os.close(folder)
            folder = inner
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with os.fdopen(os.open(name, flags, 0o644, dir_fd=folder), "wb") as written:
            left = entry.record.file_size
            try:
                with archive.open(entry.record) as packed:
                    while data := packed.read(CHUNK_BYTES):
                        left -= len(data)
                        if left < 0:
                            break
                        written.write(data)
            except ARCHIVE_ERRORS as problem:
                raise _damaged(entry) from problem
            if left:
                raise _damaged(entry)
            os.fchmod(written.fileno(), 0o644)
    finally:
        os.close(folder)


def _open_folder(name: str, beneath: int) -> int:
    try:
        os.mkdir(name, 0o755, dir_fd=beneath)
    except FileExistsError:
        if not stat.S_ISDIR(os.stat(name, dir_fd=beneath, follow_symlinks=False).st_mode):
            raise
    folder = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=beneath)
    os.fchmod(folder, 0o755)  # nosec B103
    return folder


def _damaged(entry: Entry) -> Rejected:
    return reject(f"{quoted(entry.path)} in the archive is cut off or damaged.", "Pack it again and send it whole.")
