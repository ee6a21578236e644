"""The archive of a competition: organizers publish it after the reveal, and everybody may download it then."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from competitions.clock import database_now
from competitions.models import Competition, JobState
from leaderboard.archives import (
    ArchiveRefused,
    ask_for_archive,
    latest_archive,
    published_archive,
    what_stands_against,
)
from pages.competition_views import competition_or_404, context_of
from pages.forms import ArchiveForm
from pages.launch_views import POLL_SECONDS, own_or_404


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def archive(request: HttpRequest, slug: str) -> HttpResponse:
    """What the archive is, what stands against it, and the button; POST has it made and published."""
    competition = own_or_404(request, slug)
    form = ArchiveForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            ask_for_archive(competition, cast(User, request.user))
        except ArchiveRefused as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            messages.success(request, _("The scoring worker makes the archive. Everybody can download it then."))
            return redirect("archive", slug=slug)
    elif request.method == "POST":
        status = 400
    context = context_of(request, competition, "launch") | _archive_context(competition)
    return render(request, "pages/archive.html", context | {"part": "archive", "form": form}, status=status)


@login_required
@require_safe
def archive_progress(request: HttpRequest, slug: str) -> HttpResponse:
    """The part of the page that changes; it asks again by itself until the archive is made."""
    return render(request, "pages/_archive.html", _archive_context(own_or_404(request, slug)))


@require_safe
def archive_file(request: HttpRequest, slug: str) -> FileResponse:
    """The published archive, for everybody who sees the competition."""
    competition = competition_or_404(request, slug)
    found = published_archive(competition, database_now(competition))
    if found is None:
        raise Http404
    return FileResponse(found.file.open("rb"), as_attachment=True, filename=f"{competition.slug}.zip")


def _archive_context(competition: Competition) -> dict[str, Any]:
    return {
        "competition": competition,
        "archive": latest_archive(competition),
        "published": published_archive(competition, database_now(competition)),
        "failed": JobState.FAILED,
        "against": what_stands_against(competition),
        "poll_seconds": POLL_SECONDS,
    }
