"""The description as a document, and the page that shows it."""

from functools import cache
from typing import Any

from django.utils.translation import override
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer2
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint


@cache
def document() -> dict[str, Any]:
    """The whole description; it stays the same while the process runs, in English, whoever asks first."""
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    with override("en"):
        made: dict[str, Any] = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return made


class SchemaView(Endpoint):
    permission_classes = ()
    renderer_classes = (OpenApiJsonRenderer2,)
    schema = None

    def get(self, request: Request) -> Response:
        return Response(document())


class DocsView(SpectacularSwaggerSplitView):
    """Swagger's page, whose script comes by a request of its own."""

    template_name = "pages/api_docs.html"
    url_name = "api:schema"
    # The page has the site's frame, which says who is signed in.
    authentication_classes = (SessionAuthentication,)
    throttle_classes = ()
