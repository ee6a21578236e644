"""Uploads in chunks: begun, gone on with after a lost connection, and finished or abandoned.

The row is the truth. In a folder a file lies under its final name from its first byte on, so finishing moves nothing; a
process that was killed leaves bytes behind `received_bytes` at most, which the next chunk overwrites. In a bucket the
row lists the chunks that count (`arriving`), or the parts go there by themselves (`direct_uploads`).
"""

from collections.abc import Iterator
from datetime import datetime
from hashlib import file_digest
from typing import Any, cast
from uuid import UUID

import structlog
from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models import Q, Sum
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from competitions.clock import database_now
from config.by_locale import whole
from config.clock import seconds_from_now
from config.store_away import StoreAway
from submissions import arriving, direct_uploads, lifecycle
from submissions.beginning import refuse_file, refuse_one_more
from submissions.models import ChunkedUpload, Submission, submission_storage
from submissions.quota import (
    SubmissionRefused,
    counts_at,
    may_submit,
    refuse_if_used_up,
    refuse_more_bytes,
    refuse_team,
    refuse_unless_open,
    refuse_who_has_left,
)
from submissions.repeats import refuse_repeat
from submissions.uploads import (
    StoredUpload,
    expected_kind,
    kind_of,
    name_as_text,
    new_stored_name,
    not_what_was_sent,
    too_large,
)
from teams.models import Team

log = structlog.get_logger(__name__)

OPEN = Q(abandoned_at__isnull=True, submission__isnull=True)


class OtherOffset(SubmissionRefused):
    """The next byte is another one; `offset` says which."""

    def __init__(self, upload: ChunkedUpload) -> None:
        self.offset = upload.received_bytes
        super().__init__(
            _("%(received_bytes)s of the %(size_bytes)s bytes have come. Go on from byte %(offset)s.")
            % {
                "received_bytes": whole(upload.received_bytes),
                "size_bytes": whole(upload.size_bytes),
                "offset": whole(self.offset),
            }
        )


class UploadEnded(SubmissionRefused):
    """It was taken, cancelled or forgotten: nothing can be added."""

    def __init__(self, upload: ChunkedUpload) -> None:
        sentence = (
            _("The upload of '%(name)s' is a submission already. Begin a new one.")
            if upload.submission_id
            else _("The upload of '%(name)s' was cancelled, or left alone for too long. Begin a new one.")
        )
        super().__init__(sentence % {"name": upload.original_name[:80]})


def begin(
    team: Team,
    user: User,
    name: str,
    size_bytes: int,
    sha256: str = "",
    *,
    send_again: bool = False,
    direct: bool = False,
) -> ChunkedUpload:
    """Make room for a file, or find the open upload of the same one, by this user, to go on with.

    `direct`: its sender can put it straight into the store, where the site wants that. Raises SubmissionRefused for
    all that can be told without the file; SentBefore unless `send_again`.
    """
    name, sha256 = name_as_text(name), sha256.lower()
    with transaction.atomic():
        team = lifecycle.locked(team)
        now = database_now(team.competition)
        under_way = ChunkedUpload.objects.filter(OPEN, team=team)
        same = under_way.filter(user=user, original_name=name, size_bytes=size_bytes, sha256=sha256)
        if not direct:
            same = same.filter(part_bytes=0)
        if sha256 and (upload := same.first()):
            refuse_unless_open(team.competition, now, upload.begun_at)
            # Touched after it was begun: that tells it from a new one, and it is not left alone.
            upload.touched_at = now
            upload.save(update_fields=["touched_at"])
            return upload
        refuse_team(team)
        refuse_who_has_left(team, user)
        refuse_unless_open(team.competition, now)
        refuse_file(team, name, size_bytes)
        refuse_if_used_up(team, expected_kind(team.competition, name), now)
        refuse_one_more(team, list(under_way), now)
        refuse_more_bytes(team, now, on_their_way=under_way.aggregate(size=Sum("size_bytes", default=0))["size"])
        if sha256 and not send_again:
            refuse_repeat(team, sha256)
        return ChunkedUpload.objects.create(
            team=team,
            user=user,
            original_name=name,
            size_bytes=size_bytes,
            sha256=sha256,
            stored_name=new_stored_name(team.competition),
            part_bytes=direct_uploads.part_bytes_for(size_bytes) if direct else 0,
            begun_at=now,
            touched_at=now,
        )


def may_go_on(team: Team, user: User, at: datetime) -> list[ChunkedUpload]:
    """The user's open uploads that can still end in time, or be taken late; the oldest first."""
    if team.disqualified_at:
        return []
    competition = team.competition
    mine = ChunkedUpload.objects.filter(OPEN, team=team, user=user)
    return [upload for upload in mine if may_submit(competition, counts_at(competition, at, upload.begun_at))]


def append(pk: UUID, offset: int, data: bytes) -> ChunkedUpload:
    """Add `data` at `offset`. The last chunk once more changes nothing.

    Raises OtherOffset where another byte is next, UploadEnded, and SubmissionRefused for more than was announced or
    after the time.
    """
    aside = arriving.put_aside(pk, offset, data)
    try:
        upload, is_added = _append(pk, offset, data, aside)
    except BaseException:
        _forget_aside(aside)
        raise
    if not is_added:
        _forget_aside(aside)
    return upload


def _append(pk: UUID, offset: int, data: bytes, aside: str) -> tuple[ChunkedUpload, bool]:
    """The upload, and whether the chunk was added to it now."""
    with transaction.atomic():
        upload = _locked(pk)
        if not upload.is_open:
            raise UploadEnded(upload)
        if upload.is_direct:
            raise SubmissionRefused(
                _("'%(name)s' goes straight to the store: send the next part to where `put_to` says.")
                % {"name": upload.original_name[:80]}
            )
        end = offset + len(data)
        if end == upload.received_bytes:
            return upload, False
        if offset != upload.received_bytes:
            raise OtherOffset(upload)
        if end > upload.size_bytes:
            raise SubmissionRefused(
                _(
                    "'%(original_name)s' was announced with %(size_bytes)s bytes, and %(end)s came. Has it "
                    "changed since? Cancel, and begin again."
                )
                % {
                    "original_name": upload.original_name[:80],
                    "size_bytes": whole(upload.size_bytes),
                    "end": whole(end),
                }
            )
        now = database_now(upload.team.competition)
        refuse_unless_open(upload.team.competition, now, upload.begun_at)
        if arriving.is_in_bucket() and not aside:
            # The chunk before it was counted only after a look had found that this one is not the next.
            raise OtherOffset(upload)
        arriving.add(upload, offset, data, aside)
        upload.received_bytes, upload.touched_at = end, now
        upload.save(update_fields=["received_bytes", "touched_at", "chunks"])
    return upload, True


def _forget_aside(aside: str) -> None:
    if aside:
        submission_storage().delete(aside)


def looked_at(upload: ChunkedUpload) -> ChunkedUpload:
    """The upload as far as it has come by now: of a direct one the store knows.

    Raises SubmissionRefused, which ends the upload where more parts cannot mend it.
    """
    if not upload.is_direct:
        return upload
    try:
        return direct_uploads.looked_at(upload)
    except direct_uploads.OtherParts:
        abandon(upload)
        raise
    except FileNotFoundError:
        now = ChunkedUpload.objects.select_related("team__competition", "submission").get(pk=upload.pk)
        if now.is_whole:
            # Another request has seen that, and has joined the parts meanwhile.
            return now
        abandon(now)
        raise UploadEnded(now) from None


def finish(pk: UUID, sha256: str = "", description: str = "", *, send_again: bool = False) -> Submission:
    """Make a submission of an upload that has come whole. Finishing twice gives the same one.

    It ends, for the time line, when this takes it. `sha256` may be left out when it was told at the beginning.
    Raises SubmissionRefused: what cannot be mended by waiting also ends the upload. SentBefore unless `send_again`.
    """
    upload = ChunkedUpload.objects.select_related("team__competition", "submission").get(pk=pk)
    if upload.submission:
        return upload.submission
    if not upload.is_open:
        raise UploadEnded(upload)
    upload = looked_at(upload)
    if not upload.is_whole:
        raise OtherOffset(upload)
    # Nothing is written to a file that is whole: it can be read without a lock.
    try:
        stored = _as_stored(upload, sha256 or upload.sha256)
    except FileNotFoundError:
        # It was cancelled in this very moment, or the disk has lost it.
        abandon(upload)
        raise UploadEnded(upload) from None
    with transaction.atomic():
        upload = _locked_with_team(pk)
        if upload.submission:
            return upload.submission
        if not upload.is_open:
            raise UploadEnded(upload)
        if not send_again:
            refuse_repeat(upload.team, stored.sha256)
        submission = lifecycle.submit(upload.team, upload.user, stored, description, begun_at=upload.begun_at)
        upload.submission, upload.finished_at = submission, submission.submitted_at
        upload.save(update_fields=["submission", "finished_at"])
    _forget_chunks(upload)
    return submission


def abandon(upload: ChunkedUpload) -> bool:
    """End an open upload and remove its file. False: it had ended already."""
    moved = ChunkedUpload.objects.filter(OPEN, pk=upload.pk).update(abandoned_at=Now()) == 1
    if moved:
        _remove_file(upload)
    return moved


def clear_away() -> None:
    """Abandon what nobody has gone on with for LEFT_UPLOADS_SECONDS, and forget what ended as long ago."""
    long_ago = Q(touched_at__lt=seconds_from_now(-settings.LEFT_UPLOADS_SECONDS))
    ChunkedUpload.objects.filter(OPEN, long_ago).update(abandoned_at=Now())
    try:
        for upload in ChunkedUpload.objects.filter(abandoned_at__isnull=False).exclude(stored_name=""):
            _remove_file(upload)
        if arriving.is_in_bucket():
            for upload in ChunkedUpload.objects.filter(submission__isnull=False).exclude(chunks=[]):
                arriving.forget_chunks(upload)
            direct_uploads.drop_unknown()
    except (OSError, StoreAway) as problem:  # The sweep has more to do, and does this again.
        log.warning("uploads_not_cleared", problem=str(problem))
    ended = Q(submission__isnull=False, chunks=[]) | Q(abandoned_at__isnull=False, stored_name="")
    ChunkedUpload.objects.filter(ended, long_ago).delete()


def _locked(pk: UUID) -> ChunkedUpload:
    rows = ChunkedUpload.objects.select_for_update(of=("self",)).select_related("team__competition", "user")
    return rows.get(pk=pk)


def _locked_with_team(pk: UUID) -> ChunkedUpload:
    """The upload, after its team: a merger, which moves uploads, holds teams first as well."""
    while True:
        team = Team.objects.get(chunked_uploads=pk)
        lifecycle.locked(team)
        upload = _locked(pk)
        if upload.team_id == team.pk:
            return upload


def _as_stored(upload: ChunkedUpload, sha256: str) -> StoredUpload:
    """The whole file, checked against what its sender says of it. Raises SubmissionRefused, and ends the upload."""
    if not sha256:
        raise SubmissionRefused(_("Finishing an upload needs the file's SHA-256: 64 hexadecimal digits."))
    arriving.make_whole(upload)
    with submission_storage().open(upload.stored_name, "rb") as file:
        size_bytes = file.size
        found = file_digest(cast(Any, file), "sha256").hexdigest()
        kind = kind_of(File(file, name=upload.original_name))
    for problem in _problems(upload, sha256, found, too_large(upload.team.competition, size_bytes, kind)):
        abandon(upload)
        raise SubmissionRefused(problem)
    return StoredUpload(upload.stored_name, upload.original_name, kind, size_bytes, found)


def _problems(upload: ChunkedUpload, said: str, found: str, too_much: str | None) -> Iterator[str]:
    for promised in {said, upload.sha256 or said}:
        if problem := not_what_was_sent(upload.original_name, promised, found):
            yield problem
    if too_much:
        yield too_much


def _remove_file(upload: ChunkedUpload) -> None:
    """Of an abandoned upload: first the file, then its name, so that a killed process leaves nothing unknown."""
    arriving.remove(upload)
    ChunkedUpload.objects.filter(pk=upload.pk).update(stored_name="")


def _forget_chunks(upload: ChunkedUpload) -> None:
    try:
        arriving.forget_chunks(upload)
    except (OSError, StoreAway) as problem:  # It is taken; the sweep removes them.
        log.warning("chunks_not_removed", upload=str(upload.pk), problem=str(problem))
