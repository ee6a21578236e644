from datetime import datetime

from django import template
from django.forms import BoundField
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pages import markdown as rendering

register = template.Library()


@register.filter
def markdown(text: str) -> SafeString:
    """The Markdown text as safe HTML."""
    return rendering.to_html(text)


@register.filter
def decimals(score: float, count: int) -> str:
    """A disclosed score with exactly `count` digits after the point."""
    return f"{score:.{count}f}"


@register.filter
def percent(share: float) -> str:
    """A share of 1 as a percentage with two digits after the point."""
    return f"{share:.2%}"


@register.filter
def with_class(field: BoundField, css_class: str) -> SafeString:
    """The form field's widget with a CSS class."""
    return field.as_widget(attrs={"class": css_class})


@register.simple_tag
def moment(at: datetime) -> SafeString:
    """A time in UTC; the page's script adds the viewer's own zone, and how long it is until then."""
    return format_html(
        '<time datetime="{}" data-moment>{} UTC</time>', f"{at:%Y-%m-%dT%H:%M:%SZ}", f"{at.day} {at:%b %Y %H:%M}"
    )
