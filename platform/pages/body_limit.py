"""No request may send more than its page can use: told by Content-Length, before anything reads the body."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

WITHOUT_BODY = ("GET", "HEAD", "OPTIONS")


class BodyLimitMiddleware:
    """Answers 413 above FORM_BYTES, and 411 to what does not say how long it is; organizers' uploads in the admin may
    be as large as a solution.

    A view marked `judges_its_own_size` is left to itself. Stands before the CSRF check, which reads the body.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *_: Any) -> HttpResponse | None:
        if request.method in WITHOUT_BODY or getattr(view, "judges_its_own_size", False):
            return None
        is_organizers = request.path.startswith("/admin/") and request.user.is_active and request.user.is_staff
        limit = settings.MAX_UNPACKED_BYTES if is_organizers else settings.FORM_BYTES
        if request.headers.get("Transfer-Encoding"):
            return render(request, "413.html", {"code": 411, "limit": limit}, status=411)
        length = request.headers.get("Content-Length") or "0"
        if length.isascii() and length.isdigit() and int(length) <= limit:
            return None
        return render(request, "413.html", {"code": 413, "found": length[:20], "limit": limit}, status=413)
