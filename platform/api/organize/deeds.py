"""Moderation: what an act would mean, the act with its reason, and all acts so far."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.organize.own import TAGS, OrganizersListing, asking, own_or_404, refuse_without
from api.schema import operation
from competitions.confirmation import REASON_LENGTH
from leaderboard.deeds import Deed
from leaderboard.models import ModerationAct
from leaderboard.ranks import ranks_of
from submissions.models import Submission
from teams.models import Team

DEED_EXAMPLE = {
    "name": "Disqualify",
    "consequence": (
        "The teams leave every leaderboard at once and can send nothing more. They see when and why on their pages. "
        "Nothing is deleted: reinstating brings them back where they were."
    ),
    "subject": "alice",
    "team": "alice",
    "public_rank": 1,
    "is_disqualified": False,
    "is_baseline": False,
}
ACT_EXAMPLE = {
    "at": "2026-11-03T10:00:00Z",
    "deed": "team_disqualified",
    "team": "alice",
    "submission": None,
    "reason": "Two accounts of one person.",
    "by": "olga",
}


class DeedPreview(serializers.Serializer[Any]):
    name = serializers.CharField()
    consequence = serializers.CharField(help_text="What follows of it, in sentences.")
    subject = serializers.CharField()
    team = serializers.CharField()
    public_rank = serializers.IntegerField(allow_null=True, help_text="The team's present one.")
    is_disqualified = serializers.BooleanField(help_text="Whether the subject is so now.")
    is_baseline = serializers.BooleanField()


class DeedRequest(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=REASON_LENGTH, help_text="The team reads it, and so do other organizers.")


class DeedAnswer(serializers.Serializer[Any]):
    done = serializers.BooleanField(help_text="False: it is so already, and was left alone.")


class ActAnswer(serializers.Serializer[ModerationAct]):
    at = serializers.DateTimeField()
    deed = serializers.CharField()
    team = serializers.CharField(source="team.name")
    submission = serializers.UUIDField(source="submission_id", allow_null=True)
    reason = serializers.CharField()
    by = serializers.CharField(source="by.username", default=None, allow_null=True)


class ActsView(OrganizersListing):
    """Everything that was done by hand, the newest first."""

    serializer_class = ActAnswer

    def get_queryset(self) -> QuerySet[ModerationAct]:
        acts = ModerationAct.objects.filter(competition=own_or_404(self.request, self.kwargs["slug"]))
        refuse_without(self.request, "leaderboard.view_moderationact")
        return acts.select_related("team", "by")

    @operation(
        "organize_moderation", ActAnswer(many=True), [ACT_EXAMPLE], tags=TAGS, summary="All acts of moderation"
    )  # fmt: skip
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)


def deed_or_404(deeds: Mapping[str, Deed], name: str) -> Deed:
    if (found := deeds.get(name)) is None:
        raise Http404
    return found


def foretold(deed: Deed, subject: Team | Submission, team: Team) -> Any:
    """What the act would mean for the team or submission, as an answer holds it."""
    found = {
        "name": deed.label,
        "consequence": deed.consequence,
        "subject": str(subject),
        "team": team.name,
        "public_rank": ranks_of(team.competition, [team.pk], private=False).get(team.pk),
        "is_disqualified": subject.disqualified_at is not None,
        "is_baseline": team.is_baseline,
    }
    return DeedPreview(found).data


def carry_out(deed: Deed, subject: Team | Submission, request: Request) -> Any:
    """Do it, for the reason that was sent. Raises ModerationRefused."""
    asked = DeedRequest(data=request.data)
    asked.is_valid(raise_exception=True)
    return DeedAnswer({"done": deed.act(subject, asked.validated_data["reason"], asking(request))}).data
