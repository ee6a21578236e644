"""The whole site in one tar: the database as it was at one moment, then each file that it names, then their digests.

Files are never changed once a row names them, so what is copied after the database is what it speaks of; one that was
removed meanwhile is said. The tar is written as a stream, so it can go through a program that encrypts it.
"""

import json
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, time
from typing import IO, Any

from django.conf import settings
from django.core.files.storage import storages
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from grader.scoring.version import grader_version
from grading.keeping import database_copy
from grading.keeping.named_files import NamedFile, named_files

FORMAT = "holdout-backup 1"
ABOUT, MANIFEST, SECRET_KEY = "about.json", "manifest.jsonl", "secret_key"
DATABASE, STORES = "database", "stores"
WORKPLACE = ".holdout-backup-"
SECONDS_BETWEEN_WORDS = 2.0
SECONDS_A_DAY = 86_400

Say = Callable[[str], None]


class CannotBackUp(Exception):
    """Why there is no backup, and what to do."""


@dataclass
class Told:
    """What a backup took: how many files with how many bytes, and which were removed while it was taken."""

    files: int = 0
    size_bytes: int = 0
    missing: list[str] = field(default_factory=list)


def back_up(where: Path, say: Say, *, with_labels: bool = True) -> tuple[Path, Told]:
    """Write a backup into a folder, under a name of its own, or to a new file; it is there whole or not at all.

    The file is readable by its owner alone. Raises CannotBackUp.
    """
    target = where / f"holdout-{timezone.now():%Y%m%dT%H%M%SZ}.tar" if where.is_dir() else where
    if target.exists():
        raise CannotBackUp(f"{target} exists already. Name a new file, or a folder.")
    if not target.parent.is_dir():
        raise CannotBackUp(f"There is no folder {target.parent}. Make it first.")
    try:
        with _workplace(target.parent) as folder:
            unfinished = folder / "unfinished.tar"
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                told = write_backup(file, folder, say, with_labels=with_labels)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(target)
    except OSError as problem:
        raise CannotBackUp(
            f"Nothing was written to {target}: {problem.strerror or problem}. Mend that, or name a folder on another "
            "disk."
        ) from problem
    return target, told


def write_backup(out: IO[bytes], folder: Path, say: Say, *, with_labels: bool = True) -> Told:
    """Stream a backup; `folder` holds the copy of the database meanwhile. Raises CannotBackUp and OSError."""
    if waiting := database_copy.unapplied():
        raise CannotBackUp(f"The database lacks {len(waiting)} migrations of this code. Run manage.py migrate first.")
    place = folder / DATABASE
    place.mkdir(mode=0o700)
    say("Copying the database …")
    listed = folder / "named.jsonl"
    try:
        with database_copy.snapshot(place) as taken:
            about = _about(taken.asked, with_labels=with_labels)
            _list_files(listed, taken.asked, with_labels=with_labels)
    except database_copy.CannotCopy as problem:
        raise CannotBackUp(f"{problem} Nothing was written. Is the disk full?") from problem
    with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as tar, listed.open() as names:
        writing = _Writing(tar, folder / MANIFEST, say)
        writing.content(ABOUT, json.dumps(about, indent=1).encode())
        writing.content(SECRET_KEY, settings.SECRET_KEY.encode())
        for path in taken.files:
            with path.open("rb") as source:
                writing.stream(f"{DATABASE}/{path.name}", source, path.stat().st_size)
            path.unlink()
        for line in names:
            writing.stored(NamedFile(*json.loads(line)))
        writing.finish()
    return writing.told


def _about(asked: BaseDatabaseWrapper, *, with_labels: bool) -> dict[str, Any]:
    """What it is: read before all else when it is restored."""
    return {
        "format": FORMAT,
        "made_at": timezone.now().isoformat(),
        "site": settings.SITE_ADDRESS,
        "grader": grader_version(),
        "database": connection.vendor,
        "migrations": database_copy.migrations_of(asked),
        "rows": database_copy.row_counts(asked),
        "with_labels": with_labels,
    }


def _list_files(path: Path, asked: BaseDatabaseWrapper, *, with_labels: bool) -> None:
    seen: set[tuple[str, str]] = set()
    with path.open("w") as file:
        for named in named_files(asked, with_labels=with_labels):
            if (key := (named.store, named.name)) not in seen:
                seen.add(key)
                file.write(json.dumps([named.store, named.name, named.at_most]) + "\n")


@contextmanager
def _workplace(parent: Path) -> Iterator[Path]:
    """A private folder beside the backup, so that finishing is a rename; what a killed one left a day ago goes."""
    for left in parent.glob(f"{WORKPLACE}*"):
        if left.stat().st_mtime < time() - SECONDS_A_DAY:
            shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(prefix=WORKPLACE, dir=parent) as folder:
        yield Path(folder)


class _Writing:
    """The tar on its way, with the digest of each file in it."""

    def __init__(self, tar: tarfile.TarFile, manifest: Path, say: Say) -> None:
        self.told = Told()
        self._tar = tar
        self._path = manifest
        self._manifest = manifest.open("w")
        self._say = say
        self._said_at = monotonic()

    def content(self, name: str, content: bytes) -> None:
        self.stream(name, BytesIO(content), len(content))

    def stored(self, named: NamedFile) -> None:
        """Add a file of a store, or note that it is gone."""
        name = f"{STORES}/{named.store}/{named.name}"
        try:
            source = storages[named.store].open(named.name, "rb")
        except FileNotFoundError:
            # Of an upload in chunks that has not begun there is nothing yet.
            if named.at_most != 0:
                self.told.missing.append(name)
            return
        with source:
            size = source.size if named.at_most is None else min(named.at_most, source.size)
            self.stream(name, source, size)

    def stream(self, name: str, source: Any, size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, 0o600, int(time())
        digested = _Digested(source)
        self._tar.addfile(info, digested)
        forget_members(self._tar)
        self._manifest.write(json.dumps([name, size, digested.digest.hexdigest()]) + "\n")
        self.told.files += 1
        self.told.size_bytes += size
        if monotonic() > self._said_at + SECONDS_BETWEEN_WORDS:
            self._said_at = monotonic()
            self._say(f"{self.told.files:,} files, {self.told.size_bytes / 1e6:,.0f} MB …")

    def finish(self) -> None:
        """Add the digests: a backup that ends before them is no backup."""
        self._manifest.write(json.dumps({"files": self.told.files, "missing": self.told.missing}) + "\n")
        self._manifest.close()
        info = tarfile.TarInfo(MANIFEST)
        info.size, info.mode, info.mtime = self._path.stat().st_size, 0o600, int(time())
        with self._path.open("rb") as source:
            self._tar.addfile(info, source)


def forget_members(tar: tarfile.TarFile) -> None:
    """A TarFile keeps a description of each file that went by, which nobody asks for: of some hundred thousand here."""
    tar.members.clear()  # type: ignore[attr-defined]


class _Digested:
    """A file that is digested while it is read."""

    def __init__(self, source: Any) -> None:
        self.digest = sha256()
        self._source = source

    def read(self, size: int = -1) -> bytes:
        block: bytes = self._source.read(size)
        self.digest.update(block)
        return block
