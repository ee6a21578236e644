"""An organizer's competitions: which they are, a new one from files, a copy of one."""

from typing import Any

from django.core.validators import validate_slug
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.organize.files import SentFiles, applied, planned
from api.organize.own import (
    TAGS,
    OrganizersEndpoint,
    OrganizersListing,
    OrganizersUpload,
    asking,
    own_or_404,
    refuse_without,
)
from api.organize.own_competitions import OWN_EXAMPLE, OwnCompetition, own_competition, with_numbers
from api.problems import Problem
from api.schema import operation
from competitions.access import organized_by
from competitions.as_files.cloning import clone
from competitions.as_files.refusal import FilesRefused
from competitions.models import Competition

TAKEN = "There is a competition 'goodreads-ratings' already. Choose another slug."


class NewFromFiles(SentFiles):
    reason = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        help_text="Where the files say that it is published: why, although no launch check has looked at it.",
    )


class CloneRequest(serializers.Serializer[Any]):
    slug = serializers.CharField(max_length=50, validators=[validate_slug], help_text="The new one's own.")
    title = serializers.CharField(max_length=120)


class OwnCompetitionsView(OrganizersUpload, OrganizersListing):
    """The competitions that name one as their organizer; a superuser's are all."""

    serializer_class = OwnCompetition

    def get_queryset(self) -> QuerySet[Competition]:
        return with_numbers(organized_by(asking(self.request)))

    @operation("organize_competitions", OwnCompetition(many=True), [OWN_EXAMPLE], tags=TAGS, summary="My competitions")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)

    @operation(
        "organize_create", OwnCompetition, OWN_EXAMPLE, status=201, tags=TAGS, summary="A new competition from files",
        request={"multipart/form-data": NewFromFiles}, refuses={409: TAKEN},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Make a competition from a zip of files, without a plan: nothing that is there can be changed by it."""
        refuse_without(request, "competitions.add_competition")
        sent = NewFromFiles(data=request.data)
        sent.is_valid(raise_exception=True)
        values = sent.validated_data
        with planned(asking(request), values["file"], values["slug"]) as plan:
            if plan.competition is not None:
                sentence = _("There is a competition %(slug)r already. Look at the plan of these files, and apply it.")
                raise Problem(409, "there_already", sentence % {"slug": plan.wanted.slug})
            made = applied(plan, asking(request), values["reason"])
        return Response(own_competition(request, made), status=201)


class OwnCompetitionView(OrganizersEndpoint):
    """One of them."""

    @operation("organize_competition", OwnCompetition, OWN_EXAMPLE, tags=TAGS, summary="A competition of mine")
    def get(self, request: Request, slug: str) -> Response:
        return Response(own_competition(request, own_or_404(request, slug)))


class CloneView(OrganizersEndpoint):
    """A competition like another one."""

    @operation(
        "organize_clone", OwnCompetition, OWN_EXAMPLE, status=201, tags=TAGS, summary="A new competition like this one",
        request=CloneRequest, refuses={409: TAKEN},
    )  # fmt: skip
    def post(self, request: Request, slug: str) -> Response:
        """A new, unpublished competition with the pages, data, settings and dates of this one: set its own dates."""
        refuse_without(request, "competitions.add_competition")
        competition = own_or_404(request, slug)
        wanted = CloneRequest(data=request.data)
        wanted.is_valid(raise_exception=True)
        values = wanted.validated_data
        try:
            made = clone(competition, values["slug"], values["title"], asking(request))
        except FilesRefused as refusal:
            raise Problem(409, "not_cloned", str(refusal)) from refusal
        return Response(own_competition(request, made), status=201)
