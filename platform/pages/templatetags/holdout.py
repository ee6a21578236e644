from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.forms import BoundField
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from config import by_locale
from config.by_locale import brief_time, decimal
from config.request_log import current_request_id
from pages import markdown as rendering

register = template.Library()


@register.simple_tag
def request_id() -> str:
    """The id under which the request that is being answered is logged; it needs no context, which error pages lack."""
    return current_request_id()


@register.filter
def markdown(text: str) -> SafeString:
    """The Markdown text as safe HTML."""
    return rendering.to_html(text)


@register.filter
def decimals(score: float, count: int) -> str:
    """A disclosed score with exactly `count` digits after the point."""
    return decimal(score, count)


@register.filter
def percent(share: float) -> str:
    """A share of 1 as a percentage with two digits after the point."""
    return by_locale.percent(share, 2)


@register.filter
def listed_as_code(names: Sequence[str]) -> SafeString:
    """`a`, `b` and `c`; of none, nothing."""
    shown = [format_html("<code>{}</code>", name) for name in names]
    if len(shown) < 2:
        return shown[0] if shown else SafeString()
    *others, last = shown
    return format_html(_("{listed} and {last}"), listed=mark_safe(", ".join(others)), last=last)  # nosec B308 B703


@register.filter
def with_class(field: BoundField, css_class: str) -> SafeString:
    """The form field's widget with a CSS class."""
    return field.as_widget(attrs={"class": css_class})


@register.simple_tag
def moment(at: datetime, adds: str = "") -> SafeString:
    """A time in UTC; the page's script adds the viewer's own zone, and how long it is until then.

    `adds` "zone": the viewer's zone alone, where the page itself says how long.
    """
    return format_html(
        '<time datetime="{}" data-moment="{}">{} UTC</time>',
        f"{at:%Y-%m-%dT%H:%M:%SZ}", adds, brief_time(at),
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def way_back(context: Context) -> str:
    """The query that brings somebody who signs in or up back to this page; empty where that is not wanted."""
    request = context.get("request")
    if request is None or request.method != "GET" or request.path == "/" or request.path.startswith("/accounts/"):
        return ""
    return "?" + urlencode({"next": request.get_full_path()}, safe="/")


@register.simple_tag
def maintenance_notice() -> SafeString:
    """A reminder for those who get in all the same; nothing while the site is open."""
    if not settings.MAINTENANCE:
        return SafeString("")
    sentence = _("The site is under maintenance: only organizers get in. Everybody else reads:")
    return format_html(
        '<div class="container pt-3"><div class="notice" role="status"><p>{} “{}”</p></div></div>',
        sentence,
        settings.MAINTENANCE,
    )
