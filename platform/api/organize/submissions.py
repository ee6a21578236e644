"""What was sent, for organizers: every submission with all that is known of it, and what may be done to one."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.organize.deeds import DEED_EXAMPLE, DeedAnswer, DeedPreview, DeedRequest, carry_out, deed_or_404, foretold
from api.organize.own import TAGS, OrganizersEndpoint, OrganizersListing, by_line, own_or_404, refuse_without
from api.problems import Problem
from api.schema import operation, query
from api.submission_answers import LineProblem
from leaderboard.deeds import SUBMISSION_DEEDS
from submissions import lifecycle
from submissions.models import Event, ModelRun, Status, Submission
from submissions.removed_files import why_no_predictions, why_no_upload

# Of an id: more than that no database has.
MOST_DIGITS = 18
SUBMISSION_EXAMPLE = {
    "id": "5f0c5f0e-7a52-4a43-9d0b-0d5a8b0a4d11",
    "team": "alice",
    "team_id": 12,
    "submitted_by": "alice",
    "kind": "predictions",
    "status": "scored",
    "file_name": "predictions.csv",
    "bytes": 412345,
    "sha256": "9f2c1e0d5b7a4c3e8f6d2b1a0c9e8d7f6a5b4c3d2e1f0a9b8c7d6e5f4a3b2c1d",
    "description": "SVD with 40 factors",
    "submitted_at": "2026-11-03T10:00:00Z",
    "is_late": False,
    "is_selected": False,
    "disqualified_at": None,
    "disqualification": "",
    "solution_version": 1,
    "public_score": 0.7812345,
    "told": "score",
    "private_score": 0.7923456,
}
WHOLE_EXAMPLE = SUBMISSION_EXAMPLE | {
    "tries": 0,
    "failure": "",
    "problems": [],
    "timeline": [{"at": "2026-11-03T10:00:00Z", "status": "queued", "note": "received"}],
    "model_runs": [],
}


class SubmissionForOrganizers(serializers.Serializer[Submission]):
    """With its exact scores, private ones and those not told too: for organizers only."""

    id = serializers.UUIDField()
    team = serializers.CharField(source="team.name")
    team_id = serializers.IntegerField()
    submitted_by = serializers.CharField(source="submitted_by.username", default=None, allow_null=True)
    kind = serializers.CharField()
    status = serializers.CharField()
    file_name = serializers.CharField(source="original_name")
    bytes = serializers.IntegerField(source="size_bytes")
    sha256 = serializers.CharField()
    description = serializers.CharField()
    submitted_at = serializers.DateTimeField()
    is_late = serializers.BooleanField()
    is_selected = serializers.BooleanField()
    disqualified_at = serializers.DateTimeField(allow_null=True)
    disqualification = serializers.CharField(help_text="Why.")
    solution_version = serializers.IntegerField(source="evaluation.solution.version", default=None, allow_null=True)
    public_score = serializers.FloatField(source="evaluation.public_score", default=None, allow_null=True)
    told = serializers.CharField(
        source="evaluation.told", default=None, allow_null=True, help_text="What its team hears of that score."
    )
    private_score = serializers.FloatField(source="evaluation.private_score", default=None, allow_null=True)


class Step(serializers.Serializer[Event]):
    at = serializers.DateTimeField()
    status = serializers.CharField()
    note = serializers.CharField()


class Run(serializers.Serializer[ModelRun]):
    """One run of a SavedModel. The log of a hidden run may quote hidden features."""

    is_public_sample = serializers.BooleanField()
    outcome = serializers.CharField()
    seconds = serializers.FloatField()
    peak_rss_bytes = serializers.IntegerField()
    walls = serializers.ListField(child=serializers.CharField())
    log = serializers.CharField()
    ran_at = serializers.DateTimeField()


class WholeSubmission(SubmissionForOrganizers):
    tries = serializers.IntegerField(help_text="Failures of ours at the present step.")
    failure = serializers.CharField(help_text="Why it was given up.")
    problems = serializers.SerializerMethodField()
    timeline = Step(source="events", many=True)
    model_runs = Run(many=True)

    @extend_schema_field(LineProblem(many=True))
    def get_problems(self, submission: Submission) -> Any:
        return by_line(submission.problems)


class SubmissionsView(OrganizersListing):
    """Every submission of a competition, the newest first."""

    serializer_class = SubmissionForOrganizers

    def get_queryset(self) -> QuerySet[Submission]:
        found = submissions_of(self.request, self.kwargs["slug"])
        asked = self.request.query_params
        if status := asked.get("status"):
            found = found.filter(status=status) if status in Status.values else found.none()
        if team := asked.get("team"):
            is_id = team.isascii() and team.isdigit() and len(team) <= MOST_DIGITS
            found = found.filter(team=int(team)) if is_id else found.none()
        return found

    @operation(
        "organize_submissions", SubmissionForOrganizers(many=True), [SUBMISSION_EXAMPLE], tags=TAGS,
        summary="All submissions",
        parameters=[
            query("status", "Only those at this step of their lives.", enum=sorted(Status.values)),
            query("team", "Only those of the team with this id.", int),
        ],
    )  # fmt: skip
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)


class SubmissionView(OrganizersEndpoint):
    """One submission with its time line."""

    @operation("organize_submission", WholeSubmission, WHOLE_EXAMPLE, tags=TAGS, summary="A submission")
    def get(self, request: Request, slug: str, pk: Any) -> Response:
        return Response(WholeSubmission(submission_or_404(request, slug, pk)).data)


class RetryView(OrganizersEndpoint):
    """Taking up a failed submission once more."""

    @operation(
        "organize_retry", WholeSubmission, WHOLE_EXAMPLE | {"status": "queued"}, status=202, tags=TAGS,
        summary="Take a failed submission up again", request=None,
        refuses={409: "It was left alone: it is scored, and not failed."},
    )  # fmt: skip
    def post(self, request: Request, slug: str, pk: Any) -> Response:
        submission = submission_or_404(request, slug, pk)
        if not lifecycle.retry(submission):
            raise_left_alone(submission, Status.FAILED)
        return Response(WholeSubmission(submission_or_404(request, slug, pk)).data, status=202)


class GradeAgainView(OrganizersEndpoint):
    """Grading a scored submission again."""

    @operation(
        "organize_grade_again", WholeSubmission, WHOLE_EXAMPLE | {"status": "queued"}, status=202, tags=TAGS,
        summary="Grade a scored submission again", request=None,
        refuses={409: "It was left alone: it is rejected, and not scored."},
    )  # fmt: skip
    def post(self, request: Request, slug: str, pk: Any) -> Response:
        """Its present score counts until the new one stands."""
        submission = submission_or_404(request, slug, pk)
        if not lifecycle.regrade(submission):
            raise_left_alone(submission, Status.SCORED)
        return Response(WholeSubmission(submission_or_404(request, slug, pk)).data, status=202)


class SubmissionDeedView(OrganizersEndpoint):
    """Disqualifying a submission, and reinstating it."""

    deed_parameter = OpenApiParameter("deed", str, OpenApiParameter.PATH, enum=sorted(SUBMISSION_DEEDS))

    @operation(
        "organize_foresee_submission_deed", DeedPreview, DEED_EXAMPLE | {"subject": "predictions.csv of alice"},
        tags=TAGS, parameters=[deed_parameter], summary="What follows of doing that to a submission",
    )  # fmt: skip
    def get(self, request: Request, slug: str, pk: Any, deed: str) -> Response:
        """Nothing is done."""
        submission = submission_or_404(request, slug, pk)
        return Response(foretold(deed_or_404(SUBMISSION_DEEDS, deed), submission, submission.team))

    @operation(
        "organize_do_to_submission", DeedAnswer, {"done": True}, tags=TAGS, parameters=[deed_parameter],
        summary="Do that to a submission", request=DeedRequest,
        refuses={409: "The reason has 501 characters; the most is 500. Shorten it."},
    )  # fmt: skip
    def post(self, request: Request, slug: str, pk: Any, deed: str) -> Response:
        """The reason is read by the team and by the other organizers. `done` false: it is so already."""
        submission = submission_or_404(request, slug, pk)
        return Response(carry_out(deed_or_404(SUBMISSION_DEEDS, deed), submission, request))


def submissions_of(request: Request, slug: str) -> QuerySet[Submission]:
    """What was sent to one's own competition, without rehearsals. Raises Http404."""
    competition = own_or_404(request, slug)
    refuse_without(request, "submissions.view_submission")
    found = Submission.objects.filter(competition=competition, team__is_rehearsal=False)
    return found.select_related("team__competition", "submitted_by", "evaluation__solution")


def submission_or_404(request: Request, slug: str, pk: Any) -> Submission:
    return get_object_or_404(submissions_of(request, slug).prefetch_related("events", "model_runs"), pk=pk)


def raise_left_alone(submission: Submission, needed: Status) -> None:
    """Raises Problem: that is not where it would have to be, or what it would be graded from was removed."""
    found = Submission.objects.get(pk=submission.pk)
    if found.status == needed and (reason := why_no_upload(found) or why_no_predictions(found)):
        raise Problem(409, "file_removed", reason)
    sentence = _("It was left alone: it is %(found)s, and not %(needed)s.")
    words = {"found": found.get_status_display(), "needed": needed.label}
    raise Problem(409, "left_alone", sentence % words)
