"""Who asks to be let in, and the organizers' answer."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.addresses import verified_addresses
from api.endpoint import site_of
from api.organize.own import TAGS, OrganizersEndpoint, OrganizersListing, asking, own_or_404, refuse_without
from api.schema import operation, query
from competitions.confirmation import REASON_LENGTH
from teams.entry import approve, deny
from teams.models import EntryRequest

ASKED_EXAMPLE = {
    "id": 7,
    "user": "alice",
    "confirmed_addresses": ["alice@example.org"],
    "message": "I am in your class.",
    "state": "waiting",
    "reason": "",
    "created_at": "2026-11-20T10:15:00Z",
    "decided_by": None,
    "decided_at": None,
}


class EntryRequestForOrganizers(serializers.Serializer[EntryRequest]):
    id = serializers.IntegerField()
    user = serializers.CharField(source="user.username")
    confirmed_addresses = serializers.SerializerMethodField()
    message = serializers.CharField(help_text="What the person says of themselves.")
    state = serializers.ChoiceField(choices=EntryRequest.State.values)
    reason = serializers.CharField(help_text="Why it was denied; the person reads it.")
    created_at = serializers.DateTimeField()
    decided_by = serializers.CharField(source="decided_by.username", default=None, allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)

    def get_confirmed_addresses(self, asked: EntryRequest) -> list[str]:
        return sorted(verified_addresses(asked.user))


class Denial(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=REASON_LENGTH, help_text="The person reads it.")


class Decided(serializers.Serializer[Any]):
    done = serializers.BooleanField(help_text="False: it was decided so before, or the person has joined.")


class EntryRequestsView(OrganizersListing):
    """The requests to be let in, the newest first."""

    serializer_class = EntryRequestForOrganizers

    def get_queryset(self) -> QuerySet[EntryRequest]:
        found = _asked_of(self.request, self.kwargs["slug"])
        state = self.request.query_params.get("state", "")
        return found.filter(state=state) if state in EntryRequest.State.values else found

    @operation(
        "organize_entry_requests", EntryRequestForOrganizers(many=True), [ASKED_EXAMPLE], tags=TAGS,
        summary="Who asks to be let in",
        parameters=[query("state", "Only those that are so.", enum=EntryRequest.State.values)],
    )  # fmt: skip
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)


class ApproveEntryView(OrganizersEndpoint):
    """The person may join, and gets a letter that says so."""

    @operation(
        "organize_approve_entry", Decided, {"done": True}, tags=TAGS, request=None, summary="Let somebody in"
    )  # fmt: skip
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """One that was denied can be approved as well."""
        chosen = _one_or_404(request, slug, pk)
        return Response(Decided({"done": approve(chosen, asking(request), site_of(request)) > 0}).data)


class DenyEntryView(OrganizersEndpoint):
    """The person is not let in, and gets a letter with the reason."""

    @operation(
        "organize_deny_entry", Decided, {"done": True}, tags=TAGS, request=Denial, summary="Do not let somebody in"
    )  # fmt: skip
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """Whoever has joined by now stays."""
        chosen = _one_or_404(request, slug, pk)
        asked = Denial(data=request.data)
        asked.is_valid(raise_exception=True)
        return Response(Decided({"done": deny(chosen, asking(request), asked.validated_data["reason"]) > 0}).data)


def _asked_of(request: Request, slug: str) -> QuerySet[EntryRequest]:
    """What was asked of one's own competition. Raises Http404."""
    competition = own_or_404(request, slug)
    refuse_without(request, "teams.view_entryrequest")
    found = EntryRequest.objects.filter(competition=competition)
    return found.select_related("user", "decided_by").prefetch_related("user__emailaddress_set")


def _one_or_404(request: Request, slug: str, pk: int) -> QuerySet[EntryRequest]:
    return EntryRequest.objects.filter(pk=get_object_or_404(_asked_of(request, slug), pk=pk).pk)
