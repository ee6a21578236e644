"""/metrics, for Prometheus alone: by its token, or from this very machine where the site has no name in the world."""

from hmac import compare_digest

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from pages.site_metrics import as_text

LOOPBACK = ("127.0.0.1", "::1", "::ffff:127.0.0.1")
# What a proxy adds: then the address that asks says nothing of who does.
OF_A_PROXY = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via")
NAMES_OF_THIS_MACHINE = {"localhost", "127.0.0.1", "[::1]"}


def metrics(request: HttpRequest) -> HttpResponse:
    if settings.METRICS_TOKEN:
        said = request.headers.get("Authorization", "")
        if not compare_digest(said.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
            answer = HttpResponse("Send the token: Authorization: Bearer …\n", "text/plain", status=401)
            answer["WWW-Authenticate"] = 'Bearer realm="metrics"'
            return answer
    elif not _is_asked_at_home(request):
        return HttpResponse("There is nothing here.\n", "text/plain", status=404)
    return HttpResponse(as_text(), CONTENT_TYPE_LATEST)


def _is_asked_at_home(request: HttpRequest) -> bool:
    """By this machine itself, of a site that is for this machine alone. Behind a proxy everybody comes from there."""
    is_public = settings.BEHIND_TLS_PROXY or not set(settings.ALLOWED_HOSTS) <= NAMES_OF_THIS_MACHINE
    came_through = any(name in request.headers for name in OF_A_PROXY)
    return not is_public and not came_through and request.META.get("REMOTE_ADDR") in LOOPBACK
