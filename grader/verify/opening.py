"""Opening an archive from anywhere: bounded, nothing unpacked by its own names, every defect told in a sentence."""

import json
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, cast

from grader.scoring.container import ARCHIVE_ERRORS
from grader.verify.layout import KNOWN_NAME, NEEDED

MOST_FILES = 1_000_000
LARGEST_JSON_BYTES = 200_000_000
LONGEST_LINE_BYTES = 1_000_000
LARGEST_TOTAL_BYTES = 50_000_000_000
COPIED_AT_ONCE = 1 << 20


class BadArchive(Exception):
    """It cannot be replayed at all; the message says where, what was found and what to do."""


class ArchiveFiles:
    """The files of an opened archive, read by name."""

    def __init__(self, zipped: zipfile.ZipFile) -> None:
        self._zipped = zipped
        self.sizes = {member.filename: member.file_size for member in zipped.infolist()}

    def json(self, name: str) -> object:
        """What a JSON file holds. Raises BadArchive."""
        if self.sizes[name] > LARGEST_JSON_BYTES:
            raise BadArchive(
                f"{name}: it has {self.sizes[name]:,} bytes; at most {LARGEST_JSON_BYTES:,} are read. "
                "This is no archive of a competition."
            )
        with self.opened(name) as file:
            return _parsed(file.read(), name)

    def json_lines(self, name: str) -> Iterator[object]:
        """What each line of a JSON-lines file holds. Raises BadArchive."""
        with self.opened(name) as file:
            number = 0
            while line := file.readline(LONGEST_LINE_BYTES):
                number += 1
                if len(line) >= LONGEST_LINE_BYTES:
                    raise BadArchive(f"{name}, line {number}: it is longer than 1 MB. Download the archive again.")
                yield _parsed(line, f"{name}, line {number}")

    def sha256(self, name: str) -> str:
        """Of a file's bytes. Raises BadArchive."""
        digest = sha256()
        with self.opened(name) as file:
            while block := file.read(COPIED_AT_ONCE):
                digest.update(block)
        return digest.hexdigest()

    def copy_out(self, name: str, path: Path) -> Path:
        """Write a file to `path`, a name of the caller's own; returns it. Raises BadArchive."""
        with self.opened(name) as file, path.open("wb") as copy:
            while block := file.read(COPIED_AT_ONCE):
                copy.write(block)
        return path

    @contextmanager
    def opened(self, name: str) -> Iterator[BinaryIO]:
        """A file's bytes, never more than the list of files says. Raises BadArchive, here or while it is read."""
        try:
            with self._zipped.open(name) as file:
                yield cast(BinaryIO, file)
        except ARCHIVE_ERRORS as problem:
            raise BadArchive(f"{name}: it is cut off or damaged ({problem}). Download the archive again.") from problem


@contextmanager
def open_archive(path: Path) -> Iterator[ArchiveFiles]:
    """The archive's files. Raises BadArchive for what is no whole archive of a competition, or a trap."""
    try:
        zipped = zipfile.ZipFile(path)
    except OSError as problem:
        raise BadArchive(f"{path}: it cannot be read ({problem.strerror}). Check the path.") from problem
    except ARCHIVE_ERRORS as problem:
        raise BadArchive(f"{path}: it is no whole zip ({problem}). Download the archive again.") from problem
    with zipped:
        _refuse_traps(zipped.infolist())
        files = ArchiveFiles(zipped)
        for name in NEEDED:
            if name not in files.sizes:
                raise BadArchive(f"{name}: it is missing. Download the archive again; without it nothing is replayed.")
        yield files


def _refuse_traps(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST_FILES:
        raise BadArchive(f"The archive lists {len(members):,} files; at most {MOST_FILES:,} are read.")
    names: set[str] = set()
    for member in members:
        name = member.filename
        if not KNOWN_NAME.match(name):
            raise BadArchive(f"{name[:80]!r}: an archive has no such file. Take the one that the site offers.")
        if name in names:
            raise BadArchive(f"{name}: it is there twice. Take the archive that the site offers.")
        if stat.S_ISLNK(member.external_attr >> 16):
            raise BadArchive(f"{name}: it is a link to elsewhere, not a file. Take the archive that the site offers.")
        if member.flag_bits & 1:
            raise BadArchive(f"{name}: it is encrypted. Take the archive that the site offers.")
        names.add(name)
    total = sum(member.file_size for member in members)
    if total > LARGEST_TOTAL_BYTES:
        raise BadArchive(
            f"The archive expands to {total:,} bytes; at most {LARGEST_TOTAL_BYTES:,} are read. "
            "This is no archive of a competition."
        )


def _parsed(text: bytes, where: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise BadArchive(f"{where}: it is no JSON ({problem}). Download the archive again.") from problem
