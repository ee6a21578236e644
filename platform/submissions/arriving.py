"""Where the bytes of an upload lie until it has come whole, and how they become its stored file.

In a folder they lie in that very file from the first on. In a bucket nothing can be added to an object: each chunk is
an object of its own, and the row lists those that count; or the sender's parts go there by themselves
(`direct_uploads`).
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID, uuid4

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage

from submissions import direct_uploads
from submissions.models import ChunkedUpload, submission_storage

# boto3 is loaded where there are buckets, and by nobody else.
if TYPE_CHECKING:
    from config.multipart import PartsBucket


def is_in_bucket() -> bool:
    """Whether submissions are kept in a bucket, and not in a folder."""
    return not isinstance(submission_storage(), FileSystemStorage)


def put_aside(pk: UUID, offset: int, data: bytes) -> str:
    """In a bucket, store a chunk before any transaction; returns its name, which no row lists yet.

    "": it lies in a folder, or the chunk is not the next one of this upload.
    """
    if not is_in_bucket():
        return ""
    upload = ChunkedUpload.objects.get(pk=pk)
    is_next = offset == upload.received_bytes and offset + len(data) <= upload.size_bytes
    if not is_next or upload.is_direct or not upload.is_open:
        return ""
    return submission_storage().save(f"{upload.stored_name}.chunks/{offset}.{uuid4().hex}", ContentFile(data))


def add(upload: ChunkedUpload, offset: int, data: bytes, aside: str) -> None:
    """Make `data` the upload's next bytes, with its row locked. `aside`: as `put_aside` has named it."""
    if is_in_bucket():
        upload.chunks.append(aside)
    else:
        _write(upload, offset, data)


def make_whole(upload: ChunkedUpload) -> None:
    """Let the stored file hold all that has come; twice does no harm. Raises FileNotFoundError where some is gone."""
    if not is_in_bucket():
        return
    store = cast("PartsBucket", submission_storage())
    if store.exists(upload.stored_name):
        return
    if upload.is_direct:
        direct_uploads.join(upload)
    else:
        store.put(upload.stored_name, File(cast(Any, _Joined(upload.chunks))))


def forget_chunks(upload: ChunkedUpload) -> None:
    """Remove the chunks of an upload that has ended."""
    for name in upload.chunks:
        submission_storage().delete(name)
    if upload.chunks:
        ChunkedUpload.objects.filter(pk=upload.pk).update(chunks=[])


def remove(upload: ChunkedUpload) -> None:
    """Remove all that has come of an abandoned upload."""
    if upload.is_direct:
        direct_uploads.drop(upload)
    submission_storage().delete(upload.stored_name)
    forget_chunks(upload)


def _write(upload: ChunkedUpload, offset: int, data: bytes) -> None:
    """Put `data` there, and let nothing stand behind it."""
    path = Path(submission_storage().path(upload.stored_name))
    if not path.exists():
        # The store makes it, with its own rights.
        submission_storage().save(upload.stored_name, ContentFile(b""))
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)
        file.truncate()


class _Joined(io.RawIOBase):
    """Stored chunks as one stream."""

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self._pieces = self._read(names)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, at least one unless all were read; a chunk is as long as a sender may make it."""
        if size < 0:
            return b"".join(self._pieces)
        return next(self._pieces, b"")

    def _read(self, names: list[str]) -> Iterator[bytes]:
        for name in names:
            with submission_storage().open(name, "rb") as chunk:
                yield from iter(lambda chunk=chunk: chunk.read(1 << 20), b"")  # type: ignore[misc]
