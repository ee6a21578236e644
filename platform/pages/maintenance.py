"""While an operator is at work the site is closed: 503 for everybody but organizers, who must see what they mend."""

from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

# Who watches the site, and by which way an organizer gets in. Static files are served before this is asked.
STAYS_OPEN = (
    "/status/", "/status.json",
    "/accounts/login/", "/accounts/2fa/", "/accounts/logout/", "/favicon.ico",
)  # fmt: skip
API = "/api/"


class MaintenanceMiddleware:
    """Answers 503 with Retry-After while HOLDOUT_MAINTENANCE is set, the API with problem+json.

    Stands behind the middleware that sets `request.user`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.MAINTENANCE or request.path.startswith(STAYS_OPEN) or _organizes(request):
            return self.get_response(request)
        answer = _problem() if request.path.startswith(API) else _page()
        answer["Retry-After"] = str(_retry_after())
        return answer


def _organizes(request: HttpRequest) -> bool:
    try:
        return request.user.is_active and request.user.is_staff
    except DatabaseError:
        # It may be the database that is mended.
        return False


def _page() -> HttpResponse:
    # Rendered without the request: nothing on this page may need the database.
    said = {"text": settings.MAINTENANCE, "until": settings.MAINTENANCE_UNTIL}
    return HttpResponse(render_to_string("503.html", said), status=503)


def _problem() -> JsonResponse:
    problem = {
        "type": "about:blank",
        "title": _("Under maintenance"),
        "status": 503,
        "detail": settings.MAINTENANCE,
        "code": "maintenance",
    }
    return JsonResponse(problem, status=503, content_type="application/problem+json")


def _retry_after() -> int:
    """In seconds: until the time that was named, while that lies ahead."""
    until = settings.MAINTENANCE_UNTIL
    left = int((until - timezone.now()).total_seconds()) if until else 0
    return left if left > 0 else settings.MAINTENANCE_RETRY_SECONDS
