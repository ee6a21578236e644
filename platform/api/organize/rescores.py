"""Scoring everything again under another version of the solution: asked for, looked at, made to count."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.organize.own import TAGS, OrganizersEndpoint, OrganizersListing, asking, own_or_404, refuse_without
from api.organize.solutions import version_or_404
from api.problems import Problem
from api.schema import operation
from competitions.models import Rescore
from submissions.rescores import ask, cancel, make_active, progress

RESCORE_EXAMPLE = {
    "id": 3,
    "state": "previewed",
    "version": 2,
    "from_version": 1,
    "asked_by": "olga",
    "asked_at": "2026-11-01T09:00:00Z",
    "finished_at": None,
    "failure": "",
    "scored": 120,
    "to_score": 120,
    "left_out": [],
    "preview": {
        "at": "2026-11-01T09:00:04Z",
        "submission_count": 120,
        "changed_count": 118,
        "largest_change": 0.021,
        "answered_otherwise_count": 0,
        "boards": [
            {
                "name": "Public",
                "ranked_count": 12,
                "moved_count": 1,
                "movers": [
                    {
                        "team": "alice",
                        "before": {"rank": 2, "score": 0.812},
                        "after": {"rank": 1, "score": 0.801},
                        "score_change": -0.011,
                    }
                ],
            }
        ],
    },
}
MOVED_ON = "Nothing has changed: the rescore is cancelled."


class OnBoard(serializers.Serializer[Any]):
    rank = serializers.IntegerField(allow_null=True)
    score = serializers.FloatField()


class Move(serializers.Serializer[Any]):
    team = serializers.CharField()
    before = OnBoard(allow_null=True)
    after = OnBoard(allow_null=True)
    score_change = serializers.FloatField(allow_null=True)


class BoardMoves(serializers.Serializer[Any]):
    """The teams that would move farthest on one board."""

    name = serializers.CharField()
    ranked_count = serializers.IntegerField()
    moved_count = serializers.IntegerField()
    movers = Move(many=True)


class Preview(serializers.Serializer[Any]):
    """What would change. For organizers only."""

    at = serializers.DateTimeField()
    submission_count = serializers.IntegerField()
    changed_count = serializers.IntegerField()
    largest_change = serializers.FloatField()
    answered_otherwise_count = serializers.IntegerField()
    boards = BoardMoves(many=True)


class LeftOut(serializers.Serializer[Any]):
    """A submission that could not be scored again; it is queued for the version when that counts."""

    submission = serializers.CharField()
    team = serializers.CharField()
    why = serializers.CharField()


class RescoreAnswer(serializers.Serializer[Rescore]):
    """`state` is scoring, previewed (it waits for a word), activating, active, cancelled or failed."""

    id = serializers.IntegerField()
    state = serializers.CharField()
    version = serializers.IntegerField(source="solution.version")
    from_version = serializers.IntegerField(source="before.version")
    asked_by = serializers.CharField(source="asked_by.username", default=None, allow_null=True)
    asked_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    failure = serializers.CharField(help_text="Why it cannot be done.")
    left_out = LeftOut(many=True)


class WholeRescore(RescoreAnswer):
    scored = serializers.SerializerMethodField(help_text="How many submissions are scored; null when it has ended.")
    to_score = serializers.SerializerMethodField(help_text="Of how many.")
    preview = serializers.SerializerMethodField(help_text="Null until everything is scored.")

    def to_representation(self, rescore: Rescore) -> Any:
        self._progress = progress(rescore) if rescore.is_under_way else (None, None)
        return super().to_representation(rescore)

    def get_scored(self, _rescore: Rescore) -> int | None:
        return self._progress[0]

    def get_to_score(self, _rescore: Rescore) -> int | None:
        return self._progress[1]

    @extend_schema_field(Preview(allow_null=True))
    def get_preview(self, rescore: Rescore) -> Any:
        if not rescore.preview:
            return None
        return Preview(rescore.preview | {"at": parse_datetime(rescore.preview["at"])}).data


class RescoreRequest(serializers.Serializer[Any]):
    version = serializers.IntegerField(min_value=1, help_text="Of the solution.")


class Word(serializers.Serializer[Any]):
    confirmed = serializers.BooleanField(
        required=False, default=False, help_text="True: participants may see new scores."
    )


class RescoresView(OrganizersListing):
    """All rescores of a competition, the newest first."""

    serializer_class = RescoreAnswer

    def get_queryset(self) -> QuerySet[Rescore]:
        return rescores_of(self.request, self.kwargs["slug"])

    @operation(
        "organize_rescores", RescoreAnswer(many=True),
        [{name: value for name, value in RESCORE_EXAMPLE.items() if name not in ("scored", "to_score", "preview")}],
        tags=TAGS, summary="The rescores",
    )  # fmt: skip
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)

    @operation(
        "organize_ask_rescore", WholeRescore,
        RESCORE_EXAMPLE | {"state": "scoring", "scored": 0, "preview": None}, status=201, tags=TAGS,
        summary="Score everything by another version", request=RescoreRequest,
        refuses={409: "A rescore by version 2 is under way (being scored). Make it active or cancel it first."},
    )  # fmt: skip
    def post(self, request: Request, slug: str) -> Response:
        """Nothing of it counts, and participants see nothing of it, until it is made active."""
        competition = own_or_404(request, slug)
        refuse_without(request, "competitions.add_solution")
        asked = RescoreRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        rescore = ask(version_or_404(request, slug, asked.validated_data["version"]), asking(request))
        address = reverse("api:organize_rescore", args=[competition.slug, rescore.pk])
        return Response(WholeRescore(rescore).data, status=201, headers={"Location": address})


class RescoreView(OrganizersEndpoint):
    """How far a rescore is, and who would move."""

    @operation("organize_rescore", WholeRescore, RESCORE_EXAMPLE, tags=TAGS, summary="A rescore, with its preview")
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return Response(WholeRescore(rescore_or_404(request, slug, pk)).data)


class ActivateRescoreView(OrganizersEndpoint):
    """The word that makes a rescore's version count."""

    @operation(
        "organize_activate_rescore", WholeRescore, RESCORE_EXAMPLE | {"state": "activating"}, status=202, tags=TAGS,
        summary="Let its version count", request=Word, refuses={409: MOVED_ON},
    )  # fmt: skip
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """What came meanwhile is scored first; then its version counts for everybody at once."""
        rescore = rescore_or_404(request, slug, pk)
        refuse_without(request, "competitions.add_solution")
        word = Word(data=request.data)
        word.is_valid(raise_exception=True)
        if not word.validated_data["confirmed"]:
            sentence = _("Nothing has changed: send “confirmed” as true, for participants will see new scores.")
            raise Problem(409, "not_confirmed", sentence)
        if not make_active(rescore):
            raise_moved_on(rescore, _("Nothing has changed: the rescore is %(state)s."))
        return Response(WholeRescore(rescore).data, status=202)


class CancelRescoreView(OrganizersEndpoint):
    """Giving a rescore up."""

    @operation(
        "organize_cancel_rescore", WholeRescore,
        RESCORE_EXAMPLE | {"state": "cancelled", "scored": None, "to_score": None}, tags=TAGS,
        summary="Give a rescore up", request=None, refuses={409: MOVED_ON},
    )  # fmt: skip
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """The version that counts stays."""
        rescore = rescore_or_404(request, slug, pk)
        refuse_without(request, "competitions.add_solution")
        if not cancel(rescore):
            raise_moved_on(rescore, _("It can be cancelled no more: the rescore is %(state)s."))
        return Response(WholeRescore(rescore).data)


def rescores_of(request: Request, slug: str) -> QuerySet[Rescore]:
    """The rescores of one's own competition. Raises Http404."""
    found = Rescore.objects.filter(competition=own_or_404(request, slug))
    return found.select_related("competition", "solution", "before", "asked_by")


def rescore_or_404(request: Request, slug: str, pk: int) -> Rescore:
    return get_object_or_404(rescores_of(request, slug), pk=pk)


def raise_moved_on(rescore: Rescore, sentence: str) -> None:
    """Raises Problem: the rescore is not where it could be done any more."""
    raise Problem(409, "rescore_moved_on", sentence % {"state": rescore.get_state_display()})
