"""Where those who watch the site knock: load balancers, containers, Prometheus.

Answered before everything else: no session, no name of a host that must be known, no page of maintenance, no line in
the log stands in the way of a probe that asks by an address of its own.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

from pages.metrics_view import metrics
from submissions.readiness import readiness


class WatchersMiddleware:
    """The outermost one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        door = DOORS.get(request.path_info)
        if door is None:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(("GET", "HEAD"))
        answer = door(request)
        answer["Cache-Control"] = "no-store"
        answer["X-Content-Type-Options"] = "nosniff"
        return answer


def healthz(_request: HttpRequest) -> JsonResponse:
    """200: this process answers. It touches nothing: a database that is away is no reason to start it again."""
    return JsonResponse({"status": "alive"})


def readyz(_request: HttpRequest) -> JsonResponse:
    """200 when the web can serve, perhaps with something else amiss ("degraded"); 503 when it cannot."""
    found = readiness()
    checks = [
        {"check": check.name, "state": check.state.value, "found": check.found, "to_do": check.to_do or None}
        for check in found.checks
    ]
    content = {"status": found.word, "at": f"{found.at:%Y-%m-%dT%H:%M:%SZ}", "checks": checks}
    return JsonResponse(content, status=200 if found.can_serve else 503, json_dumps_params={"indent": 1})


DOORS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/healthz": healthz,
    "/readyz": readyz,
    "/metrics": metrics,
}
