"""Following a submission that was sent: its page, what changes on it, and what its team may do with it."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from competitions.clock import database_now
from pages.competition_views import context_of
from pages.forms import DescriptionForm
from pages.polling import NOTHING_NEW
from pages.submission_page import comparison_context, file_context, progress_of, status_context
from pages.within_reach import own_or_404, within_reach
from submissions import lifecycle
from submissions.descriptions import DescriptionRefused, describe
from submissions.quota import SubmissionRefused
from submissions.removed_files import why_no_upload


@login_required
@require_safe
def submission(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(within_reach(request).select_related("submitted_by", "evaluation__solution"), pk=pk)
    viewer = cast(User, request.user)
    context = context_of(request, found.competition, "my_submissions")
    context |= status_context(found, viewer, progress_of(found)) | file_context(found, viewer)
    return render(request, "pages/submission.html", context)


@login_required
@require_safe
def status(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The part of the submission's page that changes; it asks again by itself until a terminal state.

    `?seen=`: the fingerprint of what the page shows; while it is the same, the answer is empty.
    """
    found = get_object_or_404(within_reach(request), pk=pk)
    progress = progress_of(found)
    if request.GET.get("seen") == progress.fingerprint:
        return HttpResponse(status=NOTHING_NEW)
    context = {"competition": found.competition} | status_context(found, cast(User, request.user), progress)
    is_news = "seen" in request.GET
    if is_news and found.is_finished:
        # What comes next has changed with it: a rejected file gives its slot back.
        context = context_of(request, found.competition, "my_submissions") | context
    return render(request, "pages/_status.html", context | {"is_news": is_news})


@login_required
@require_safe
def comparison(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Its score beside others; it asks again by itself for a while, until the intervals are there."""
    found = get_object_or_404(within_reach(request).filter(evaluation__isnull=False), pk=pk)
    shown = comparison_context(found, database_now(found.competition))
    context = {"competition": found.competition, "submission": found}
    return render(request, "pages/_comparison.html", context | shown)


@login_required
@require_POST
def description(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say something else of it. To the page's script the answer is the changed part; to a browser, the page again."""
    found = own_or_404(request, pk)
    form = DescriptionForm(request.POST)
    problem = "" if form.is_valid() else " ".join(str(error) for error in form.errors["description"])
    if not problem:
        try:
            describe(found, cast(User, request.user), form.cleaned_data["description"])
        except (DescriptionRefused, SubmissionRefused) as reason:
            problem = str(reason)
    found.refresh_from_db(fields=["description"])
    if not request.headers.get("HX-Request"):
        if problem:
            messages.warning(request, problem)
        else:
            messages.success(request, _("The description is changed."))
        return redirect(found)
    context = {"submission": found, "problem": problem} | file_context(found, cast(User, request.user))
    if problem:
        context["description_form"] = form
    return render(request, "pages/_description.html", context)


@login_required
@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = own_or_404(request, pk)
    if lifecycle.cancel(found):
        messages.success(request, _("Withdrawn. It does not count against your limit."))
    else:
        messages.warning(request, _("It is no longer waiting, so it cannot be withdrawn."))
    return redirect(found)


@login_required
@require_safe
def download_file(request: HttpRequest, pk: UUID) -> FileResponse:
    """The file as it was sent, byte for byte and under its own name, for the people of its team."""
    found = own_or_404(request, pk)
    if reason := why_no_upload(found):
        raise Http404(reason)
    try:
        content = found.file.open("rb")
    except FileNotFoundError:
        raise Http404(
            _("%(original_name)s is not in the store of files any more.") % {"original_name": found.original_name}
        ) from None
    # Never as a page of this site, whatever its name says that it is.
    return FileResponse(
        content, as_attachment=True, filename=found.original_name, content_type="application/octet-stream"
    )
