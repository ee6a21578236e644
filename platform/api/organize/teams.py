"""Who takes part, for organizers: the teams, and what may be done to one."""

from typing import Any

from django.db.models import OuterRef, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.organize.deeds import DEED_EXAMPLE, DeedAnswer, DeedPreview, DeedRequest, carry_out, deed_or_404, foretold
from api.organize.own import TAGS, OrganizersEndpoint, OrganizersListing, own_or_404, refuse_without
from api.schema import operation, query
from config.counted import CountOf
from leaderboard.deeds import TEAM_DEEDS
from submissions.models import Submission
from teams.models import Team

TEAM_EXAMPLE = {
    "id": 12,
    "name": "alice",
    "members": ["alice"],
    "submission_count": 3,
    "is_baseline": False,
    "merged_into": None,
    "disqualified_at": None,
    "disqualification": "",
    "created_at": "2026-11-01T09:00:00Z",
}
MOST_LETTERS = 100


class TeamForOrganizers(serializers.Serializer[Team]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    members = serializers.SerializerMethodField()
    submission_count = serializers.IntegerField()
    is_baseline = serializers.BooleanField()
    merged_into = serializers.CharField(source="merged_into.name", default=None, allow_null=True)
    disqualified_at = serializers.DateTimeField(allow_null=True)
    disqualification = serializers.CharField(help_text="Why.")
    created_at = serializers.DateTimeField()

    def get_members(self, team: Team) -> list[str]:
        return [membership.user.username for membership in team.memberships.all()]


class TeamsView(OrganizersListing):
    """The teams of a competition, by name."""

    serializer_class = TeamForOrganizers

    def get_queryset(self) -> QuerySet[Team]:
        found = teams_of(self.request, self.kwargs["slug"])
        searched = self.request.query_params.get("q", "")[:MOST_LETTERS].replace("\x00", "")
        return found.filter(name__icontains=searched) if searched else found

    @operation(
        "organize_teams", TeamForOrganizers(many=True), [TEAM_EXAMPLE], tags=TAGS, summary="The teams",
        parameters=[query("q", "Only teams with this in their names.")],
    )  # fmt: skip
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)


class TeamView(OrganizersEndpoint):
    """One team."""

    @operation("organize_team", TeamForOrganizers, TEAM_EXAMPLE, tags=TAGS, summary="A team")
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return Response(TeamForOrganizers(team_or_404(request, slug, pk)).data)


class TeamDeedView(OrganizersEndpoint):
    """Disqualifying, reinstating, marking as a baseline, ranking like everyone."""

    deed_parameter = OpenApiParameter("deed", str, OpenApiParameter.PATH, enum=sorted(TEAM_DEEDS))

    @operation(
        "organize_foresee_team_deed", DeedPreview, DEED_EXAMPLE, tags=TAGS, parameters=[deed_parameter],
        summary="What follows of doing that to a team",
    )  # fmt: skip
    def get(self, request: Request, slug: str, pk: int, deed: str) -> Response:
        """Nothing is done."""
        team = team_or_404(request, slug, pk)
        return Response(foretold(deed_or_404(TEAM_DEEDS, deed), team, team))

    @operation(
        "organize_do_to_team", DeedAnswer, {"done": True}, tags=TAGS, parameters=[deed_parameter],
        summary="Do that to a team", request=DeedRequest,
        refuses={409: "alice has become part of bob: choose that team."},
    )  # fmt: skip
    def post(self, request: Request, slug: str, pk: int, deed: str) -> Response:
        """The reason is read by the team and by the other organizers. `done` false: it is so already."""
        team = team_or_404(request, slug, pk)
        return Response(carry_out(deed_or_404(TEAM_DEEDS, deed), team, request))


def teams_of(request: Request, slug: str) -> QuerySet[Team]:
    """The teams of one's own competition, without rehearsals. Raises Http404."""
    competition = own_or_404(request, slug)
    refuse_without(request, "teams.view_team")
    found = Team.objects.filter(competition=competition, is_rehearsal=False).order_by("name", "pk")
    sent = Submission.objects.filter(team=OuterRef("pk")).order_by().values("pk")
    return (
        found.annotate(submission_count=CountOf(sent))
        .select_related("competition", "merged_into")
        .prefetch_related("memberships__user")
    )


def team_or_404(request: Request, slug: str, pk: int) -> Team:
    return get_object_or_404(teams_of(request, slug), pk=pk)
