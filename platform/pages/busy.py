"""When more comes than can be answered, the surplus is told at once to come back, so that nobody waits for long.

A burst is worked off: only where a queue has stood without a pause for BUSY_AFTER_SECONDS is anybody refused, and then
whoever has waited longer than BUSY_WAIT_SECONDS (controlled delay: Nichols & Jacobson, 2012; for requests: Maurer,
2015).
"""

import random
from collections.abc import Callable
from time import monotonic

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from config.bodies import WAITED, said_length, what_comes

# The organizers must see what goes on. Static files and whoever watches the site are served before this is asked.
STAYS_OPEN = "/admin/"
API = "/api/"
# Whoever waits no longer than this part of BUSY_WAIT_SECONDS has met no queue.
NO_WAIT_SHARE = 0.1
log = structlog.get_logger(__name__)


class BusyMiddleware:
    """Answers 503 with Retry-After to the surplus, before anything asks the database; the API with problem+json.

    Nothing of such a request is taken. Under a server that does not tell how long requests waited, nobody is refused.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._stands_since: float | None = None
        self._refuses = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        waited = float(request.META.get(WAITED, 0.0))
        if not self._is_surplus(waited) or request.path.startswith(STAYS_OPEN):
            return self.get_response(request)
        # Unread, it would be answered by a reset connection, which hides the answer.
        if (said_length(request) or 0) <= settings.EARLY_REFUSAL_BYTES:
            what_comes(request)
        seconds = _come_back_in()
        answer = _answer(request, seconds)
        answer["Retry-After"] = str(seconds)
        return answer

    def _is_surplus(self, waited: float) -> bool:
        """Whether a queue has stood for so long that who has waited for so many seconds is not served any more."""
        if not settings.BUSY_AFTER_SECONDS or waited <= settings.BUSY_WAIT_SECONDS * NO_WAIT_SHARE:
            self._stands_since, self._refuses = None, False
            return False
        now = monotonic()
        if self._stands_since is None:
            self._stands_since = now - waited
        stands = now - self._stands_since
        if stands < settings.BUSY_AFTER_SECONDS or waited <= settings.BUSY_WAIT_SECONDS:
            return False
        if not self._refuses:
            self._refuses = True
            log.warning("busy", stands_seconds=round(stands, 1), waited_seconds=round(waited, 2))
        return True


def _come_back_in() -> int:
    """Seconds; not the same for all, so that they do not come back as one crowd."""
    least = settings.BUSY_RETRY_SECONDS
    return random.randint(least, 2 * least)  # nosec B311  # Nobody gains by guessing it.


def _answer(request: HttpRequest, seconds: int) -> HttpResponse:
    said = _("Very many ask at once. Nothing of yours was taken or counted; try again in %(seconds)s s.") % {
        "seconds": seconds
    }
    if request.path.startswith(API):
        problem = {"type": "about:blank", "title": _("Busy"), "status": 503, "detail": said, "code": "busy"}
        return JsonResponse(problem | {"retry_after": seconds}, status=503, content_type="application/problem+json")
    if request.headers.get("Accept", "") == "application/json":
        return JsonResponse({"problem": said, "code": "busy", "retry_after": seconds}, status=503)
    # Rendered without the request: nothing on this page may need the database.
    return HttpResponse(render_to_string("busy.html", {"said": said}), status=503)
