"""Bulk actions of the admin that ask for a reason first, on a page of their own."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _

from accounts.models import User
from competitions.confirmation import NAMED_ON_THE_PAGE, ReasonForm, are_too_many, ask_again
from leaderboard.moderation import ModerationRefused


def asks_why(
    act: Callable[[Any, str, User], bool], label: str | Promise, consequence: str | Promise, permission: str = "view"
) -> Callable[..., TemplateResponse | None]:
    """An admin action that shows what is chosen and what follows, asks for the reason, and calls `act` for each."""

    @admin.action(description=format_lazy("{} …", label), permissions=[permission])
    def action(
        modeladmin: admin.ModelAdmin[Any], request: HttpRequest, chosen: QuerySet[Any]
    ) -> TemplateResponse | None:
        if are_too_many(request, chosen):
            return None
        form = ReasonForm(request.POST if "confirmed" in request.POST else None)
        if form.is_valid():
            _carry_out(act, request, list(chosen), form.cleaned_data["reason"], label)
            return None
        return ask_again(
            modeladmin,
            request,
            chosen,
            label=label,
            consequence=consequence,
            action=act.__name__,
            form=form,
        )

    action.__name__ = act.__name__
    return action


def _carry_out(
    act: Callable[[Any, str, User], bool], request: HttpRequest, subjects: list[Any], reason: str, label: str | Promise
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
        messages.success(request, _("%(label)s: done for %(done)s.") % {"label": label, "done": done})
    if untouched:
        messages.warning(
            request,
            _("Left alone, for it is so already: %(named)s.") % {"named": ", ".join(untouched[:NAMED_ON_THE_PAGE])},
        )
