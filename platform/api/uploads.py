"""Large files in chunks, which go on after a lost connection."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint
from api.problems import Problem
from api.schema import operation, query
from api.submission_answers import WHOLE_EXAMPLE, SubmissionAnswer
from api.submissions import AGAIN, SHA256, USED_UP, created
from api.throttles import Uploads
from api.visits import competition_or_404, own_team, who
from competitions.clock import database_now
from config.bodies import said_length, what_comes
from config.by_locale import whole
from submissions import chunked_uploads
from submissions.chunked_uploads import OtherOffset, may_go_on
from submissions.direct_uploads import address_of_next_part
from submissions.models import ChunkedUpload

TAGS = ["uploads"]
MOST_BYTES = 2**53
EXAMPLE = {
    "id": "6a0c1f6e-0d53-4a0a-8f3c-52c7a0f1f9aa",
    "file_name": "model.zip",
    "bytes": 60_000_000,
    "received_bytes": 16_000_000,
    "chunk_bytes": 8_000_000,
    "put_to": "",
}
DIRECT = (
    "The sender can put parts straight into the site's store, by the addresses in `put_to`. A large file goes so where "
    "the site is set up for it, and else in chunks to the site as ever."
)
CANCELLED = "The upload of 'model.zip' was cancelled, or left alone for too long. Begin a new one."
OTHER_OFFSET = "16,000,000 of the 60,000,000 bytes have come. Go on from byte 16,000,000."


class NewUpload(serializers.Serializer[Any]):
    file_name = serializers.CharField(max_length=500)
    bytes = serializers.IntegerField(min_value=1, max_value=MOST_BYTES)
    sha256 = SHA256
    send_again = serializers.BooleanField(required=False, default=False, help_text=AGAIN)
    direct = serializers.BooleanField(required=False, default=False, help_text=DIRECT)


class Finish(serializers.Serializer[Any]):
    description = serializers.CharField(required=False, allow_blank=True, max_length=settings.DESCRIPTION_CHARACTERS)
    sha256 = SHA256
    send_again = serializers.BooleanField(required=False, default=False, help_text=AGAIN)


class UploadAnswer(serializers.Serializer[Any]):
    """How far an upload has come: the next byte is number `received_bytes`, counted from 0.

    Where `put_to` is no empty text, the next `chunk_bytes` (fewer at the end) are PUT to that address, without the
    token and without a Content-Type; then this is asked for again.
    """

    id = serializers.UUIDField()
    file_name = serializers.CharField(source="original_name")
    bytes = serializers.IntegerField(source="size_bytes")
    received_bytes = serializers.IntegerField()
    chunk_bytes = serializers.SerializerMethodField()
    put_to = serializers.SerializerMethodField()

    def get_chunk_bytes(self, upload: ChunkedUpload) -> int:
        return int(upload.part_bytes or settings.CHUNK_BYTES)

    def get_put_to(self, upload: ChunkedUpload) -> str:
        return address_of_next_part(upload)


class UploadEndpoint(Endpoint):
    """An address of uploads: what goes wrong says which byte is next."""

    def get_throttles(self) -> Any:
        return [*super().get_throttles(), *([Uploads()] if self.request.method in ("POST", "PUT") else [])]

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, OtherOffset):
            exc = Problem(409, "other_offset", str(exc), received_bytes=exc.offset)
        return super().handle_exception(exc)


class UploadsView(UploadEndpoint):
    @operation(
        "uploads",
        UploadAnswer(many=True),
        [EXAMPLE],
        refuses={403: "Join Five stars first: you begin as a team of one."},
        tags=TAGS,
        summary="My uploads that are on their way, the oldest first",
    )
    def get(self, request: Request, slug: str) -> Response:
        competition = competition_or_404(request, slug)
        open_ones = may_go_on(own_team(request, competition), who(request), database_now(competition))
        return Response(UploadAnswer(open_ones, many=True).data)

    @operation(
        "begin_upload",
        UploadAnswer,
        EXAMPLE | {"received_bytes": 0},
        status=201,
        also={200: "The same file is on its way already: it goes on."},
        request=NewUpload,
        refuses={403: "Join Five stars first: you begin as a team of one.", 409: USED_UP},
        tags=TAGS,
        summary="Begin an upload in chunks, or go on with the same file's",
    )
    def post(self, request: Request, slug: str) -> Response:
        competition = competition_or_404(request, slug)
        team = own_team(request, competition)
        asked = NewUpload(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        upload = chunked_uploads.begin(
            team,
            who(request),
            said["file_name"],
            said["bytes"],
            said.get("sha256", ""),
            send_again=said["send_again"],
            direct=said["direct"],
        )
        is_new = upload.received_bytes == 0 and upload.begun_at == upload.touched_at
        return _how_far(upload, 201 if is_new else 200)


class UploadView(UploadEndpoint):
    def largest_body(self) -> int:
        return int(settings.CHUNK_BYTES)

    def too_long(self, length: int) -> str:
        return _("The chunk has %(found)s bytes; at most %(most)s are taken at once.") % {
            "found": whole(length),
            "most": whole(settings.CHUNK_BYTES),
        }

    @operation("upload", UploadAnswer, EXAMPLE, tags=TAGS, summary="How far an upload has come")
    def get(self, request: Request, pk: UUID) -> Response:
        return _how_far(own_or_404(request, pk), 200)

    @operation(
        "append_chunk",
        UploadAnswer,
        EXAMPLE,
        request={"application/octet-stream": OpenApiTypes.BINARY},
        parameters=[query("offset", "The number of the chunk's first byte.", int, required=True)],
        refuses={409: OTHER_OFFSET, 410: CANCELLED},
        tags=TAGS,
        summary="Add the next bytes",
    )
    def put(self, request: Request, pk: UUID) -> Response:
        mine = own_or_404(request, pk)
        if said_length(request._request) is None:
            raise Problem(411, "length_required", _("The chunk does not say how long it is (Content-Length)."))
        offset = request.query_params.get("offset", "")
        if not (offset.isascii() and offset.isdigit() and len(offset) < 16):
            sentence = _("offset=%(found)r is not the number of the chunk's first byte.") % {"found": offset[:20]}
            raise Problem(400, "wrong_offset", sentence)
        grown = chunked_uploads.append(mine.pk, int(offset), what_comes(request._request))
        return Response(UploadAnswer(grown).data)

    @operation("cancel_upload", None, None, status=204, tags=TAGS, summary="Give an upload up")
    def delete(self, request: Request, pk: UUID) -> Response:
        chunked_uploads.abandon(own_or_404(request, pk))
        return Response(status=204)


class FinishView(UploadEndpoint):
    @operation(
        "finish_upload",
        SubmissionAnswer,
        WHOLE_EXAMPLE | {"status": "queued", "public_score": None, "score_text": "", "is_final": False},
        status=201,
        request=Finish,
        refuses={409: OTHER_OFFSET, 410: CANCELLED},
        tags=TAGS,
        summary="Make a submission of an upload that has come whole",
    )
    def post(self, request: Request, pk: UUID) -> Response:
        mine = own_or_404(request, pk)
        asked = Finish(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        made = chunked_uploads.finish(
            mine.pk, said.get("sha256", ""), said.get("description", ""), send_again=said["send_again"]
        )
        return created(made, request)


def _how_far(upload: ChunkedUpload, status: int) -> Response:
    answer = UploadAnswer(chunked_uploads.looked_at(upload)).data
    return Response(answer, status=status, headers={"Cache-Control": "no-store"})


def _mine(request: Request) -> QuerySet[ChunkedUpload]:
    user = who(request)
    return ChunkedUpload.objects.filter(user=user, team__memberships__user=user)


def own_or_404(request: Request, pk: UUID) -> ChunkedUpload:
    """The upload, if the asker has begun it and is still in its team."""
    found = _mine(request).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
