"""The OpenAPI description: made from the addresses themselves, with an example for every answer."""

import inspect
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from api.endpoint import WITHOUT_BODY
from api.problems import CONTENT_TYPE, problem_body

# A file as an answer.
BINARY = OpenApiTypes.BINARY
BINARY_TYPE = "application/octet-stream"
Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class ProblemEntry(serializers.Serializer[Any]):
    """One of the things that are wrong: a line of a file, or a field of the request ("": all of it)."""

    line = serializers.IntegerField(required=False, allow_null=True)
    field = serializers.CharField(required=False, allow_blank=True)
    message = serializers.CharField()


class ProblemAnswer(serializers.Serializer[Any]):
    """What is refused, and why (RFC 9457). `detail` is for people, `code` for programs."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    problems = ProblemEntry(many=True, required=False)
    reset_at = serializers.DateTimeField(required=False, allow_null=True, help_text="When the next slot opens.")
    repeat_of = serializers.UUIDField(required=False, help_text="The submission of this very file.")
    request_id = serializers.CharField(required=False, help_text="Of a fault of ours: under which it is logged.")
    received_bytes = serializers.IntegerField(required=False, help_text="Of an upload: the next byte's number.")
    retry_at = serializers.DateTimeField(required=False)


# What any operation may refuse, beside what is its own: (code, sentence) of the example.
EXAMPLES = {
    400: ("invalid", "name: This field is required."),
    401: ("not_authenticated", "Authentication credentials were not provided."),
    403: ("permission_denied", "CSRF Failed: CSRF token missing."),
    404: ("not_found", "There is nothing at this address, or it is not for you to see."),
    409: ("conflict", "As things stand this cannot be done; `detail` says why, as the page does."),
    410: (
        "upload_ended",
        "The upload of 'predictions.csv' was cancelled, or left alone for too long. Begin a new one.",
    ),
    411: ("length_required", "The request does not say how long it is (Content-Length)."),
    413: ("too_large", "The request has 2,000,000 bytes; at most 1,000,000 are taken here."),
    415: ("unsupported_media_type", 'Unsupported media type "text/plain" in request.'),
    416: ("range_not_satisfiable", "The file has 1,000 bytes; none of them are asked for."),
    429: ("too_many_requests", "Too many requests. Go on in 12 s."),
}


def operation(
    operation_id: str,
    answer: Any,
    example: Any,
    *,
    status: int = 200,
    refuses: Mapping[int, str] | None = None,
    also: Mapping[int, str] | None = None,
    **more: Any,
) -> Callable[[Decorated], Decorated]:
    """Describe one operation: what it answers (a serializer, or None for no body), an example, what it refuses.

    `answer` may also be a mapping, from a media type to what is answered in it; the example is that of the JSON.

    `refuses`: status → a sentence for which it is given, beside those that every operation has. `also`: other statuses
    with the same answer, and when. `more` as for `extend_schema`.
    """
    shown = [] if example is None else [OpenApiExample("Example", value=example, response_only=True)]
    kinds = answer if isinstance(answer, Mapping) else {BINARY_TYPE if answer is BINARY else "": answer}
    responses: dict[Any, Any] = {
        (code, kind) if kind else code: OpenApiResponse(
            shape,
            description=(also or {}).get(code, ""),
            examples=[_for_status(one, code) for one in shown if kind in ("", "application/json")],
        )
        for code in (status, *(also or {}))
        for kind, shape in kinds.items()
    }
    for code, sentence in (refuses or {}).items():
        responses[code, CONTENT_TYPE] = _refusal(code, sentence)
    return extend_schema(operation_id=operation_id, responses=responses, **more)


def query(name: str, what: str, kind: Any = str, **more: Any) -> OpenApiParameter:
    """A parameter after the question mark."""
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY, description=what, **more)


def _for_status(example: OpenApiExample, status: int) -> OpenApiExample:
    return OpenApiExample(example.name, value=example.value, response_only=True, status_codes=[str(status)])


def _refusal(status: int, sentence: str = "") -> OpenApiResponse:
    code, usual = EXAMPLES[status]
    value = problem_body(status, code, sentence or usual)
    shown = OpenApiExample("Example", value=value, media_type=CONTENT_TYPE, status_codes=[str(status)])
    return OpenApiResponse(ProblemAnswer, description=HTTPStatus(status).phrase, examples=[shown])


class Schema(AutoSchema):
    """Adds what every operation may refuse: it follows from what the operation takes."""

    def get_description(self) -> str:  # type: ignore[override]  # spectacular's own is so
        """What the address's own class says, and nothing of what it is built on."""
        return inspect.cleandoc(vars(type(self.view)).get("__doc__") or "")

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        responses: dict[str, Any] = super()._get_response_bodies(direction)
        for status in self._always_refused():
            if str(status) not in responses:
                responses[str(status)] = self._get_response_for_code(  # type: ignore[no-untyped-call]
                    _refusal(status), str(status), [CONTENT_TYPE], direction
                )
        for code in {"429", "503"} & set(responses):
            retry_after = {"schema": {"type": "integer"}, "description": "Seconds."}
            responses[code]["headers"] = {"Retry-After": retry_after}
        return dict(sorted(responses.items()))

    def _always_refused(self) -> list[int]:
        statuses = [400, 401, 429]
        if "{" in self.path or self._is_list_view():
            statuses.append(404)
        if self.method not in WITHOUT_BODY:
            statuses += [403, 411, 413, 415]
        elif getattr(self.view, "permission_classes", ()) and "organize" in self.path:
            statuses.append(403)
        return statuses


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "The word `Token`, a space, and the token.",
        }


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
