"""Asking where a submission errs, and looking whether it is known by now."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.models import User
from competitions.clock import database_now
from pages.slice_panel import slice_panel
from pages.within_reach import within_reach
from submissions.quota import SubmissionRefused
from submissions.slice_reports import SlicesRefused, ask_for_slices


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def slices(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The panel of a submission's page; it asks again by itself until the report is there. POST asks for one."""
    found = get_object_or_404(within_reach(request), pk=pk)
    user = cast(User, request.user)
    if request.method == "POST":
        try:
            ask_for_slices(found, user)
        except (SlicesRefused, SubmissionRefused) as reason:
            messages.warning(request, str(reason))
        return redirect(f"{found.get_absolute_url()}#slices")
    return render(request, "pages/_slices.html", slice_panel(user, found, database_now(found.competition)))
