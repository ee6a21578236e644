"""Sending a submission and following it."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint, Listing
from api.files import file_answer
from api.problems import Problem
from api.schema import BINARY, operation, query
from api.submission_answers import EXAMPLE, WHOLE_EXAMPLE, SubmissionAnswer, SubmissionRow, row, whole
from api.throttles import Uploads
from api.visits import competition_or_404, own_team, who
from competitions.clock import database_now
from competitions.models import Competition
from leaderboard.final_selection import select
from submissions import lifecycle
from submissions.access import of_own_team, within_reach
from submissions.descriptions import describe
from submissions.models import Status, Submission
from submissions.removed_files import why_no_upload
from submissions.sending import refuse_before_the_file, send
from submissions.uploads import largest_upload, too_large
from teams.models import Team

TAGS = ["submissions"]
SHA256 = serializers.RegexField(
    r"^[0-9A-Fa-f]{64}\Z", required=False, allow_blank=True, help_text="Of the file, to be compared. 64 hex digits."
)
AGAIN = "Take the very file that the team has sent before once more; without it, 409 with `repeat_of`."
USED_UP = "Your team has used its 5 submissions for today; the next is possible at 00:00 UTC (in 3 h 12 min)."


class NewSubmission(serializers.Serializer[Any]):
    file = serializers.FileField(allow_empty_file=True)
    description = serializers.CharField(required=False, allow_blank=True, max_length=settings.DESCRIPTION_CHARACTERS)
    sha256 = SHA256
    send_again = serializers.BooleanField(required=False, default=False, help_text=AGAIN)


class Description(serializers.Serializer[Any]):
    description = serializers.CharField(allow_blank=True, max_length=1000)


class Selected(serializers.Serializer[Any]):
    selected = serializers.BooleanField()


class StatusFilter(serializers.Serializer[Any]):
    status = serializers.ChoiceField(Status.choices, required=False)


class EventRow(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    status = serializers.ChoiceField(Status.choices)
    status_text = serializers.CharField(source="get_status_display")
    note = serializers.CharField(allow_blank=True)


class SubmissionsView(Listing):
    """The submissions of one's own team; and the door for another one."""

    serializer_class = SubmissionRow
    parser_classes = (MultiPartParser,)

    def get_throttles(self) -> Any:
        return [*super().get_throttles(), *([Uploads()] if self.request.method == "POST" else [])]

    def largest_body(self) -> int:
        # Before anybody has signed in: of drafts, which take nothing, not even their limit is told.
        found = Competition.objects.filter(slug=self.kwargs["slug"], is_published=True).first()
        return largest_upload(found) + settings.UPLOAD_FORM_BYTES if found else settings.FORM_BYTES

    def too_long(self, length: int) -> str:
        found = Competition.objects.filter(slug=self.kwargs["slug"], is_published=True).first()
        sentence = too_large(found, length - settings.UPLOAD_FORM_BYTES, None) if found else None
        return sentence or super().too_long(length)

    def of_team(self, team: Team) -> QuerySet[Submission]:
        """The team's submissions that are asked for, each with what a line says."""
        wanted = StatusFilter(data=self.request.query_params)
        wanted.is_valid(raise_exception=True)
        mine = Submission.objects.filter(team=team).select_related("evaluation", "submitted_by", "team")
        return mine.filter(**wanted.validated_data)

    @operation(
        "submissions",
        SubmissionRow(many=True),
        [EXAMPLE],
        refuses={403: "Join Five stars first: you begin as a team of one."},
        parameters=[query("status", "Only those that stand so.", enum=Status.values)],
        tags=TAGS,
        summary="My team's submissions, the newest first",
    )
    def get(self, request: Request, slug: str) -> Response:
        competition = competition_or_404(request, slug)
        page = self.paginate_queryset(self.of_team(own_team(request, competition)))
        now = database_now(competition)
        return self.get_paginated_response(
            SubmissionRow([row(sent, competition, now, request) for sent in page or []], many=True).data
        )

    @operation(
        "submit",
        SubmissionAnswer,
        WHOLE_EXAMPLE | {"status": "queued", "public_score": None, "score_text": "", "is_final": False},
        status=201,
        request={"multipart/form-data": NewSubmission},
        refuses={403: "Join Five stars first: you begin as a team of one.", 409: USED_UP},
        tags=TAGS,
        summary="Send a file",
    )
    def post(self, request: Request, slug: str) -> Response:
        competition = competition_or_404(request, slug)
        team = own_team(request, competition)
        if int(request.headers.get("Content-Length") or 0) > settings.EARLY_REFUSAL_BYTES:
            refuse_before_the_file(team)
        asked = NewSubmission(data=request.data)
        asked.is_valid(raise_exception=True)
        sent = asked.validated_data
        made = send(
            team,
            who(request),
            sent["file"],
            sent.get("description", ""),
            sha256=sent.get("sha256", ""),
            send_again=sent["send_again"],
        )
        return created(made, request)


def created(made: Submission, request: Request) -> Response:
    """The answer for what has just become a submission."""
    answer = SubmissionAnswer(whole(made, request))
    return Response(answer.data, status=201, headers={"Location": reverse("api:submission", args=[made.pk])})


def seen_or_404(request: Request, pk: UUID) -> Submission:
    """The submission, if the asker may look at it."""
    return _one(within_reach(who(request)), pk)


def own_or_404(request: Request, pk: UUID) -> Submission:
    """The submission, if it is the asker's own team's."""
    return _one(of_own_team(who(request)), pk)


def _one(among: QuerySet[Submission], pk: UUID) -> Submission:
    found = among.select_related("submitted_by").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


class SubmissionView(Endpoint):
    @operation("submission", SubmissionAnswer, WHOLE_EXAMPLE, tags=TAGS, summary="One submission")
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(SubmissionAnswer(whole(seen_or_404(request, pk), request)).data)

    @operation(
        "describe_submission",
        SubmissionAnswer,
        WHOLE_EXAMPLE,
        request=Description,
        refuses={409: "Five stars is archived: what was said of its submissions stays as it is."},
        tags=TAGS,
        summary="Say something else of a submission",
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        found = own_or_404(request, pk)
        asked = Description(data=request.data)
        asked.is_valid(raise_exception=True)
        describe(found, who(request), asked.validated_data["description"])
        return Response(SubmissionAnswer(whole(own_or_404(request, pk), request)).data)


class TimelineView(Endpoint):
    @operation(
        "submission_timeline",
        EventRow(many=True),
        [{"at": "2026-11-20T10:15:00Z", "status": "queued", "status_text": "waiting", "note": "received"}],
        tags=TAGS,
        summary="What has happened to it, the oldest first",
    )
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(EventRow(seen_or_404(request, pk).events.all(), many=True).data)


class CancelView(Endpoint):
    @operation(
        "cancel_submission",
        SubmissionAnswer,
        WHOLE_EXAMPLE | {"status": "cancelled", "public_score": None, "score_text": ""},
        request=None,
        refuses={409: "It is no longer waiting, so it cannot be withdrawn."},
        tags=TAGS,
        summary="Withdraw what still waits; it does not count against the limit",
    )
    def post(self, request: Request, pk: UUID) -> Response:
        if not lifecycle.cancel(own_or_404(request, pk)):
            raise Problem(409, "not_waiting", _("It is no longer waiting, so it cannot be withdrawn."))
        return Response(SubmissionAnswer(whole(own_or_404(request, pk), request)).data)


class SelectView(Endpoint):
    @operation(
        "select_submission",
        SubmissionAnswer,
        WHOLE_EXAMPLE | {"is_selected": True},
        request=Selected,
        refuses={409: "Your team has chosen 2 of 2 submissions already. Take one out of the selection first."},
        tags=TAGS,
        summary="Put it into the final selection, or take it out",
    )
    def post(self, request: Request, pk: UUID) -> Response:
        found = own_or_404(request, pk)
        asked = Selected(data=request.data)
        asked.is_valid(raise_exception=True)
        select(found, asked.validated_data["selected"])
        return Response(SubmissionAnswer(whole(own_or_404(request, pk), request)).data)


class SentFileView(Endpoint):
    @operation(
        "submission_file",
        BINARY,
        None,
        also={206: "A part of it (Range)."},
        refuses={
            410: "The file was removed on 3 May 2026, as its organizers have set for the time after archiving.",
            416: "The file has 1,000 bytes; none of them are asked for.",
        },
        tags=TAGS,
        summary="The file as it was sent",
    )
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        found = own_or_404(request, pk)
        if reason := why_no_upload(found):
            raise Problem(410, "file_removed", reason)
        return file_answer(request, found.file, found.original_name, found.sha256)
