"""One's team, and everything that is done with it."""

from collections.abc import Callable
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from api.endpoint import Endpoint, site_of
from api.schema import Decorated, operation
from api.team_answers import EXAMPLE, TeamAnswer, team_answer
from api.visits import competition_or_404, own_team, who
from leaderboard import calls, mergers
from submissions.merging import leave
from teams import invitations, members, merging
from teams.members import ChangeRefused
from teams.models import MergeProposal, Team, TeamInvitation

TAGS = ["team"]
NOT_JOINED = "Join Five stars first: you begin as a team of one."
NOT_CAPTAIN = "Only the captain of alice may do this. Ask alice."
REFUSES = {403: NOT_JOINED, 409: NOT_CAPTAIN}


class TeamName(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=150)


class Username(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150)


class OtherTeam(serializers.Serializer[Any]):
    team = serializers.CharField(max_length=150, help_text="As the leaderboard names it.")


class HostAnswer(serializers.Serializer[Any]):
    """Whose team a link leads to."""

    name = serializers.CharField()
    members = serializers.ListField(child=serializers.CharField())


def changed(operation_id: str, summary: str, **more: Any) -> Callable[[Decorated], Decorated]:
    """Describe something that is done to one's team, which is the answer."""
    return operation(operation_id, TeamAnswer, EXAMPLE, refuses=REFUSES, tags=TAGS, summary=summary, **more)


class TeamEndpoint(Endpoint):
    """An address that does something to the asker's team, and answers with it as it is then."""

    def mine(self, request: Request, slug: str) -> tuple[Team, User]:
        return own_team(request, competition_or_404(request, slug)), who(request)

    def answer(self, request: Request, slug: str, status: int = 200) -> Response:
        team, _user = self.mine(request, slug)
        return Response(TeamAnswer(team_answer(team, request)).data, status=status)


class TeamView(TeamEndpoint):
    @operation("team", TeamAnswer, EXAMPLE, refuses={403: NOT_JOINED}, tags=TAGS, summary="My team")
    def get(self, request: Request, slug: str) -> Response:
        return self.answer(request, slug)

    @changed("rename_team", "Give the team another name", request=TeamName)
    def patch(self, request: Request, slug: str) -> Response:
        team, user = self.mine(request, slug)
        members.rename(team, user, cleaned(TeamName, request)["name"])
        return self.answer(request, slug)


class CaptainView(TeamEndpoint):
    @changed("hand_over_team", "Make another member the captain", request=Username)
    def post(self, request: Request, slug: str) -> Response:
        team, user = self.mine(request, slug)
        named = cleaned(Username, request)["username"].strip()
        to = next((one.user for one in members.members(team) if one.user.username == named), None)
        if to is None:
            raise ChangeRefused(_("That person is not in your team. Choose one of its members."))
        members.hand_over(team, user, to)
        return self.answer(request, slug)


class LeaveView(TeamEndpoint):
    @changed("leave_team", "Leave the team, and be one of one again", request=None)
    def post(self, request: Request, slug: str) -> Response:
        leave(*self.mine(request, slug))
        return self.answer(request, slug)


class LinkView(TeamEndpoint):
    @changed("renew_team_link", "Give the team a new link; an older one opens nothing any more", request=None)
    def post(self, request: Request, slug: str) -> Response:
        invitations.renew_link(*self.mine(request, slug))
        return self.answer(request, slug)

    @changed("close_team_link", "Take the team's link away")
    def delete(self, request: Request, slug: str) -> Response:
        invitations.close_link(*self.mine(request, slug))
        return self.answer(request, slug)


class ByLinkView(TeamEndpoint):
    """The address behind a team's link."""

    @operation(
        "team_by_link",
        HostAnswer,
        {"name": "alice", "members": ["alice"]},
        tags=TAGS,
        summary="Whose team a link leads to",
    )
    def get(self, request: Request, slug: str, token: str) -> Response:
        host = self.host(request, slug, token)
        people = [str(one.user) for one in members.members(host)]
        return Response({"name": host.name, "members": people})

    @changed("come_by_link", "Come into the team of a link", request=None)
    def post(self, request: Request, slug: str, token: str) -> Response:
        host = self.host(request, slug, token)
        _team, user = self.mine(request, slug)
        mergers.come_by_link(host, token, user)
        return self.answer(request, slug)

    def host(self, request: Request, slug: str, token: str) -> Team:
        found = invitations.team_by_link(competition_or_404(request, slug), token)
        if found is None:
            raise Http404
        return found


class InvitationsView(TeamEndpoint):
    @changed("invite", "Invite a participant by user name", request=Username, status=201)
    def post(self, request: Request, slug: str) -> Response:
        team, user = self.mine(request, slug)
        invitations.invite(team, user, cleaned(Username, request)["username"], site_of(request))
        return self.answer(request, slug, 201)


class InvitationView(TeamEndpoint):
    @changed("answer_invitation", "Accept or decline an invitation, or withdraw it", request=None)
    def post(self, request: Request, slug: str, pk: int, answer: str) -> Response:
        team, user = self.mine(request, slug)
        try:
            calls.answer_invitation(team, user, pk, calls.Answer(answer))
        except TeamInvitation.DoesNotExist:
            raise Http404 from None
        return self.answer(request, slug)


class MergersView(TeamEndpoint):
    @changed("propose_merger", "Propose that another team becomes part of this one", request=OtherTeam, status=201)
    def post(self, request: Request, slug: str) -> Response:
        team, user = self.mine(request, slug)
        merging.propose(team, user, cleaned(OtherTeam, request)["team"], site_of(request))
        return self.answer(request, slug, 201)


class MergerView(TeamEndpoint):
    @changed("answer_merger", "Accept or decline a merger, or withdraw it", request=None)
    def post(self, request: Request, slug: str, pk: int, answer: str) -> Response:
        team, user = self.mine(request, slug)
        try:
            calls.answer_proposal(team, user, pk, calls.Answer(answer))
        except MergeProposal.DoesNotExist:
            raise Http404 from None
        return self.answer(request, slug)


def cleaned(shape: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """What the request says, in that shape. Raises ValidationError."""
    asked = shape(data=request.data)
    asked.is_valid(raise_exception=True)
    said: dict[str, Any] = asked.validated_data
    return said
