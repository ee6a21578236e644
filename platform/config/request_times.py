"""How long requests take and what they bring, by view: what the web knows of itself, and the database does not."""

import os
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.multiprocess import MultiProcessCollector

from config.bodies import said_length
from config.shared_counts import SHARED

# Decided when the library was loaded, and so is this.
IS_SHARED = SHARED in os.environ
SECONDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# An address that leads nowhere, and one that was refused before anybody looked where it leads.
NOWHERE = "none"

# A second number for each, which nobody here reads.
disable_created_metrics()  # type: ignore[no-untyped-call]
request_seconds = Histogram(
    "holdout_request_seconds",
    "From a request's head until its answer begins, by view.",
    ("view",),
    buckets=SECONDS,
    registry=None if IS_SHARED else REGISTRY,
)
responses = Counter(
    "holdout_responses", "Answers, by view, method and status.", ("view", "method", "code"),
    registry=None if IS_SHARED else REGISTRY,
)  # fmt: skip
request_bytes = Counter(
    "holdout_request_bytes", "Bytes that requests brought, as their heads say, by view.", ("view",),
    registry=None if IS_SHARED else REGISTRY,
)  # fmt: skip


class RequestTimesMiddleware:
    """Counts every request that comes by. Labels are names of views, of which there are as many as are written."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun_at = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        view = match.view_name if match and match.view_name else NOWHERE
        method = request.method if request.method in METHODS else "other"
        request_seconds.labels(view).observe(time.perf_counter() - begun_at)
        responses.labels(view, method, str(response.status_code)).inc()
        request_bytes.labels(view).inc(said_length(request) or 0)
        return response


def counted_by_all() -> CollectorRegistry:
    """What this process and its siblings have counted."""
    if not IS_SHARED:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry
