"""Before a competition opens: the launch check, the audit of its data, publishing."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.organize.jobs import JOB_EXAMPLE, JobAnswer
from api.organize.own import TAGS, OrganizersEndpoint, asking, own_or_404
from api.problems import Problem
from api.schema import operation
from competitions.launching import is_out_of_date, latest_audit, latest_check
from competitions.models import Competition, DataAudit, PublishOverride
from competitions.publishing import publish, unpublish, what_stands_against
from submissions.launch_jobs import ask_for_audit, ask_for_launch_check

CHECK_EXAMPLE = JOB_EXAMPLE | {
    "worst": "yellow",
    "is_out_of_date": False,
    "lines": [
        {
            "name": "Data was audited",
            "level": "yellow",
            "finding": "The audit of the data was not run.",
            "cure": "Run it on the Audit page.",
        }
    ],
}
AUDIT_EXAMPLE = JOB_EXAMPLE | {
    "worst": "green",
    "is_out_of_date": False,
    "findings": [
        {
            "check": "duplicates",
            "level": "ok",
            "headline": "No row of test.csv stands in train.csv too.",
            "cure": "",
            "evidence": [],
        }
    ],
}
PUBLISHING_EXAMPLE = {
    "is_published": False,
    "against": ["The launch check has not been run."],
    "overrides": [],
}


class CheckLine(serializers.Serializer[Any]):
    name = serializers.CharField()
    level = serializers.CharField()
    finding = serializers.CharField()
    cure = serializers.CharField()


class InspectionAnswer(JobAnswer):
    worst = serializers.CharField(help_text="The heaviest of all that was found; empty until it is done.")
    is_out_of_date = serializers.SerializerMethodField()

    def get_is_out_of_date(self, inspection: Any) -> bool:
        return is_out_of_date(inspection)


class CheckAnswer(InspectionAnswer):
    lines = CheckLine(many=True)


class Finding(serializers.Serializer[Any]):
    check = serializers.CharField()
    level = serializers.CharField()
    headline = serializers.CharField()
    cure = serializers.CharField()
    evidence = serializers.ListField(child=serializers.CharField())


class AuditAnswer(InspectionAnswer):
    findings = serializers.SerializerMethodField()

    @extend_schema_field(Finding(many=True))
    def get_findings(self, audit: DataAudit) -> Any:
        return audit.report.get("findings", [])


class Override(serializers.Serializer[PublishOverride]):
    """Published although something stood against it."""

    at = serializers.DateTimeField()
    by = serializers.CharField(source="by.username", default=None, allow_null=True)
    reason = serializers.CharField()
    against = serializers.ListField(child=serializers.CharField())


class PublishingAnswer(serializers.Serializer[Any]):
    is_published = serializers.BooleanField()
    against = serializers.ListField(
        child=serializers.CharField(), help_text="What keeps it from being published without a reason in writing."
    )
    overrides = Override(many=True)


class PublishRequest(serializers.Serializer[Any]):
    reason = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        help_text="Why it is published although something stands against it. Your name and your reason are recorded.",
    )


class LaunchCheckView(OrganizersEndpoint):
    """The rehearsal of a competition, with its checklist."""

    @operation(
        "organize_launch_check", CheckAnswer, CHECK_EXAMPLE, tags=TAGS, summary="The latest launch check",
        refuses={404: "The launch check has not been run."},
    )  # fmt: skip
    def get(self, request: Request, slug: str) -> Response:
        check = latest_check(own_or_404(request, slug))
        if check is None:
            raise Problem(404, "not_run", _("The launch check has not been run."))
        return Response(CheckAnswer(check).data)

    @operation(
        "organize_run_launch_check", CheckAnswer, CHECK_EXAMPLE | {"state": "asked", "worst": "", "lines": []},
        status=202, tags=TAGS, summary="Run the launch check", request=None,
    )  # fmt: skip
    def post(self, request: Request, slug: str) -> Response:
        """Ask the scoring worker for a new one; one that waits or runs is answered instead."""
        check = ask_for_launch_check(own_or_404(request, slug), asking(request))
        return Response(CheckAnswer(check).data, status=202)


class AuditView(OrganizersEndpoint):
    """The audit of a competition's data."""

    @operation(
        "organize_audit", AuditAnswer, AUDIT_EXAMPLE, tags=TAGS, summary="The latest audit of the data",
        refuses={404: "The audit of the data was not run."},
    )  # fmt: skip
    def get(self, request: Request, slug: str) -> Response:
        audit = latest_audit(own_or_404(request, slug))
        if audit is None:
            raise Problem(404, "not_run", _("The audit of the data was not run."))
        return Response(AuditAnswer(audit).data)

    @operation(
        "organize_run_audit", AuditAnswer, AUDIT_EXAMPLE | {"state": "asked", "worst": "", "findings": []},
        status=202, tags=TAGS, summary="Run the audit of the data", request=None,
    )  # fmt: skip
    def post(self, request: Request, slug: str) -> Response:
        """Ask the scoring worker for a new one; one that waits or runs is answered instead."""
        audit = ask_for_audit(own_or_404(request, slug), asking(request))
        return Response(AuditAnswer(audit).data, status=202)


class PublishView(OrganizersEndpoint):
    """Whether everyone sees the competition."""

    @operation(
        "organize_publishing", PublishingAnswer, PUBLISHING_EXAMPLE, tags=TAGS, summary="What stands against publishing"
    )
    def get(self, request: Request, slug: str) -> Response:
        return Response(_publishing(own_or_404(request, slug)))

    @operation(
        "organize_publish", PublishingAnswer, PUBLISHING_EXAMPLE | {"is_published": True, "against": []},
        tags=TAGS, summary="Publish", request=PublishRequest,
        refuses={409: "Five stars was not published. The launch check has not been run. Run the launch check …"},
    )  # fmt: skip
    def post(self, request: Request, slug: str) -> Response:
        """Let everyone see the competition. Publishing twice changes nothing."""
        competition = own_or_404(request, slug)
        asked = PublishRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        publish(competition, asking(request), asked.validated_data["reason"])
        return Response(_publishing(competition))


class UnpublishView(OrganizersEndpoint):
    """Back to a draft."""

    @operation("organize_unpublish", PublishingAnswer, PUBLISHING_EXAMPLE, tags=TAGS, summary="Unpublish", request=None)
    def post(self, request: Request, slug: str) -> Response:
        """Only its organizers see it from then on. Submissions and scores stay."""
        competition = own_or_404(request, slug)
        unpublish(competition)
        return Response(_publishing(competition))


def _publishing(competition: Competition) -> Any:
    found = {
        "is_published": competition.is_published,
        "against": [] if competition.is_published else what_stands_against(competition),
        "overrides": competition.publish_overrides.select_related("by"),
    }
    return PublishingAnswer(found).data
