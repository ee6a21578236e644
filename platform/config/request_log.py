"""One id from a request to the grading of what it brought: in its answer, in the row, in every line of the log.

A proxy's X-Request-ID is taken when it is well formed; else one is made.
"""

import re
from uuid import uuid4

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils.functional import empty
from django_structlog.middlewares import RequestMiddleware

HEADER = "X-Request-ID"
# Its column in `submissions.Submission` is as wide.
ID_CHARACTERS = 64
WELL_FORMED = re.compile(rf"[A-Za-z0-9._-]{{8,{ID_CHARACTERS}}}")


def request_id_of(request: HttpRequest) -> str:
    """The id that the request came with, or a new one."""
    came_with = request.META.get("HTTP_X_REQUEST_ID", "")
    return came_with if WELL_FORMED.fullmatch(came_with) else uuid4().hex


def current_request_id() -> str:
    """Of the request that is being served, or of the one that brought what is being graded; "": there is none."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


class RequestLogMiddleware(RequestMiddleware):
    """Logs when a request begins and ends, binds its id, and says it in the answer.

    It stands outside of whatever may refuse a request, and asks the database nothing: a user is named when the
    request has looked for one.
    """

    def prepare(self, request: HttpRequest) -> None:
        structlog.contextvars.clear_contextvars()
        # django-structlog takes the id from here; a request that has read its headers before reads them anew.
        request.META["HTTP_X_REQUEST_ID"] = request_id_of(request)
        request.__dict__.pop("headers", None)
        super().prepare(request)

    def handle_response(self, request: HttpRequest, response: HttpResponse) -> None:
        response[HEADER] = current_request_id()
        super().handle_response(request, response)

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Without the query, in which a search or a token may stand."""
        return f"{request.method} {request.path}"

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        user = getattr(request, "user", None)
        if user is not None and getattr(user, "_wrapped", None) is not empty:
            structlog.contextvars.bind_contextvars(user_id=user.pk)
