"""Reading again only what has changed: ETag, If-None-Match, 304."""

from collections.abc import Callable
from typing import Any

from django.http.response import HttpResponseBase
from django.views.decorators.http import conditional_page

View = Callable[..., HttpResponseBase]


def with_etag(view: Any) -> View:
    """`view` with an ETag made from what it answers, where it gives none of its own."""
    wrapped: View = conditional_page(view)
    return wrapped
