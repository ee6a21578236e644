"""Every address of the site by its route, with values in its places; and who asks for them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

from django.contrib import admin
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

METHODS = ("get", "post", "put", "patch", "delete")
PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
# allauth's and simple_history's own expressions, as places with names.
EXPRESSIONS = (
    (r"(?P<key>[-:\w]+)", "<confirmation>"),
    (r"(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)", "<reset>"),
    (r"^([^/]+)/history/([^/]+)/", "<object_id>/history/<version_id>/"),
    (
        r"(?P<app_label>auth|accounts|competitions|teams|submissions|leaderboard|account|mfa|usersessions)",
        "<app_label>",
    ),
    (r"(?P<url>.*)", "<nowhere>"),
    ("api/v1/^", "api/v1/<nowhere>/"),
)


@dataclass(frozen=True)
class Address:
    """One of the site's: its route, readable, and what answers there."""

    route: str
    methods: tuple[str, ...]


def every_address() -> list[Address]:
    return [Address(_readable(route), _methods(pattern)) for route, pattern in _patterns(get_resolver().url_patterns)]


def _patterns(patterns: list[Any], before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern.url_patterns, route)
        else:
            yield route, pattern


def _readable(route: str) -> str:
    for expression, place in EXPRESSIONS:
        route = route.replace(expression, place)
    return "/" + route.replace("^", "").replace("$", "")


def _methods(pattern: URLPattern) -> tuple[str, ...]:
    """What a class says that it takes; a function is asked for a look and a deed."""
    of_a_class = getattr(pattern.callback, "cls", getattr(pattern.callback, "view_class", None))
    found = tuple(method for method in METHODS if of_a_class and hasattr(of_a_class, method))
    return found or ("get", "post")


def filled(route: str, places: dict[str, str]) -> str:
    """The address, with the value of each place: one of the route's own kind first ("rescores pk"), else of any."""
    parts = route.split("/")
    model = parts[3] if parts[1] == "admin" and len(parts) > 3 else ""

    def value(place: re.Match[str]) -> str:
        before = route[: place.start()].rstrip("/").split("/")[-1]
        for name in (f"{before} {place[1]}", f"{model} {place[1]}", place[1]):
            if name in places:
                return places[name]
        raise AssertionError(f"Teach this walk what stands in the place {place[0]} of {route}.")

    return PLACE.sub(value, route)


@dataclass(frozen=True)
class Answer:
    """What somebody got."""

    status: int
    headers: Mapping[str, str]
    text: str


class Visitor:
    """Somebody with a browser; whatever they do is undone as soon as the answer is there."""

    def __init__(self, user: Any = None, **client: Any) -> None:
        self._client = Client(raise_request_exception=False, **client)
        if user is not None:
            self._client.force_login(user)
        self._cookies = self._client.cookies.output(header="", sep=";")

    def ask(self, method: str, address: str, **said: Any) -> Answer:
        form: dict[str, Any] = {}
        if method != "get":
            of_programs = address.startswith("/api/") and "multipart" not in said.get("content_type", "")
            form = {"content_type": "application/json"} if of_programs else {}
        self._client.cookies = SimpleCookie(self._cookies)
        with transaction.atomic():
            answer = getattr(self._client, method)(address, **form, **said)
            content = answer.getvalue()
            transaction.set_rollback(True)
        return Answer(answer.status_code, answer.headers, content.decode("utf-8", "replace"))


def rows_of_the_admin() -> dict[str, str]:
    """The key of a row of each of its models, the one made first."""
    found = {}
    for model in admin.site._registry:
        row = model._default_manager.order_by("pk").first()
        found[f"{model._meta.model_name} object_id"] = str(row.pk) if row else "1"
        history = getattr(model, "history", None)
        if row is not None and history is not None:
            found[f"{model._meta.model_name} version_id"] = str(history.filter(**{model._meta.pk.name: row.pk})[0].pk)
    return found
