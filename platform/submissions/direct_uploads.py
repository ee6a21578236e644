"""Large files that go straight from their sender's machine into the submissions' bucket, part by part.

The sender asks the site how far the file has come and where the next part goes: an address that is good for a quarter
of an hour, for that part alone, of exactly so many bytes. What has come, the bucket says and not the sender. Whether
it is the file that was announced, the site finds out when it has come whole, before it becomes a submission.
"""

from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from competitions.clock import database_now
from config.by_locale import whole
from config.store_away import StoreAway
from submissions.models import ChunkedUpload, submission_storage
from submissions.quota import SubmissionRefused, refuse_unless_open

# boto3 is loaded where there are buckets, and by nobody else.
if TYPE_CHECKING:
    from config.multipart import Part, PartsBucket

LOOK_FOR_UNKNOWN_SECONDS = 3600
_looked_for_unknown = -float(LOOK_FOR_UNKNOWN_SECONDS)


class OtherParts(SubmissionRefused):
    """What lies in the bucket is longer or shorter than the parts that were asked for."""


def part_bytes_for(size_bytes: int) -> int:
    """The size of the parts that a file of so many bytes goes in; 0: it goes through the site."""
    above = settings.DIRECT_UPLOAD_ABOVE_BYTES
    return int(settings.DIRECT_PART_BYTES) if above is not None and size_bytes > above else 0


def looked_at(upload: ChunkedUpload) -> ChunkedUpload:
    """The upload as its bucket now has it. Raises FileNotFoundError, OtherParts; SubmissionRefused after the time."""
    if not upload.is_open or upload.is_whole:
        return upload
    key = upload.parts_key or _begun(upload)
    received = sum(part.size for part in _in_sequence(upload, _store().parts(upload.stored_name, key)))
    with transaction.atomic():
        rows = ChunkedUpload.objects.select_for_update(of=("self",)).select_related("team__competition", "user")
        upload = rows.get(pk=upload.pk)
        if upload.is_open:
            now = database_now(upload.team.competition)
            refuse_unless_open(upload.team.competition, now, upload.begun_at)
            if received > upload.received_bytes:
                upload.received_bytes, upload.touched_at = received, now
                upload.save(update_fields=["received_bytes", "touched_at"])
    return upload


def address_of_next_part(upload: ChunkedUpload) -> str:
    """Where the bytes from `received_bytes` on may be PUT; "": nowhere but through the site, or not any more."""
    if not (upload.is_direct and upload.parts_key and upload.is_open) or upload.is_whole:
        return ""
    number = upload.received_bytes // upload.part_bytes + 1
    size = _size_of(upload, upload.received_bytes)
    seconds = settings.PART_ADDRESS_SECONDS
    return _store().address_for_part(upload.stored_name, upload.parts_key, number, size, seconds)


def join(upload: ChunkedUpload) -> None:
    """Make the stored file of the parts that have come. Raises FileNotFoundError where they are gone."""
    store = _store()
    try:
        parts = _in_sequence(upload, store.parts(upload.stored_name, upload.parts_key))
        store.join_parts(upload.stored_name, upload.parts_key, parts)
    except (OSError, StoreAway):
        # Another request has joined them in this moment.
        if not store.exists(upload.stored_name):
            raise


def drop(upload: ChunkedUpload) -> None:
    """Forget the parts of an upload that has ended."""
    if upload.parts_key:
        _store().drop_parts(upload.stored_name, upload.parts_key)


def drop_unknown() -> None:
    """Once in an hour, forget parts that no open upload knows of: what came after it was given up, or its team left."""
    global _looked_for_unknown
    if monotonic() - _looked_for_unknown < LOOK_FOR_UNKNOWN_SECONDS:
        return
    _looked_for_unknown = monotonic()
    long_ago = timezone.now() - timedelta(seconds=settings.LEFT_UPLOADS_SECONDS)
    for found in _store().under_way():
        known = ChunkedUpload.objects.filter(parts_key=found.key, abandoned_at=None, submission=None)
        if not known.exists() and found.begun_at < long_ago:
            _store().drop_parts(found.name, found.key)


def _begun(upload: ChunkedUpload) -> str:
    """Make room for its parts, once whoever asks at the same time."""
    key = _store().begin_parts(upload.stored_name)
    if ChunkedUpload.objects.filter(pk=upload.pk, parts_key="").update(parts_key=key) != 1:
        _store().drop_parts(upload.stored_name, key)
    upload.refresh_from_db(fields=["parts_key"])
    return str(upload.parts_key)


def _in_sequence(upload: ChunkedUpload, parts: "list[Part]") -> "list[Part]":
    """Those that follow each other from the first byte on. Raises OtherParts."""
    found: list[Part] = []
    offset = 0
    for part in parts:
        if part.number != len(found) + 1 or offset == upload.size_bytes:
            break
        if part.size != _size_of(upload, offset):
            raise OtherParts(
                _(
                    "Part %(number)s of '%(original_name)s' has %(found)s bytes in the store; %(expected)s were asked "
                    "for. Has the file changed since? Begin again."
                )
                % {
                    "number": part.number,
                    "original_name": upload.original_name[:80],
                    "found": whole(part.size),
                    "expected": whole(_size_of(upload, offset)),
                }
            )
        found.append(part)
        offset += part.size
    return found


def _size_of(upload: ChunkedUpload, offset: int) -> int:
    """Of the part that begins there."""
    return min(upload.part_bytes, upload.size_bytes - offset)


def _store() -> "PartsBucket":
    return cast("PartsBucket", submission_storage())
