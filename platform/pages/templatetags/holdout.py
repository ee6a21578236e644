from django import template
from django.forms import BoundField
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
def with_class(field: BoundField, css_class: str) -> SafeString:
    """The form field's widget with a CSS class."""
    return field.as_widget(attrs={"class": css_class})
