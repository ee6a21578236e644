"""A competition as files: what they would change, the change itself, and the files of one that is there."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import file_digest, sha256
from io import BytesIO
from typing import Any, BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.core.validators import validate_slug
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from api.organize.own import TAGS, OrganizersEndpoint, OrganizersUpload, asking, own_or_404, refuse_without
from api.organize.own_competitions import OWN_EXAMPLE, OwnCompetition, own_competition
from api.problems import Problem
from api.schema import operation
from competitions.as_files.planning import Change, Plan
from competitions.as_files.refusal import FilesRefused
from competitions.as_files.sent import plan_of
from competitions.as_files.source import open_zip
from competitions.as_files.writing import exported
from competitions.models import Competition
from leaderboard.consequences import apply, consequences

SentFile = UploadedFile[Any]
PLAN_EXAMPLE = {
    "slug": "goodreads-ratings",
    "is_new": False,
    "fingerprint": "9f2c1e0d5b7a4c3e8f6d2b1a0c9e8d7f6a5b4c3d2e1f0a9b8c7d6e5f4a3b2c1d",
    "is_empty": False,
    "publishes": False,
    "changes": [{"place": "daily_limit", "before": "5", "after": "2", "diff": []}],
    "refusals": [],
    "remarks": [],
    "consequences": ["daily_limit is below what 3 teams used today: nothing more from them until a new day."],
}


class SentFiles(serializers.Serializer[Any]):
    """A zip of competition.yaml, pages/*.md and data/*, as an export has them."""

    file = serializers.FileField()
    slug = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=50,
        validators=[validate_slug],
        help_text="Under another address than the one in the files. Empty: that one.",
    )


class FilesToApply(SentFiles):
    fingerprint = serializers.CharField(max_length=64, help_text="Of the plan that was looked at.")
    reason = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        help_text="Why it is published, if something stands against it. Your name and your reason are recorded.",
    )


class ChangeAnswer(serializers.Serializer[Change]):
    place = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()
    diff = serializers.ListField(child=serializers.CharField(), help_text="The lines of a text that differ.")


class PlanAnswer(serializers.Serializer[Any]):
    """What applying the files would change, and for whom. Nothing is written by looking."""

    slug = serializers.CharField()
    is_new = serializers.BooleanField(help_text="A competition would be made.")
    fingerprint = serializers.CharField(help_text="Of these files against the competition as it is: apply asks for it.")
    is_empty = serializers.BooleanField(help_text="Everything is as the files say already.")
    publishes = serializers.BooleanField(help_text="Everyone would see the competition, and does not now.")
    changes = ChangeAnswer(many=True)
    refusals = serializers.ListField(child=serializers.CharField(), help_text="With any of these it cannot be applied.")
    remarks = serializers.ListField(child=serializers.CharField())
    consequences = serializers.ListField(
        child=serializers.CharField(), help_text="What it means for those who take part."
    )


@contextmanager
def planned(user: User, file: SentFile, slug: str) -> Iterator[Plan]:
    """The plan of a sent zip, which stays open meanwhile. Raises FilesRefused."""
    with open_zip(cast(BinaryIO, file.file)) as source:
        yield plan_of(source, user, slug)


def applied(plan: Plan, user: User, reason: str) -> Competition:
    """The competition as the plan says. Raises Problem where it cannot be applied now."""
    try:
        return apply(plan, user, reason)
    except FilesRefused as refusal:
        sentences = [{"message": sentence} for sentence in refusal.problems]
        raise Problem(409, "not_applied", str(refusal), problems=sentences) from refusal


def fingerprint_of(plan: Plan, file: SentFile) -> str:
    """What stands for the plan: the zip's bytes, the address, and what the competition was when it was planned."""
    file.seek(0)
    digest = file_digest(cast(BytesIO, file.file), "sha256").hexdigest()
    return sha256(json.dumps([plan.against, plan.wanted.slug, digest]).encode()).hexdigest()


class PlanView(OrganizersUpload):
    """What files would change."""

    @operation(
        "organize_plan", PlanAnswer, PLAN_EXAMPLE, tags=TAGS, summary="What files would change, and for whom",
        request={"multipart/form-data": SentFiles},
        refuses={400: "competition.yaml: the key 'dayly_limit' is not known. Did you mean 'daily_limit'?"},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Compare a zip of files with the competition that it names; writes nothing.

        Files that cannot be read as a competition are refused with all that is wrong with them.
        """
        refuse_without(request, "competitions.add_competition")
        sent = SentFiles(data=request.data)
        sent.is_valid(raise_exception=True)
        file = sent.validated_data["file"]
        with planned(asking(request), file, sent.validated_data["slug"]) as plan:
            found = {
                "slug": plan.wanted.slug,
                "is_new": plan.competition is None,
                "fingerprint": fingerprint_of(plan, file),
                "is_empty": plan.is_empty,
                "publishes": plan.publishes,
                "changes": plan.changes,
                "refusals": plan.refusals,
                "remarks": plan.remarks,
                "consequences": consequences(plan, timezone.now()),
            }
        return Response(PlanAnswer(found).data)


class ApplyView(OrganizersUpload):
    """The change that a plan has told of."""

    @operation(
        "organize_apply", OwnCompetition, OWN_EXAMPLE, tags=TAGS, summary="Make a competition what files say",
        request={"multipart/form-data": FilesToApply}, also={201: "A competition was made."},
        refuses={409: "The competition, or the files, were changed after that plan was made. Look at a new plan."},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Do what the plan of these files said: all of it, or nothing. `fingerprint`: the plan's."""
        refuse_without(request, "competitions.add_competition")
        sent = FilesToApply(data=request.data)
        sent.is_valid(raise_exception=True)
        values = sent.validated_data
        with planned(asking(request), values["file"], values["slug"]) as plan:
            if values["fingerprint"] != fingerprint_of(plan, values["file"]):
                sentence = _(
                    "The competition, or the files, were changed after that plan was made. Look at a new plan."
                )
                raise Problem(409, "plan_out_of_date", sentence)
            competition = applied(plan, asking(request), values["reason"])
        status = 201 if plan.competition is None else 200
        return Response(own_competition(request, competition), status=status)


class ExportView(OrganizersEndpoint):
    """The files of a competition."""

    @operation(
        "organize_export", {"application/zip": OpenApiTypes.BINARY}, None, tags=TAGS,
        summary="A competition as a zip of files",
        refuses={409: "The stored file of train.csv is gone. Upload it again in the admin, or remove it there."},
    )  # fmt: skip
    def get(self, request: Request, slug: str) -> Any:
        """competition.yaml, pages/*.md, data/*: the same bytes for the same competition. Its labels are not in it."""
        competition = own_or_404(request, slug)
        try:
            file = exported(competition)
        except FilesRefused as refusal:
            raise Problem(409, "not_exported", str(refusal)) from refusal
        return FileResponse(file, as_attachment=True, filename=f"{competition.slug}.zip")
