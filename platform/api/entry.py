"""The door of a competition: joining it, or asking to be let in."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint
from api.schema import operation
from api.team_answers import EXAMPLE, TeamAnswer, team_answer
from api.visits import competition_or_404, team_or_none, who
from teams.entry import ask_to_enter
from teams.joining import join

TAGS = ["team"]
CLOSED = "Five stars closed on 01 June 2026 at 12:00 UTC. Its pages and leaderboard stay readable."


class Joining(serializers.Serializer[Any]):
    accept_rules = serializers.BooleanField(help_text="That one has read the rules, and accepts them.")
    invitation = serializers.CharField(
        required=False, allow_blank=True, max_length=43, help_text="The token of an organizer's invitation."
    )
    rules_version = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=64,
        help_text="The competition's `rules_version` that was read. When it is no longer that: 409, `rules_changed`.",
    )

    def validate_accept_rules(self, is_accepted: bool) -> bool:
        if not is_accepted:
            raise serializers.ValidationError(_("Joining needs your consent to the rules: say true."))
        return is_accepted


class Asking(serializers.Serializer[Any]):
    message = serializers.CharField(
        required=False, allow_blank=True, max_length=500, help_text="For the organizers: who one is."
    )


class AskedAnswer(serializers.Serializer[Any]):
    state = serializers.CharField(help_text="waiting, approved or denied")
    reason = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()


class JoinView(Endpoint):
    @operation(
        "join",
        TeamAnswer,
        EXAMPLE,
        status=201,
        also={200: "Joined before: nothing has changed."},
        request=Joining,
        refuses={409: CLOSED},
        tags=TAGS,
        summary="Join a competition, as a team of one",
    )
    def post(self, request: Request, slug: str) -> Response:
        competition = competition_or_404(request, slug)
        was_in = team_or_none(request, competition) is not None
        asked = Joining(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        team = join(who(request), competition, said.get("invitation", ""), said.get("rules_version", ""))
        return Response(TeamAnswer(team_answer(team, request)).data, status=200 if was_in else 201)


class AskView(Endpoint):
    @operation(
        "ask_to_enter",
        AskedAnswer,
        {"state": "waiting", "reason": "", "created_at": "2026-11-20T10:15:00Z"},
        request=Asking,
        refuses={409: "Five stars does not ask its organizers who may join. Join it, if you may."},
        tags=TAGS,
        summary="Ask the organizers to be let in; asking twice changes nothing",
    )
    def post(self, request: Request, slug: str) -> Response:
        competition = competition_or_404(request, slug)
        asked = Asking(data=request.data)
        asked.is_valid(raise_exception=True)
        made = ask_to_enter(who(request), competition, asked.validated_data.get("message", ""))
        return Response(AskedAnswer(made).data)
