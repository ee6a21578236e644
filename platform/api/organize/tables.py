"""A competition's tables as files: what the admin's dashboard gives out."""

import structlog
from django.http import Http404, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from api.organize.own import TAGS, OrganizersEndpoint, asking, own_or_404
from api.schema import operation
from leaderboard.exports import FOR_ORGANIZERS
from leaderboard.sheets import CONTENT_TYPES, as_file

ROWS = {"type": "array", "items": {"type": "object"}}
EXAMPLE = [{"team": "alice", "rank": 1, "score": 0.871}]
log = structlog.get_logger(__name__)


class TableView(OrganizersEndpoint):
    """One of the tables; who took which is logged, for they hold addresses."""

    @operation(
        "organize_table",
        {"text/csv": OpenApiTypes.STR, "application/json": ROWS}, EXAMPLE, tags=TAGS, summary="A table as CSV or JSON",
        parameters=[
            OpenApiParameter("name", str, OpenApiParameter.PATH, enum=sorted(FOR_ORGANIZERS)),
            OpenApiParameter("form", str, OpenApiParameter.PATH, enum=sorted(CONTENT_TYPES)),
        ],
    )  # fmt: skip
    def get(self, request: Request, slug: str, name: str, form: str) -> StreamingHttpResponse:
        """Participants with their addresses; submissions with their exact scores; both leaderboards."""
        competition = own_or_404(request, slug)
        if name not in FOR_ORGANIZERS or form not in CONTENT_TYPES:
            raise Http404
        log.info("exported", sheet=name, competition=competition.slug, by=asking(request).username)
        return as_file(FOR_ORGANIZERS[name](competition), form, competition.slug)
