"""Competitions: which there are, and what a program must know of one."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now
from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint, Listing
from api.permissions import ReadByAnybody
from api.schema import operation
from competitions.access import visible_to
from competitions.features import model_features
from competitions.models import Competition, OutOfRangePolicy, PageKind
from competitions.timeline import Stage
from config.counted import CountOf
from submissions.uploads import largest_upload
from teams.joining import rules_version
from teams.models import COMPETES, Membership, Team

TAGS = ["competitions"]
EXAMPLE = {
    "slug": "goodreads-ratings",
    "title": "Goodreads ratings",
    "tagline": "Predict how readers rate books.",
    "stage": "open",
    "opens_at": "2026-11-01T00:00:00Z",
    "closes_at": None,
    "metric": "MSE",
    "lower_is_better": True,
    "daily_limit": 5,
    "team_count": 12,
    "joined": True,
    "labels_are_public": True,
    "url": "http://localhost/competitions/goodreads-ratings/",
}
WHOLE_EXAMPLE = EXAMPLE | {
    "description": "Predict how readers rate books …",
    "notice": "",
    "evaluation": "The mean squared error …",
    "rules": "1. **One account a person.** …",
    "rules_version": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "timeline": "",
    "milestones": [{"field": "opens_at", "name": "opens", "at": "2026-11-01T00:00:00Z", "is_past": True}],
    "header": ["id", "rating"],
    "range": [1.0, 5.0],
    "integers_only": False,
    "out_of_range": "reject",
    "max_unpacked_bytes": 1_000_000_000,
    "accepts": ["predictions", "saved_model"],
    "model_features": ["user_id", "book_name"],
    "max_upload_bytes": 100_000_000,
    "max_prediction_bytes": 20_000_000,
    "max_model_bytes": 100_000_000,
    "chunk_above_bytes": 20_000_000,
    "chunk_bytes": 8_000_000,
    "max_description": 300,
    "decimals": 3,
    "is_ladder": False,
    "max_team_size": 5,
    "final_selection_count": 2,
    "takes_late_submissions": False,
    "may_join": True,
    "data_needs_joining": False,
}


class CompetitionRow(serializers.Serializer[Competition]):
    slug = serializers.SlugField()
    title = serializers.CharField()
    tagline = serializers.CharField()
    stage = serializers.SerializerMethodField()
    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField(allow_null=True)
    metric = serializers.CharField(source="metric_label")
    lower_is_better = serializers.BooleanField(source="scored_by.lower_is_better")
    daily_limit = serializers.IntegerField()
    team_count = serializers.IntegerField()
    joined = serializers.BooleanField()
    labels_are_public = serializers.BooleanField(help_text="The hidden labels can be found elsewhere: for practice.")
    url = serializers.SerializerMethodField()

    def get_stage(self, competition: Competition) -> Stage:
        return competition.stage(_now(competition))

    def get_url(self, competition: Competition) -> str:
        address: str = self.context["request"].build_absolute_uri(competition.get_absolute_url())
        return address


class MilestoneRow(serializers.Serializer[Any]):
    field = serializers.CharField()
    name = serializers.CharField()
    at = serializers.DateTimeField()
    is_past = serializers.BooleanField()


class CompetitionAnswer(CompetitionRow):
    """All of a competition. Texts are Markdown. `range`: of a prediction, null where an end is open."""

    description = serializers.CharField(allow_blank=True)
    notice = serializers.CharField(allow_blank=True)
    evaluation = serializers.CharField(allow_blank=True)
    rules = serializers.CharField(allow_blank=True)
    rules_version = serializers.CharField(help_text="SHA-256 of the rules' text, as joining records it.")
    timeline = serializers.CharField(allow_blank=True)
    milestones = MilestoneRow(many=True)
    header = serializers.ListField(child=serializers.CharField())
    range = serializers.ListField(child=serializers.FloatField(allow_null=True), allow_null=True)
    integers_only = serializers.BooleanField()
    out_of_range = serializers.ChoiceField(OutOfRangePolicy.choices)
    max_unpacked_bytes = serializers.IntegerField()
    accepts = serializers.ListField(child=serializers.CharField())
    model_features = serializers.ListField(child=serializers.CharField())
    max_upload_bytes = serializers.IntegerField()
    max_prediction_bytes = serializers.IntegerField()
    max_model_bytes = serializers.IntegerField()
    chunk_above_bytes = serializers.IntegerField()
    chunk_bytes = serializers.IntegerField()
    max_description = serializers.IntegerField()
    decimals = serializers.IntegerField()
    is_ladder = serializers.BooleanField()
    max_team_size = serializers.IntegerField()
    final_selection_count = serializers.IntegerField()
    takes_late_submissions = serializers.BooleanField()
    may_join = serializers.BooleanField()
    data_needs_joining = serializers.BooleanField()


def seen_by(user: Any) -> QuerySet[Competition]:
    """The competitions that `user` may look at, with `team_count`, whether they have `joined`, and `looked_at`."""
    teams = Team.objects.filter(COMPETES, competition=OuterRef("pk")).order_by().values("pk")
    mine = Membership.objects.filter(competition=OuterRef("pk"), user=user.pk)
    return visible_to(user).annotate(team_count=CountOf(teams), joined=Exists(mine), looked_at=Now())


def _now(competition: Any) -> datetime:
    """When it was read, by the database's clock."""
    at: datetime = competition.looked_at
    return at


class CompetitionsView(Listing):
    """Published competitions, and one's own."""

    permission_classes = (ReadByAnybody,)
    serializer_class = CompetitionRow

    def get_queryset(self) -> QuerySet[Competition]:
        return seen_by(self.request.user)

    @operation("competitions", CompetitionRow(many=True), [EXAMPLE], tags=TAGS, summary="The competitions")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class CompetitionView(Endpoint):
    permission_classes = (ReadByAnybody,)

    @operation("competition", CompetitionAnswer, WHOLE_EXAMPLE, tags=TAGS, summary="One competition")
    def get(self, request: Request, slug: str) -> Response:
        found = seen_by(request.user).filter(slug=slug).first()
        if found is None:
            raise Http404
        shown = CompetitionRow(found, context={"request": request}).data
        return Response({**shown, **_rest(found)})


def _rest(competition: Competition) -> dict[str, Any]:
    """What a list leaves out."""
    now = _now(competition)
    texts = {page.kind: page.text for page in competition.pages.all()}
    rules = texts.get(PageKind.RULES, "")
    kinds = {"predictions": competition.takes_predictions, "saved_model": competition.takes_models}
    ends = [competition.lowest, competition.highest]
    milestones = MilestoneRow(competition.timeline.milestones(now), many=True)
    return {
        "description": texts.get(PageKind.OVERVIEW, ""),
        "notice": competition.notice,
        "evaluation": texts.get(PageKind.EVALUATION, ""),
        "rules": rules,
        "rules_version": rules_version(rules),
        "timeline": texts.get(PageKind.TIMELINE, ""),
        "milestones": milestones.data,
        "header": [competition.id_column, competition.target_column],
        "range": None if ends == [None, None] else ends,
        "integers_only": competition.scored_by.predicts_classes,
        "out_of_range": competition.out_of_range,
        "max_unpacked_bytes": settings.MAX_UNPACKED_BYTES,
        "accepts": [kind for kind, is_taken in kinds.items() if is_taken],
        "model_features": list(model_features(competition)) if competition.takes_models else [],
        "max_upload_bytes": largest_upload(competition),
        "max_prediction_bytes": competition.max_upload_bytes,
        "max_model_bytes": competition.model_allowance().zip_bytes,
        "chunk_above_bytes": settings.CHUNK_ABOVE_BYTES,
        "chunk_bytes": settings.CHUNK_BYTES,
        "max_description": settings.DESCRIPTION_CHARACTERS,
        "decimals": competition.decimals,
        "is_ladder": competition.is_ladder,
        "max_team_size": competition.max_team_size,
        "final_selection_count": competition.final_selection_count,
        "takes_late_submissions": competition.takes_late_submissions,
        "may_join": competition.timeline.may_enter(now),
        "data_needs_joining": competition.data_needs_joining,
    }
