"""A team as its own people see it."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers
from rest_framework.request import Request

from api.visits import who
from submissions.merging import counted
from teams.invitations import open_invitations
from teams.members import members
from teams.models import Membership, MergeProposal, State, Team, TeamInvitation

EXAMPLE = {
    "id": 17,
    "name": "alice",
    "competition": "goodreads-ratings",
    "members": [{"username": "alice", "display_name": "alice", "is_captain": True}],
    "is_captain": True,
    "max_members": 5,
    "counted_submissions": 0,
    "is_disqualified": False,
    "disqualification": "",
    "link": None,
    "invitations": [{"id": 3, "team": "alice", "username": "bob", "is_mine_to_answer": False}],
    "mergers": [{"id": 4, "from_team": "alice", "to_team": "carol", "is_mine_to_answer": False}],
}


class Member(serializers.Serializer[Membership]):
    username = serializers.CharField(source="user.username")
    display_name = serializers.SerializerMethodField()
    is_captain = serializers.BooleanField()

    def get_display_name(self, member: Membership) -> str:
        return member.user.shown_name


class InvitationRow(serializers.Serializer[Any]):
    """Waits for the answer of `username`, whom `team` has invited."""

    id = serializers.IntegerField()
    team = serializers.CharField()
    username = serializers.CharField()
    is_mine_to_answer = serializers.BooleanField()


class MergerRow(serializers.Serializer[Any]):
    """Waits for the captain of `to_team`, whose people would come to `from_team`."""

    id = serializers.IntegerField()
    from_team = serializers.CharField()
    to_team = serializers.CharField()
    is_mine_to_answer = serializers.BooleanField()


class TeamAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    competition = serializers.CharField()
    members = Member(many=True)
    is_captain = serializers.BooleanField(help_text="Whether the asker leads it.")
    max_members = serializers.IntegerField()
    counted_submissions = serializers.IntegerField()
    is_disqualified = serializers.BooleanField()
    disqualification = serializers.CharField(allow_blank=True)
    link = serializers.URLField(allow_null=True, help_text="By it others come to the team; for its captain alone.")
    invitations = InvitationRow(many=True)
    mergers = MergerRow(many=True)


def team_answer(team: Team, request: Request) -> dict[str, Any]:
    """The fields of a TeamAnswer, for one of its people."""
    user, competition = who(request), team.competition
    people = members(team)
    leads = any(one.is_captain and one.user_id == user.pk for one in people)
    link = reverse("team_link", args=[competition.slug, team.link_token]) if leads and team.link_token else ""
    return {
        "id": team.pk,
        "name": team.name,
        "competition": competition.slug,
        "members": people,
        "is_captain": leads,
        "max_members": competition.max_team_size,
        "counted_submissions": counted(team),
        "is_disqualified": team.disqualified_at is not None,
        "disqualification": team.disqualification,
        "link": request.build_absolute_uri(link) if link else None,
        "invitations": _invitations(team, request),
        "mergers": _mergers(team, leads),
    }


def _invitations(team: Team, request: Request) -> list[dict[str, Any]]:
    got = open_invitations(who(request), team.competition).select_related("user")
    made = TeamInvitation.objects.filter(team=team, state=State.WAITING).select_related("user", "team")
    return [
        {"id": one.pk, "team": one.team.name, "username": one.user.username, "is_mine_to_answer": is_mine}
        for invitations, is_mine in ((got, True), (made, False))
        for one in invitations
    ]


def _mergers(team: Team, leads: bool) -> list[dict[str, Any]]:
    waiting = MergeProposal.objects.filter(state=State.WAITING).select_related("from_team", "to_team")
    both = ((waiting.filter(to_team=team), leads), (waiting.filter(from_team=team), False))
    return [
        {"id": one.pk, "from_team": one.from_team.name, "to_team": one.to_team.name, "is_mine_to_answer": is_mine}
        for proposals, is_mine in both
        for one in proposals
    ]
