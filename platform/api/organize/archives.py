"""The archive of a competition, with its hidden labels: made and published after the reveal."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.organize.jobs import JOB_EXAMPLE, JobAnswer
from api.organize.own import TAGS, OrganizersEndpoint, asking, own_or_404
from api.problems import Problem
from api.schema import operation
from competitions.clock import database_now
from competitions.models import Competition
from leaderboard.archives import ask_for_archive, latest_archive, published_archive, what_stands_against

STATE_EXAMPLE = {
    "latest": JOB_EXAMPLE,
    "published": {
        "finished_at": "2026-11-01T09:00:09Z",
        "bytes": 41234567,
        "sha256": "9f2c1e0d5b7a4c3e8f6d2b1a0c9e8d7f6a5b4c3d2e1f0a9b8c7d6e5f4a3b2c1d",
        "url": "http://localhost/competitions/goodreads-ratings/archive.zip",
    },
    "against": [],
}


class Published(serializers.Serializer[Any]):
    """What everybody may download."""

    finished_at = serializers.DateTimeField()
    bytes = serializers.IntegerField(source="size_bytes")
    sha256 = serializers.CharField()
    url = serializers.SerializerMethodField()

    def get_url(self, archive: Any) -> str:
        address: str = self.context["request"].build_absolute_uri(
            reverse("archive_file", args=[archive.competition.slug])
        )
        return address


class ArchiveState(serializers.Serializer[Any]):
    latest = JobAnswer(allow_null=True, help_text="The newest that was asked for, whatever became of it.")
    published = Published(allow_null=True)
    against = serializers.ListField(child=serializers.CharField(), help_text="What keeps one from being made now.")


class ArchiveWord(serializers.Serializer[Any]):
    confirmed = serializers.BooleanField(
        required=False, default=False, help_text="True: everybody is to have the hidden labels, for good."
    )


class ArchiveView(OrganizersEndpoint):
    """All that the final ranking was made from."""

    @operation("organize_archive", ArchiveState, STATE_EXAMPLE, tags=TAGS, summary="How the archive is")
    def get(self, request: Request, slug: str) -> Response:
        return Response(_state(request, own_or_404(request, slug)))

    @operation(
        "organize_publish_archive", ArchiveState,
        STATE_EXAMPLE | {"latest": JOB_EXAMPLE | {"state": "asked", "finished_at": None}, "published": None},
        status=202, tags=TAGS, summary="Make and publish the archive", request=ArchiveWord,
        refuses={409: "No archive was made. Private results are not revealed yet. Wait for the reveal."},
    )  # fmt: skip
    def post(self, request: Request, slug: str) -> Response:
        """The scoring worker makes it; everybody can download it then, with the hidden labels in it."""
        competition = own_or_404(request, slug)
        word = ArchiveWord(data=request.data)
        word.is_valid(raise_exception=True)
        if not word.validated_data["confirmed"]:
            sentence = _("Nothing was published: send “confirmed” as true, for it cannot be undone.")
            raise Problem(409, "not_confirmed", sentence)
        ask_for_archive(competition, asking(request))
        return Response(_state(request, competition), status=202)


def _state(request: Request, competition: Competition) -> Any:
    found = {
        "latest": latest_archive(competition),
        "published": published_archive(competition, database_now(competition)),
        "against": what_stands_against(competition),
    }
    return ArchiveState(found, context={"request": request}).data
