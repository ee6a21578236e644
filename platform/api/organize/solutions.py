"""The versions of the hidden labels: sent here, stored at once where the scoring worker alone reads them."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.organize.own import (
    TAGS,
    OrganizersEndpoint,
    OrganizersListing,
    OrganizersUpload,
    asking,
    by_line,
    own_or_404,
    refuse_without,
)
from api.schema import operation
from api.submission_answers import LineProblem
from competitions.models import Solution
from submissions.row_exclusion import exclude_rows, refuse_unknown
from submissions.solution_uploads import take_solution

# As many digits as the admin's form takes.
LARGEST_ID = 10**18 - 1
SOLUTION_EXAMPLE = {
    "version": 2,
    "verdict": "refused",
    "problems": [{"line": 4, "message": "Usage 'public' is not known. Write Public, Private or Ignored."}],
    "is_active": False,
    "note": "Two labels mended.",
    "public_count": None,
    "private_count": None,
    "ignored_count": None,
    "based_on": None,
    "excluded_ids": [],
    "sha256": "",
    "uploaded_by": "olga",
    "uploaded_at": "2026-11-01T09:00:00Z",
}
WAITING_EXAMPLE = SOLUTION_EXAMPLE | {"verdict": "waiting", "problems": []}


class SolutionAnswer(serializers.Serializer[Solution]):
    """`verdict` is waiting, accepted or refused; ask again until it is one of the last two."""

    version = serializers.IntegerField()
    verdict = serializers.CharField()
    problems = serializers.SerializerMethodField(help_text="What its check has found wrong.")
    is_active = serializers.BooleanField(help_text="Whether scores are by this version.")
    note = serializers.CharField()
    public_count = serializers.IntegerField(allow_null=True)
    private_count = serializers.IntegerField(allow_null=True)
    ignored_count = serializers.IntegerField(allow_null=True)
    based_on = serializers.IntegerField(
        source="based_on.version", default=None, allow_null=True, help_text="The version whose rows it has."
    )
    excluded_ids = serializers.ListField(child=serializers.IntegerField(), help_text="Rows ignored since that one.")
    sha256 = serializers.CharField(help_text="Of the file, once it is accepted.")
    uploaded_by = serializers.CharField(source="uploaded_by.username", default=None, allow_null=True)
    uploaded_at = serializers.DateTimeField()

    @extend_schema_field(LineProblem(many=True))
    def get_problems(self, solution: Solution) -> Any:
        return by_line(solution.problems)


class SolutionUpload(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="CSV with the id column, the target column and Usage.")
    note = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=300, help_text="What is new in it, for the organizers."
    )

    def validate_file(self, file: Any) -> Any:
        try:
            Solution(file=file).clean()
        except ValidationError as problem:
            raise serializers.ValidationError(problem.messages) from problem
        return file


class ExclusionRequest(serializers.Serializer[Any]):
    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=-LARGEST_ID, max_value=LARGEST_ID),
        min_length=1,
        help_text="Of the rows that are not to count.",
    )
    reason = serializers.CharField(max_length=300, help_text="For the organizers; participants do not see it.")


class SolutionsView(OrganizersUpload, OrganizersListing):
    """All versions, the newest first."""

    serializer_class = SolutionAnswer

    def get_queryset(self) -> QuerySet[Solution]:
        return versions_of(self.request, self.kwargs["slug"])

    @operation(
        "organize_solutions", SolutionAnswer(many=True), [SOLUTION_EXAMPLE], tags=TAGS,
        summary="The versions of the solution",
    )  # fmt: skip
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)

    @operation(
        "organize_upload_solution", SolutionAnswer, WAITING_EXAMPLE, status=201, tags=TAGS,
        summary="Upload a version of the solution", request={"multipart/form-data": SolutionUpload},
    )  # fmt: skip
    def post(self, request: Request, slug: str) -> Response:
        """It goes straight into the label store; the scoring worker checks it, and its address says what was found."""
        competition = own_or_404(request, slug)
        refuse_without(request, "competitions.add_solution")
        sent = SolutionUpload(data=request.data)
        sent.is_valid(raise_exception=True)
        made = take_solution(competition, sent.validated_data["file"], asking(request), sent.validated_data["note"])
        return made_answer(made)


class SolutionView(OrganizersEndpoint):
    """One version, and what its check has found."""

    @operation("organize_solution", SolutionAnswer, SOLUTION_EXAMPLE, tags=TAGS, summary="A version of the solution")
    def get(self, request: Request, slug: str, version: int) -> Response:
        return Response(SolutionAnswer(version_or_404(request, slug, version)).data)


class ExcludeRowsView(OrganizersEndpoint):
    """A version without some rows."""

    @operation(
        "organize_exclude_rows", SolutionAnswer, WAITING_EXAMPLE | {"based_on": 1, "excluded_ids": [17, 23]},
        status=201, tags=TAGS, summary="A further version without some rows", request=ExclusionRequest,
        refuses={409: "1 of the 2 ids has no row in test.csv: 23. Exclude ids of test.csv only."},
    )  # fmt: skip
    def post(self, request: Request, slug: str, version: int) -> Response:
        """Ask for a version that is this one with these rows ignored. The scoring worker writes and checks it."""
        base = version_or_404(request, slug, version)
        refuse_without(request, "competitions.add_solution")
        asked = ExclusionRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        ids = sorted(set(asked.validated_data["ids"]))
        refuse_unknown(base.competition, ids)
        return made_answer(exclude_rows(base, ids, asked.validated_data["reason"], asking(request)))


def versions_of(request: Request, slug: str) -> QuerySet[Solution]:
    """The versions of one's own competition. Raises Http404."""
    competition = own_or_404(request, slug)
    found = Solution.objects.filter(competition=competition).order_by("-version")
    return found.select_related("competition", "based_on", "uploaded_by")


def version_or_404(request: Request, slug: str, version: int) -> Solution:
    return get_object_or_404(versions_of(request, slug), version=version)


def made_answer(solution: Solution) -> Response:
    """A new version, and where its check's findings will stand."""
    address = reverse("api:organize_solution", args=[solution.competition.slug, solution.version])
    return Response(SolutionAnswer(solution).data, status=201, headers={"Location": address})
