"""A stored file as a path of this machine, for what reads paths: pandas, the model runner, processes of their own."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage
from django.db.models.fields.files import FieldFile

COPY_PREFIX = "stored-"
COPIED_AT_ONCE = 1 << 20


class ChangedInStore(OSError):
    """An object is not what was stored: it has another SHA-256, or grew beyond what is copied."""


@contextmanager
def local_file(storage: Storage, name: str, digest: str = "") -> Iterator[Path]:
    """The stored file, to be read while the block lasts.

    In a folder it is the file itself. Out of a bucket it is a copy in a folder that its owner alone can enter, gone
    afterwards; `digest` is the SHA-256 that it must have, "": none is known. Raises FileNotFoundError, or another
    OSError.
    """
    if isinstance(storage, FileSystemStorage):
        yield Path(storage.path(name))
        return
    with tempfile.TemporaryDirectory(prefix=COPY_PREFIX, dir=getattr(storage, "scratch", None)) as folder:
        path = Path(folder) / "file"
        _copy(storage, name, path, digest)
        yield path


def local_copy_of(stored: FieldFile, digest: str = "") -> AbstractContextManager[Path]:
    """`local_file` of what a row names."""
    return local_file(stored.storage, str(stored.name), digest)


def _copy(storage: Storage, name: str, path: Path, digest: str) -> None:
    found, size = sha256(), 0
    with storage.open(name, "rb") as source, path.open("xb") as copy:
        while piece := source.read(COPIED_AT_ONCE):
            size += len(piece)
            if size > settings.MAX_FETCHED_BYTES:
                raise ChangedInStore(
                    f"{name}: it has more than {settings.MAX_FETCHED_BYTES:,} bytes (HOLDOUT_MAX_FETCHED_MB)"
                )
            found.update(piece)
            copy.write(piece)
    if digest and found.hexdigest() != digest:
        raise ChangedInStore(f"{name}: the store gives a file of SHA-256 {found.hexdigest()}; {digest} was stored")


def remove_left_copies(older_than_seconds: float) -> None:
    """Remove the copies of processes that were killed."""
    for place in {Path(tempfile.gettempdir()), settings.LABELS_DIR}:
        for left in place.glob(f"{COPY_PREFIX}*"):
            try:
                if time.time() - left.stat().st_mtime > older_than_seconds:
                    shutil.rmtree(left, ignore_errors=True)
            except FileNotFoundError:
                continue
