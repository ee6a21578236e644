"""What is refused, as application/problem+json (RFC 9457): the same sentences as on the pages.

{"type": "about:blank", "title", "status", "detail", "code", "problems"?: [{"line"?, "field"?, "message"}], …}
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import Http404, UnreadablePostError
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

from accounts.tokens import TokenRefused
from api.organize.refusals import ORGANIZERS_REFUSALS, each_of
from config.request_log import current_request_id
from config.trouble import passing_trouble
from leaderboard.final_selection import SelectionRefused
from submissions.chunked_uploads import UploadEnded
from submissions.descriptions import DescriptionRefused
from submissions.quota import SubmissionRefused, UsedUp
from submissions.repeats import SentBefore
from submissions.sending import OtherContent, TooLarge
from submissions.slice_reports import SlicesRefused
from teams.entry import JoiningRefused
from teams.joining import RulesChanged
from teams.members import ChangeRefused

CONTENT_TYPE = "application/problem+json"
# What the domain refuses: the status that says so, and the word for programs. Of classes that derive from each other
# the first one counts. Their text is the sentence for a person.
REFUSALS: dict[type[Exception], tuple[int, str]] = {
    TooLarge: (413, "too_large"),
    OtherContent: (409, "other_content"),
    SentBefore: (409, "sent_before"),
    UsedUp: (409, "used_up"),
    UploadEnded: (410, "upload_ended"),
    SubmissionRefused: (409, "submission_refused"),
    DescriptionRefused: (409, "description_refused"),
    RulesChanged: (409, "rules_changed"),
    JoiningRefused: (409, "joining_refused"),
    ChangeRefused: (409, "change_refused"),
    SelectionRefused: (409, "selection_refused"),
    SlicesRefused: (409, "slices_refused"),
    TokenRefused: (409, "token_refused"),
}
REFUSALS |= ORGANIZERS_REFUSALS
# When nothing is known of how long to wait.
RETRY_SECONDS = 60
log = structlog.get_logger(__name__)


class Problem(exceptions.APIException):
    """What an operation itself refuses: Problem(409, "not_whole", "3 of 5 bytes have come.", received_bytes=3)."""

    def __init__(
        self, status: int, code: str, sentence: str, *, headers: Mapping[str, str] | None = None, **more: object
    ) -> None:
        self.status_code = status
        self.code = code
        self.headers = dict(headers or {})
        self.more = more
        super().__init__(sentence, code)


def problem_body(status: int, code: str, sentence: str, **more: object) -> dict[str, object]:
    """The body of an answer that refuses something."""
    title = HTTPStatus(status).phrase
    return {"type": "about:blank", "title": title, "status": status, "detail": sentence, "code": code} | more


def answer(error: Exception, context: Mapping[str, Any]) -> Response:
    """The answer to whatever was raised while a request was served; REST framework calls it."""
    headers: dict[str, str] = {}
    more: dict[str, object] = {}
    if isinstance(error, Problem):
        status, code, sentence = error.status_code, error.code, str(error.detail)
        headers, more = error.headers, error.more
    elif isinstance(error, Http404):
        status, code, sentence = 404, "not_found", _("There is nothing at this address, or it is not for you to see.")
    elif isinstance(error, PermissionDenied):
        status, code, sentence = 403, "permission_denied", _("You may not do this.")
    elif isinstance(error, SuspiciousOperation | UnreadablePostError):
        status, code, sentence = 400, "unreadable", _("The request cannot be read: %(why)s") % {"why": error}
    elif isinstance(error, exceptions.Throttled):
        status, code, sentence, headers, more = _too_often(error)
    elif isinstance(error, exceptions.ValidationError):
        found = list(_misshapen(error.detail))
        status, code, more = 400, "invalid", {"problems": found}
        sentence = " ".join(f"{one['field']}: {one['message']}" if one["field"] else one["message"] for one in found)
    elif isinstance(error, exceptions.APIException):
        status, code, sentence = error.status_code, str(error.get_codes()), str(error.detail)
        if who := getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = who
    else:
        status, code, sentence, more = _refused(error) or _our_fault(error, context)
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            headers["Retry-After"] = str(settings.TROUBLE_RETRY_SECONDS)
    body = problem_body(status, code, sentence, **more)
    return Response(body, status=status, headers=headers, content_type=CONTENT_TYPE)


def _refused(error: Exception) -> tuple[int, str, str, dict[str, object]] | None:
    """What a rule of the domain says; None: `error` is none of them."""
    for kind, (status, code) in REFUSALS.items():
        if isinstance(error, kind):
            return status, code, str(error), _facts_of(error) | each_of(error)
    return None


def _facts_of(error: Exception) -> dict[str, object]:
    """What a refusal tells beside its sentence."""
    if isinstance(error, UsedUp):
        return {"reset_at": as_text(error.reset_at)}
    return {"repeat_of": str(error.earlier.pk)} if isinstance(error, SentBefore) else {}


def as_text(moment: datetime | None) -> str | None:
    """In ISO 8601, UTC, to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None


def _our_fault(error: Exception, context: Mapping[str, Any]) -> tuple[int, str, str, dict[str, object]]:
    request = getattr(context.get("request"), "_request", None)
    log.error("api_failed", exc_info=error, path=getattr(request, "path", ""))
    got_request_exception.send(sender=None, request=request)
    if sentence := passing_trouble(error):
        return 503, "out_of_order", sentence, {"request_id": current_request_id()}
    sentence = _("This was our fault, and it was logged. Nothing was counted; please try again.")
    return 500, "our_fault", sentence, {"request_id": current_request_id()}


def _too_often(error: exceptions.Throttled) -> tuple[int, str, str, dict[str, str], dict[str, object]]:
    seconds = max(1, int(getattr(error, "wait", None) or RETRY_SECONDS))
    sentence = _("Too many requests. Go on in %(seconds)s s.") % {"seconds": seconds}
    retry_at = as_text(timezone.now() + timedelta(seconds=seconds))
    return 429, "too_many_requests", sentence, {"Retry-After": str(seconds)}, {"retry_at": retry_at}


def _misshapen(detail: Any, field: str = "") -> Iterator[dict[str, str]]:
    """One entry for each sentence of a ValidationError, with the name of its field; "": the whole body."""
    if isinstance(detail, Mapping):
        for name, below in detail.items():
            yield from _misshapen(
                below, field if name == "non_field_errors" else ".".join(filter(None, (field, str(name))))
            )
    elif isinstance(detail, list):
        for number, below in enumerate(detail):
            nested = isinstance(below, Mapping | list)
            yield from _misshapen(below, f"{field}[{number}]" if nested else field)
    else:
        yield {"field": field, "message": str(detail)}
