"""A web server whose threads are all at work: what is sent there has waited for one."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from config.bodies import WAITED

LONG, SHORT, NOT_AT_ALL = 9.0, 0.2, 0.0
# How long each of the next ones has waited, in their order; after them, none has.
waits: list[float] = []


class CrowdedServer:
    """Stands where the server stands: before everything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "POST" and waits:
            request.META[WAITED] = waits.pop(0)
        return self.get_response(request)
