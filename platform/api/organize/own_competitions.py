"""How an organizer's competition is told."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from competitions.models import Competition, Solution
from config.counted import CountOf
from submissions.models import Submission
from teams.models import COMPETES, Team

OWN_EXAMPLE = {
    "slug": "goodreads-ratings",
    "title": "Goodreads ratings",
    "stage": "draft",
    "is_published": False,
    "opens_at": "2026-11-01T00:00:00Z",
    "closes_at": None,
    "organizers": ["olga"],
    "solution_version": None,
    "team_count": 0,
    "submission_count": 0,
    "url": "http://localhost/competitions/goodreads-ratings/",
}


class OwnCompetition(serializers.Serializer[Any]):
    slug = serializers.CharField()
    title = serializers.CharField()
    stage = serializers.SerializerMethodField()
    is_published = serializers.BooleanField()
    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField(allow_null=True)
    organizers = serializers.SerializerMethodField()
    solution_version = serializers.IntegerField(
        allow_null=True, help_text="Of the solution that counts. None yet: upload one, the scoring worker checks it."
    )
    team_count = serializers.IntegerField()
    submission_count = serializers.IntegerField()
    url = serializers.SerializerMethodField()

    def get_stage(self, competition: Competition) -> str:
        return competition.stage(timezone.now()).value

    def get_organizers(self, competition: Competition) -> list[str]:
        return sorted(user.username for user in competition.organizers.all())

    def get_url(self, competition: Competition) -> str:
        address: str = self.context["request"].build_absolute_uri(competition.get_absolute_url())
        return address


def with_numbers(competitions: QuerySet[Competition]) -> QuerySet[Competition]:
    """Those competitions, each with what an answer tells of it."""
    teams = Team.objects.filter(COMPETES, competition=OuterRef("pk")).order_by().values("pk")
    sent = Submission.objects.filter(competition=OuterRef("pk"), team__is_rehearsal=False).order_by().values("pk")
    active = Solution.objects.filter(competition=OuterRef("pk"), is_active=True).order_by().values("version")
    return competitions.annotate(
        team_count=CountOf(teams), submission_count=CountOf(sent), solution_version=Subquery(active[:1])
    ).prefetch_related("organizers")


def own_competition(request: Request, competition: Competition) -> Any:
    """A competition as it is now, as an answer holds it."""
    # By its key alone: after files were applied, whoever sent them may be no organizer of it any more.
    found = with_numbers(Competition.objects.filter(pk=competition.pk)).get()
    return OwnCompetition(found, context={"request": request}).data
