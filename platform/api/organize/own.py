"""What all addresses for organizers have in common: whose competition it is, and what the role allows."""

from typing import Any, cast

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from accounts.models import User
from api.endpoint import Endpoint
from api.permissions import Organizer
from api.throttles import Uploads
from competitions.access import organized_by
from competitions.models import Competition

TAGS = ["organize"]


class OrganizersEndpoint(Endpoint):
    """An address for whoever may enter the admin."""

    permission_classes = (Organizer,)


class OrganizersListing(OrganizersEndpoint, ListAPIView):  # type: ignore[type-arg]
    """One that answers with a page of a list: give `get_queryset` and `serializer_class`."""


class OrganizersUpload(OrganizersEndpoint):
    """One that takes a file, as large as a solution may be."""

    parser_classes = (MultiPartParser,)
    throttle_classes = (*OrganizersEndpoint.throttle_classes, Uploads)

    def largest_body(self) -> int:
        # A session is asked for its CSRF token, for which the body is read, before anything asks whose session it is.
        visitor = self.request._request.user
        if visitor.is_authenticated and not visitor.is_staff:
            return super().largest_body()
        return int(settings.MAX_UNPACKED_BYTES + settings.UPLOAD_FORM_BYTES)


def asking(request: Request) -> User:
    """Whoever asks; they have signed in."""
    return cast(User, request.user)


def own_or_404(request: Request, slug: str) -> Competition:
    """The organizer's own competition. Raises Http404 for others' as for none."""
    return get_object_or_404(organized_by(asking(request)), slug=slug)


def refuse_without(request: Request, permission: str) -> None:
    """Raises PermissionDenied for staff whose role does not allow it, as in the admin."""
    if not asking(request).has_perm(permission):
        raise PermissionDenied


def by_line(problems: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was found wrong in a file, as an answer holds it: see `LineProblem`."""
    return [{"line": one["line"], "message": f"{one['finding']} {one['cure']}".strip()} for one in problems]
