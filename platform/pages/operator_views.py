"""The pages that only an operator can write: what becomes of people's data, and the terms of use."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return _page(request, _("Privacy"), settings.PRIVACY_PAGE, "HOLDOUT_PRIVACY_FILE")


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    return _page(request, _("Terms of use"), settings.TERMS_PAGE, "HOLDOUT_TERMS_FILE")


def _page(request: HttpRequest, heading: str, text: str, setting: str) -> HttpResponse:
    return render(request, "pages/operator.html", {"heading": heading, "text": text, "setting": setting})
