"""What organizers publish: announcements, the chain of receipts, the archive."""

from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint, Listing
from api.files import file_answer
from api.permissions import ReadByAnybody
from api.schema import BINARY, operation
from api.visits import competition_or_404
from competitions.clock import database_now
from competitions.models import Announcement
from leaderboard.archives import published_archive
from leaderboard.receipts import chain_of


class AnnouncementRow(serializers.Serializer[Announcement]):
    """`text` is Markdown."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    text = serializers.CharField()
    published_at = serializers.DateTimeField()


class AnnouncementsView(Listing):
    permission_classes = (ReadByAnybody,)
    serializer_class = AnnouncementRow

    def get_queryset(self) -> QuerySet[Announcement]:
        return competition_or_404(self.request, self.kwargs["slug"]).announcements.all()

    @operation(
        "announcements",
        AnnouncementRow(many=True),
        [
            {
                "id": "5f0c1f6e-0d53-4a0a-8f3c-52c7a0f1f9aa",
                "title": "A week left",
                "text": "Choose your final two.",
                "published_at": "2026-11-20T10:15:00Z",
            }
        ],
        tags=["competitions"],
        summary="What the organizers have announced, the newest first",
    )
    def get(self, request: Request, slug: str) -> Response:
        return super().get(request)


class ChainView(Endpoint):
    permission_classes = (ReadByAnybody,)

    @operation(
        "receipt_chain",
        OpenApiTypes.OBJECT,
        {
            "competition": "goodreads-ratings",
            "commitments": [
                {"version": 1, "digest": "9f86…", "grader": "3ab1…", "made_at": "2026-11-01T00:00:00+00:00"}
            ],
            "head": "c0ff…",
            "count": 1,
            "receipts": [{"number": 1, "digest": "2c26…", "link": "c0ff…"}],
        },
        tags=["competitions"],
        summary="The commitments and the whole chain of receipts",
    )
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        chain = chain_of(competition_or_404(request, slug))
        return StreamingHttpResponse(chain, content_type="application/json")


class ArchiveView(Endpoint):
    permission_classes = (ReadByAnybody,)

    @operation(
        "archive",
        BINARY,
        None,
        also={206: "A part of it (Range)."},
        refuses={416: "The file has 1,000 bytes; none of them are asked for."},
        tags=["competitions"],
        summary="The published archive, once there is one",
    )
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        competition = competition_or_404(request, slug)
        found = published_archive(competition, database_now(competition))
        if found is None:
            raise Http404
        return file_answer(request, found.file, f"{competition.slug}.zip", found.sha256)
