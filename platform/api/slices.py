"""Where a submission errs, and the receipt of its score."""

from typing import Any
from uuid import UUID

from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint
from api.schema import operation
from api.submissions import seen_or_404
from api.visits import who
from competitions.clock import database_now
from competitions.models import JobState
from leaderboard.models import Receipt
from leaderboard.receipts import as_kept
from submissions.models import Submission
from submissions.slice_reports import ask_for_slices, report_on, slices_left, why_not_asked

TAGS = ["submissions"]
USED_UP = (
    "Your team has asked 3 times today where a file errs, as often as it may; the next time is possible at 00:00 UTC "
    "(in 3 h 12 min)."
)
NONE = "none"
EXAMPLE = {
    "state": "done",
    "refusal": "",
    "left": {"today": 2, "in_all": 29},
    "slices": [{"about": "how often the book stands in train.csv", "name": "never", "row_count": 812, "score": 1.02}],
}
RECEIPT = {
    "text": '{"competition":"goodreads-ratings",…}',
    "digest": "2c26…",
    "number": 1,
    "link_before": "0000…",
    "link": "c0ff…",
}


class Left(serializers.Serializer[Any]):
    today = serializers.IntegerField()
    in_all = serializers.IntegerField()


class SliceRow(serializers.Serializer[Any]):
    about = serializers.CharField()
    name = serializers.CharField()
    row_count = serializers.IntegerField()
    score = serializers.FloatField()


class SlicesAnswer(serializers.Serializer[Any]):
    """`state`: none was asked for, or that of the report. `refusal`: why none can be asked for."""

    state = serializers.ChoiceField((NONE, *JobState.values))
    refusal = serializers.CharField(allow_blank=True)
    left = Left(allow_null=True, help_text="As often the team may still ask; null for who is not in it.")
    slices = SliceRow(many=True)


class SlicesView(Endpoint):
    @operation("slices", SlicesAnswer, EXAMPLE, tags=TAGS, summary="Where a submission errs, once that was asked")
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(SlicesAnswer(_slices(seen_or_404(request, pk), request)).data)

    @operation(
        "ask_for_slices",
        SlicesAnswer,
        EXAMPLE | {"state": "waiting", "slices": []},
        status=202,
        request=None,
        refuses={409: USED_UP},
        tags=TAGS,
        summary="Ask where a submission errs; that costs one of the day's questions, once for each file",
    )
    def post(self, request: Request, pk: UUID) -> Response:
        found = seen_or_404(request, pk)
        ask_for_slices(found, who(request))
        return Response(SlicesAnswer(_slices(found, request)).data, status=202)


class ReceiptAnswer(serializers.Serializer[Any]):
    """`digest`: SHA-256 of `text`. `link`: SHA-256 of the link before and the digest."""

    text = serializers.CharField()
    digest = serializers.CharField()
    number = serializers.IntegerField()
    link_before = serializers.CharField()
    link = serializers.CharField()


class ReceiptView(Endpoint):
    @operation("receipt", ReceiptAnswer, RECEIPT, tags=TAGS, summary="The receipt of a submission's present score")
    def get(self, request: Request, pk: UUID) -> Response:
        sent = seen_or_404(request, pk)
        found = Receipt.objects.filter(evaluation=sent.evaluation).first() if sent.evaluation else None
        if found is None:
            raise Http404
        return Response(ReceiptAnswer(as_kept(found)).data)


def _slices(sent: Submission, request: Request) -> dict[str, Any]:
    """The fields of a SlicesAnswer."""
    report = report_on(sent)
    is_members = sent.team.memberships.filter(user=who(request)).exists()
    left = slices_left(sent.team, database_now(sent.competition)) if is_members else None
    return {
        "state": report.state if report else NONE,
        "refusal": "" if report and report.state == JobState.DONE else why_not_asked(sent),
        "left": left,
        "slices": report.slices or [] if report else [],
    }
