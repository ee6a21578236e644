"""Bulk actions of the admin that ask for a reason first, on a page of their own."""

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse

from accounts.models import User
from competitions.admin import are_too_many
from leaderboard.moderation import REASON_LENGTH, ModerationRefused

NAMED_ON_THE_PAGE = 20


class ReasonForm(forms.Form):
    reason = forms.CharField(
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        error_messages={"required": "Say why."},
    )


def asks_why(
    act: Callable[[Any, str, User], bool], label: str, consequence: str, permission: str = "view"
) -> Callable[..., TemplateResponse | None]:
    """An admin action that shows what is chosen and what follows, asks for the reason, and calls `act` for each."""

    @admin.action(description=f"{label} …", permissions=[permission])
    def action(
        modeladmin: admin.ModelAdmin[Any], request: HttpRequest, chosen: QuerySet[Any]
    ) -> TemplateResponse | None:
        if are_too_many(request, chosen):
            return None
        form = ReasonForm(request.POST if "confirmed" in request.POST else None)
        if form.is_valid():
            _carry_out(act, request, list(chosen), form.cleaned_data["reason"], label)
            return None
        subjects = list(chosen)
        context = modeladmin.admin_site.each_context(request) | {
            "title": label,
            "label": label,
            "consequence": consequence,
            "subjects": subjects,
            "named": subjects[:NAMED_ON_THE_PAGE],
            "more": len(subjects) - len(subjects[:NAMED_ON_THE_PAGE]),
            "form": form,
            "action": act.__name__,
            "opts": modeladmin.model._meta,
        }
        return TemplateResponse(request, "admin/confirm_with_reason.html", context)

    action.__name__ = act.__name__
    return action


def _carry_out(
    act: Callable[[Any, str, User], bool], request: HttpRequest, subjects: list[Any], reason: str, label: str
) -> None:
    done, untouched = 0, []
    for subject in subjects:
        try:
            if act(subject, reason, cast(User, request.user)):
                done += 1
            else:
                untouched.append(str(subject))
        except ModerationRefused as refusal:
            messages.error(request, str(refusal))
    if done:
        messages.success(request, f"{label}: done for {done}.")
    if untouched:
        messages.warning(request, f"Left alone, for it is so already: {', '.join(untouched[:NAMED_ON_THE_PAGE])}.")
