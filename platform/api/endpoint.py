"""What every address of the API has in common."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.views import APIView

from api.conditional import with_etag
from api.problems import Problem
from config.by_locale import whole

WITHOUT_BODY = ("GET", "HEAD", "OPTIONS")


class Endpoint(APIView):
    """An address: signed in by token or session, refused by problem+json, read again by ETag.

    A body is refused by its Content-Length before anything reads it, also before the CSRF check does.
    """

    def largest_body(self) -> int:
        """The most bytes that a request to this address may have."""
        return int(settings.FORM_BYTES)

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        view = with_etag(super().as_view(**initkwargs))
        view.judges_its_own_size = True  # type: ignore[attr-defined]  # for the site's body limit
        return view

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if request.method not in WITHOUT_BODY:
            self.refuse_by_length(request)
        super().initial(request, *args, **kwargs)

    def refuse_by_length(self, request: Request) -> None:
        """Raises Problem (411, 400, 413) by what the request's head says of its body."""
        if request.headers.get("Transfer-Encoding", "").lower() == "chunked":
            raise Problem(411, "length_required", _("The request does not say how long it is (Content-Length)."))
        length = request.headers.get("Content-Length") or "0"
        if not (length.isascii() and length.isdigit()):
            sentence = _("Content-Length %(found)r is not a number of bytes.") % {"found": length[:20]}
            raise Problem(400, "wrong_length", sentence)
        if int(length) > self.largest_body():
            raise Problem(413, "too_large", self.too_long(int(length)))

    def too_long(self, length: int) -> str:
        """The sentence for a body of so many bytes."""
        most = self.largest_body()
        return _("The request has %(found)s bytes; at most %(most)s are taken here.") % {
            "found": whole(length),
            "most": whole(most),
        }

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        # What one person sees is nobody else's, and may be otherwise a moment later: it is asked again by its ETag.
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_cache=True)
        patch_vary_headers(response, ["Authorization", "Cookie"])
        return response


class Listing(Endpoint, ListAPIView):  # type: ignore[type-arg]
    """An address that answers with a page of a list: give `get_queryset` and `serializer_class`."""


class NotFound(Endpoint):
    """Whatever begins with /api/v1/ and is no address."""

    permission_classes = ()
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        sentence = _("There is no such address. /api/docs/ lists all of them.")
        raise Problem(404, "not_found", sentence)


def site_of(request: Request | HttpRequest) -> str:
    """The site's own address, without a slash at its end."""
    return request.build_absolute_uri("/").rstrip("/")
