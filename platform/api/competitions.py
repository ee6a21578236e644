"""The competitions that somebody may see."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from rest_framework import serializers

from api.endpoint import Listing
from api.permissions import ReadByAnybody
from api.schema import operation
from competitions.access import visible_to
from competitions.models import Competition
from competitions.timeline import Stage
from config.counted import CountOf
from teams.models import COMPETES, Membership, Team

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
    "url": "http://localhost/competitions/goodreads-ratings/",
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
    url = serializers.SerializerMethodField()

    def get_stage(self, competition: Competition) -> Stage:
        return competition.stage(timezone.now())

    def get_url(self, competition: Competition) -> str:
        address: str = self.context["request"].build_absolute_uri(competition.get_absolute_url())
        return address


def seen_by(user: Any) -> QuerySet[Competition]:
    """The competitions that `user` may look at, with `team_count` and whether they have `joined`."""
    teams = Team.objects.filter(COMPETES, competition=OuterRef("pk")).order_by().values("pk")
    mine = Membership.objects.filter(competition=OuterRef("pk"), user=user.pk)
    return visible_to(user).annotate(team_count=CountOf(teams), joined=Exists(mine))


class CompetitionsView(Listing):
    """Published competitions, and one's own."""

    permission_classes = (ReadByAnybody,)
    serializer_class = CompetitionRow

    def get_queryset(self) -> QuerySet[Competition]:
        return seen_by(self.request.user)

    @operation(
        "competitions",
        CompetitionRow(many=True),
        [EXAMPLE],
        tags=["competitions"],
        summary="The competitions",
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return super().get(request, *args, **kwargs)
