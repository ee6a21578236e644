"""A backup that was written: checked whole before anything is done with it, then given out file by file."""

import json
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from grading.keeping.backup import ABOUT, DATABASE, FORMAT, MANIFEST, SECRET_KEY, STORES, forget_members
from grading.keeping.named_files import STORES as KNOWN_STORES

READ_AT_ONCE = 1 << 20
Digests = dict[str, tuple[int, str]]


class BadBackup(Exception):
    """Why it cannot be restored."""


@dataclass(frozen=True)
class Checked:
    """A backup whose every file has the size and the digest that it had when it was taken."""

    path: Path
    about: dict[str, Any]
    digests: Digests
    missing: list[str]


@dataclass(frozen=True)
class Part:
    """One file of a backup. `store` is None for what belongs to no store."""

    name: str
    store: str | None
    size: int
    content: IO[bytes]


def checked(path: Path, say: Callable[[str], None]) -> Checked:
    """Read a backup from its first byte to its last. Raises BadBackup."""
    say(f"Checking {path} …")
    found: Digests = {}
    about: dict[str, Any] = {}
    manifest: list[Any] = []
    with _parts(path) as parts:
        for name, size, content in parts:
            if name == MANIFEST:
                manifest = [json.loads(line) for line in content]
                continue
            digest = sha256()
            kept = bytearray()
            while block := content.read(READ_AT_ONCE):
                digest.update(block)
                if name == ABOUT:
                    kept += block
            if name == ABOUT:
                about = _understood(path, bytes(kept))
            found[name] = (size, digest.hexdigest())
    if not manifest or not isinstance(manifest[-1], dict):
        raise BadBackup(f"{path} ends before its list of digests: it is not whole. Take another one.")
    *listed, last = manifest
    _compare(path, found, {name: (size, digest) for name, size, digest in listed})
    return Checked(path, about, found, last["missing"])


def parts_of(backup: Checked) -> Iterator[Part]:
    """Its files, in the order in which they were taken. Raises BadBackup for one that belongs nowhere."""
    with _parts(backup.path) as parts:
        for name, size, content in parts:
            if name.startswith(f"{STORES}/"):
                _, store, stored_name = name.split("/", 2)
                if store not in KNOWN_STORES:
                    raise BadBackup(f"{backup.path} holds {name!r}, and this site has no store {store!r}.")
                yield Part(stored_name, store, size, content)
            elif name.startswith(f"{DATABASE}/") or name == SECRET_KEY:
                yield Part(name, None, size, content)


def _understood(path: Path, text: bytes) -> dict[str, Any]:
    about: dict[str, Any] = json.loads(text)
    if about.get("format") != FORMAT:
        raise BadBackup(f"{path} is a {about.get('format')!r}; this code restores a {FORMAT!r}.")
    return about


def _compare(path: Path, found: Digests, listed: Digests) -> None:
    for name, (size, digest) in listed.items():
        if name not in found:
            raise BadBackup(f"{path} lacks {name}, which its list of digests names. Take another one.")
        if found[name] != (size, digest):
            raise BadBackup(f"{path}: {name} is damaged; its SHA-256 is not {digest}. Take another one.")
    if more := sorted(found.keys() - listed.keys()):
        raise BadBackup(f"{path}: {more[0]} was added; its list of digests does not name it. Take another one.")
    for name in (ABOUT, SECRET_KEY):
        if name not in found:
            raise BadBackup(f"{path} lacks {name}. Take another one.")


@contextmanager
def _parts(path: Path) -> Iterator[Iterator[tuple[str, int, IO[bytes]]]]:
    """(name, size, content) of each file, one after the other. Raises BadBackup for what is no tar of ours."""
    try:
        with tarfile.open(path, mode="r|*") as tar:
            yield _members(path, tar)
    except (tarfile.TarError, EOFError, ValueError) as problem:
        raise BadBackup(
            f"{path} is no whole backup: {problem}. Name a file that manage.py backup has written."
        ) from problem
    except OSError as problem:
        raise BadBackup(f"{path} cannot be read: {problem.strerror or problem}.") from problem


def _members(path: Path, tar: tarfile.TarFile) -> Iterator[tuple[str, int, IO[bytes]]]:
    while (member := tar.next()) is not None:
        content = tar.extractfile(member)
        if content is None:
            raise BadBackup(f"{path} holds {member.name!r}, which is no file.")
        yield member.name, member.size, content
        forget_members(tar)
