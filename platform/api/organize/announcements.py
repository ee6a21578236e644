"""Telling everybody who takes part: looked at first, then published."""

from typing import Any
from uuid import uuid4

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import site_of
from api.organize.own import TAGS, OrganizersEndpoint, OrganizersListing, asking, own_or_404, refuse_without
from api.problems import Problem
from api.schema import operation
from competitions.models import Announcement
from teams.announcing import announce, recipients, subject_of

ANNOUNCEMENT_EXAMPLE = {
    "id": "0b1f2a6e-3f43-4c52-8a08-4e0c8f1f7f55",
    "title": "New train.csv",
    "text": "Three rows were **doubled**; they are gone.",
    "by": "olga",
    "published_at": "2026-11-03T10:00:00Z",
    "letter_count": 41,
}
PREVIEW_EXAMPLE = {"subject": "Goodreads ratings: New train.csv", "recipient_count": 41}


class AnnouncementForOrganizers(serializers.Serializer[Announcement]):
    id = serializers.UUIDField()
    title = serializers.CharField()
    text = serializers.CharField()
    by = serializers.CharField(source="by.username", default=None, allow_null=True)
    published_at = serializers.DateTimeField()
    letter_count = serializers.IntegerField()


class Draft(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=120, help_text="Plain text: Markdown is not read in it.")
    text = serializers.CharField(help_text="Markdown. HTML is shown as text.")


class AnnouncementRequest(Draft):
    by_mail = serializers.BooleanField(required=False, default=False, help_text="Also by e-mail to those who want it.")
    id = serializers.UUIDField(
        required=False, help_text="Of your making: the same one sent twice is published once. Empty: made here."
    )


class PreviewAnswer(serializers.Serializer[Any]):
    subject = serializers.CharField(help_text="Of the letters.")
    recipient_count = serializers.IntegerField(help_text="How many people would get one.")


class AnnouncementsView(OrganizersListing):
    """What was announced, the newest first."""

    serializer_class = AnnouncementForOrganizers

    def get_queryset(self) -> QuerySet[Announcement]:
        competition = own_or_404(self.request, self.kwargs["slug"])
        refuse_without(self.request, "competitions.view_announcement")
        return Announcement.objects.filter(competition=competition).select_related("by")

    @operation(
        "organize_announcements", AnnouncementForOrganizers(many=True), [ANNOUNCEMENT_EXAMPLE], tags=TAGS,
        summary="The announcements",
    )  # fmt: skip
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)

    @operation(
        "organize_announce", AnnouncementForOrganizers, ANNOUNCEMENT_EXAMPLE, status=201, tags=TAGS, summary="Announce",
        request=AnnouncementRequest, also={200: "It was published already; nothing was done twice."},
        refuses={409: "There is another announcement with this id. Make a new one."},
    )  # fmt: skip
    def post(self, request: Request, slug: str) -> Response:
        """Publish it on the competition's page, and by e-mail where `by_mail` says so: both or neither."""
        competition = own_or_404(request, slug)
        refuse_without(request, "competitions.add_announcement")
        asked = AnnouncementRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        values = asked.validated_data
        draft = Announcement(
            pk=values.get("id") or uuid4(), competition=competition, title=values["title"], text=values["text"],
            by=asking(request),
        )  # fmt: skip
        is_new = announce(draft, by_mail=values["by_mail"], site=site_of(request))
        found = Announcement.objects.filter(competition=competition, pk=draft.pk).first()
        if found is None:
            raise Problem(409, "taken", _("There is another announcement with this id. Make a new one."))
        return Response(AnnouncementForOrganizers(found).data, status=201 if is_new else 200)


class AnnouncementPreviewView(OrganizersEndpoint):
    """How a letter would look, and to how many people it would go."""

    @operation(
        "organize_preview_announcement", PreviewAnswer, PREVIEW_EXAMPLE, tags=TAGS, request=Draft,
        summary="Look at an announcement first",
    )  # fmt: skip
    def post(self, request: Request, slug: str) -> Response:
        """Nothing is published."""
        competition = own_or_404(request, slug)
        refuse_without(request, "competitions.add_announcement")
        asked = Draft(data=request.data)
        asked.is_valid(raise_exception=True)
        draft = Announcement(competition=competition, **asked.validated_data)
        found = {"subject": subject_of(draft), "recipient_count": len(recipients(competition))}
        return Response(PreviewAnswer(found).data)
