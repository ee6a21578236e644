"""A Codabench bundle: what would become of each of its fields, and the competition made of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

from django.core.validators import validate_slug
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.organize.own import TAGS, OrganizersUpload, asking, refuse_without
from api.organize.own_competitions import OWN_EXAMPLE, OwnCompetition, own_competition
from api.schema import operation
from competitions.as_files.source import open_zip
from competitions.codabench.importing import import_mapped, planned
from competitions.codabench.mapping import Choice, Mapped, mapped
from competitions.codabench.report import Fate, Line
from grader.scoring.metrics import METRICS
from submissions.dispatch import check_solutions_after_commit

REPORT_EXAMPLE = {
    "slug": "ratings",
    "title": "Ratings",
    "refusals": [],
    "lines": [{"place": "docker_image", "fate": "not_mapped", "text": "Nothing of a participant is run in an image."}],
}
NO_BUNDLE = "competition.yaml: 'version' is 1; bundles of version 2 are taken."


class SentBundle(serializers.Serializer[Any]):
    """The zip that Codabench exports, with what it does not say by itself. No program in it is run."""

    file = serializers.FileField()
    metric = serializers.ChoiceField(choices=sorted(METRICS), help_text="What the bundle's scoring program computes.")
    metric_k = serializers.IntegerField(
        required=False, default=None, allow_null=True, min_value=1, max_value=32_767, help_text="k of a metric “at k”."
    )
    phase = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=100,
        help_text="Name or index of the phase that is meant. Empty: the last one.",
    )  # fmt: skip
    slug = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=50, validators=[validate_slug],
        help_text="Empty: made from the title.",
    )  # fmt: skip


class ReportLine(serializers.Serializer[Line]):
    place = serializers.CharField(help_text="Of the field, in the bundle's competition.yaml.")
    fate = serializers.ChoiceField(choices=Fate.values)
    text = serializers.CharField()


class BundleReport(serializers.Serializer[Any]):
    slug = serializers.CharField()
    title = serializers.CharField()
    refusals = serializers.ListField(child=serializers.CharField(), help_text="With any of these it is not imported.")
    lines = ReportLine(many=True)


@contextmanager
def _sent(request: Request) -> Iterator[Mapped]:
    """The bundle that was sent, mapped; open meanwhile. Raises FilesRefused."""
    refuse_without(request, "competitions.add_competition")
    sent = SentBundle(data=request.data)
    sent.is_valid(raise_exception=True)
    values = sent.validated_data
    choice = Choice(values["metric"], values["metric_k"], values["slug"], values["phase"])
    with open_zip(cast(BinaryIO, values["file"].file)) as source, mapped(source, choice) as bundle:
        yield bundle


class CodabenchReportView(OrganizersUpload):
    """What importing a bundle would make."""

    @operation(
        "organize_codabench_report", BundleReport, REPORT_EXAMPLE, tags=TAGS, refuses={400: NO_BUNDLE},
        request={"multipart/form-data": SentBundle}, summary="What would become of each field of a Codabench bundle",
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Nothing is written."""
        with _sent(request) as bundle:
            plan = planned(bundle)
            found = {
                "slug": plan.wanted.slug,
                "title": plan.wanted.values["title"],
                "refusals": plan.refusals,
                "lines": list(bundle.report),
            }
            return Response(BundleReport(found).data)


class CodabenchImportView(OrganizersUpload):
    """The competition of a bundle."""

    @operation(
        "organize_codabench_import", OwnCompetition, OWN_EXAMPLE, status=201, tags=TAGS, refuses={400: NO_BUNDLE},
        request={"multipart/form-data": SentBundle}, summary="Make a competition of a Codabench bundle, unpublished",
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Its labels are put away for the scoring worker, which checks them."""
        with _sent(request) as bundle:
            competition, solution = import_mapped(bundle, asking(request))
        if solution is not None:
            check_solutions_after_commit()
        return Response(own_competition(request, competition), status=201)
