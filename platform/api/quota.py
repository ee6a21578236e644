"""How many submissions a team may still send."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint
from api.schema import operation
from api.visits import competition_or_404, own_team
from competitions.clock import database_now
from competitions.models import Competition
from submissions.quota import (
    SubmissionRefused,
    allowance,
    model_seconds_left_today,
    model_seconds_per_day,
    next_day,
)
from submissions.sending import refuse_before_the_file
from teams.models import Team

EXAMPLE = {
    "daily_limit": 5,
    "used": 2,
    "left": 3,
    "left_in_all": None,
    "left_pending": None,
    "reset_at": None,
    "models": None,
    "can_submit": True,
    "reason": None,
}


class ModelQuota(serializers.Serializer[Any]):
    """How long models of the team may still run on this UTC day."""

    seconds_per_day = serializers.IntegerField()
    seconds_left = serializers.FloatField()
    reset_at = serializers.DateTimeField()


class QuotaAnswer(serializers.Serializer[Any]):
    """`left`: as many may be sent right now. Rejected, failed and withdrawn ones are free."""

    daily_limit = serializers.IntegerField()
    used = serializers.IntegerField(help_text="Of the daily limit.")
    left = serializers.IntegerField()
    left_in_all = serializers.IntegerField(allow_null=True, help_text="Null: as many as the days allow.")
    left_pending = serializers.IntegerField(allow_null=True, help_text="That may still wait at once; null: no limit.")
    reset_at = serializers.DateTimeField(
        allow_null=True, help_text="When the next slot opens for a team that has none; null: it has one, or none opens."
    )
    models = ModelQuota(allow_null=True)
    can_submit = serializers.BooleanField()
    reason = serializers.CharField(allow_null=True, help_text="Why nothing can be sent now.")


class QuotaView(Endpoint):
    @operation(
        "quota",
        QuotaAnswer,
        EXAMPLE,
        refuses={403: "Join Five stars first: you begin as a team of one."},
        tags=["submissions"],
        summary="How many submissions my team may still send",
    )
    def get(self, request: Request, slug: str) -> Response:
        competition = competition_or_404(request, slug)
        return Response(QuotaAnswer(_quota(own_team(request, competition), competition)).data)


def _quota(team: Team, competition: Competition) -> dict[str, Any]:
    now = database_now(competition)
    has = allowance(team, now)
    reason = None
    try:
        refuse_before_the_file(team)
    except SubmissionRefused as refusal:
        reason = str(refusal)
    models = None
    if competition.takes_models:
        models = {
            "seconds_per_day": model_seconds_per_day(competition),
            "seconds_left": max(0.0, model_seconds_left_today(team, now)),
            "reset_at": next_day(now),
        }
    return {
        "daily_limit": has.daily_limit,
        "used": has.daily_limit - has.left_today,
        "left": has.left,
        "left_in_all": has.left_in_all,
        "left_pending": has.left_pending,
        "reset_at": has.next_at,
        "models": models,
        "can_submit": reason is None,
        "reason": reason,
    }
