"""Bulk actions of the admin that ask once more: the page with what is chosen, what follows, and perhaps the reason."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.by_locale import whole

REASON_LENGTH = 500
NAMED_ON_THE_PAGE = 20
# The question carries each row in a field of its form, and each is done in this one request.
MOST_AT_ONCE = 500


class ReasonForm(forms.Form):
    reason = forms.CharField(
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        error_messages={"required": gettext_lazy("Say why.")},
    )


def are_too_many(request: HttpRequest, chosen: QuerySet[Any]) -> bool:
    """Whether more rows are chosen than an action that asks once more can take; then the organizer reads so."""
    count = chosen.count()
    if count > MOST_AT_ONCE:
        messages.error(
            request,
            _(
                "These are %(count)s; %(most)s at once is the most. Narrow the list by a filter or a "
                "search. Nothing was done."
            )
            % {"count": whole(count), "most": MOST_AT_ONCE},
        )
    return count > MOST_AT_ONCE


def ask_again(
    modeladmin: admin.ModelAdmin[Any],
    request: HttpRequest,
    chosen: QuerySet[Any],
    *,
    label: str | Promise,
    consequence: str | Promise,
    action: str,
    form: ReasonForm | None = None,
    name: Callable[[Any], str] = str,
) -> TemplateResponse:
    """The page. What it sends has `confirmed` in it, and the reason where `form` asks for one."""
    subjects = list(chosen)
    context = modeladmin.admin_site.each_context(request) | {
        "title": label,
        "label": label,
        "consequence": consequence,
        "subjects": subjects,
        "named": [name(subject) for subject in subjects[:NAMED_ON_THE_PAGE]],
        "more": len(subjects) - len(subjects[:NAMED_ON_THE_PAGE]),
        "form": form,
        "action": action,
        "opts": modeladmin.opts,
    }
    return TemplateResponse(request, "admin/ask_again.html", context)
