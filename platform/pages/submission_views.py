"""Sending a submission."""

import json
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from accounts.models import User
from competitions.features import example_ids, model_features
from competitions.models import Competition
from leaderboard.next_step import Step
from pages.competition_views import competition_or_404, context_of
from pages.file_check import file_check_of
from pages.forms import PromiseForm, RepeatForm, UploadForm
from submissions.chunked_uploads import may_go_on
from submissions.model_grading import why_models_wait
from submissions.models import Submission
from submissions.quota import SubmissionRefused
from submissions.sending import TooLarge, refuse_before_the_file, send
from submissions.uploads import largest_upload, too_large
from teams.joining import team_of
from teams.models import Team


# The size is judged by the request's head, before anything reads its body; reading it for the CSRF token comes after.
@csrf_exempt
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest, slug: str) -> HttpResponse:
    competition = competition_or_404(request, slug)
    if request.method == "POST":
        if request.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return _refused(request, competition, "The upload does not say how long it is (Content-Length).", 411)
        length = request.headers.get("Content-Length") or "0"
        if not (length.isascii() and length.isdigit()):
            return _refused(request, competition, f"Content-Length {length[:20]!r} is not a number of bytes.", 400)
        body_bytes = int(length)
        reason = too_large(competition, max(0, body_bytes - settings.UPLOAD_FORM_BYTES), None)
        if reason:
            return _refused(request, competition, reason, 413)
        if body_bytes > settings.EARLY_REFUSAL_BYTES and (refused := _refused_unread(request, competition)):
            return refused
    return _submit(request, competition)


submit.judges_its_own_size = True  # type: ignore[attr-defined]  # for pages.body_limit


@csrf_protect
def _submit(request: HttpRequest, competition: Competition) -> HttpResponse:
    """What the page shows is asked for only where it is shown: most files are taken, or sent by a script."""
    team = team_of(cast(User, request.user), competition)
    if team is None:
        return _join_first(request, competition)
    if request.method != "POST":
        return _empty_form(request, competition, team)
    form = UploadForm(competition, request.POST, request.FILES)
    if not form.is_valid():
        if _is_program(request):
            said = " ".join(str(error) for errors in form.errors.values() for error in errors)
            return _refused(request, competition, said, 400)
        context = _submit_context(request, competition)
        return render(request, "pages/submit.html", context | {"form": form}, status=400)
    try:
        submission = send(
            team,
            cast(User, request.user),
            form.cleaned_data["file"],
            form.cleaned_data["description"],
            sha256=_promised(request),
            send_again=not _is_to_be_asked(request),
        )
    except TooLarge as refusal:
        return _refused(request, competition, str(refusal), 413)
    except SubmissionRefused as refusal:
        return _refused(request, competition, str(refusal), 409, getattr(refusal, "earlier", None))
    if _is_program(request):
        return JsonResponse({"submission": submission.get_absolute_url(), "sha256": submission.sha256})
    return redirect(submission)


def _empty_form(request: HttpRequest, competition: Competition, team: Team) -> HttpResponse:
    context = _submit_context(request, competition)
    try:
        refuse_before_the_file(team)
    except SubmissionRefused as reason:
        context["refusal"] = str(reason)
        # It says when the next slot opens; the line above the tabs need not.
        if context["next"] and context["next"].step == Step.WAIT_FOR_SLOT:
            context["next"] = None
    return render(request, "pages/submit.html", context | {"form": UploadForm(competition)})


def _is_program(request: HttpRequest) -> bool:
    """Whether the page's script sends the file, and not the form itself: it is answered in JSON, as for chunks."""
    return request.headers.get("Accept", "") == "application/json"


def _promised(request: HttpRequest) -> str:
    """The SHA-256 that the sender says the file has; "": nothing is said."""
    said = PromiseForm(request.POST)
    return str(said.cleaned_data["sha256"]) if said.is_valid() else ""


def _is_to_be_asked(request: HttpRequest) -> bool:
    """Whether the sender has left it open to send a file a second time: a page does, a program does not."""
    form = RepeatForm(request.POST)
    return form.is_valid() and form.cleaned_data["ask_before_repeating"] and not form.cleaned_data["send_again"]


def _refused_unread(request: HttpRequest, competition: Competition) -> HttpResponse | None:
    """What can be said without the file, before a large one costs its sender's time and our disk. None: go on.

    A browser may show this as a lost connection, which is why smaller files are read first.
    """
    team = team_of(cast(User, request.user), competition)
    if team is None:
        return _join_first(request, competition)
    try:
        refuse_before_the_file(team)
    except SubmissionRefused as refusal:
        return _refused(request, competition, str(refusal), 409)
    return None


def _join_first(request: HttpRequest, competition: Competition) -> HttpResponse:
    said = _("Join %(title)s first; then you can submit.") % {"title": competition.title}
    if _is_program(request):
        return _refused(request, competition, said, 403)
    messages.info(request, said)
    return redirect("join", slug=competition.slug)


def _refused(
    request: HttpRequest, competition: Competition, reason: str, status: int, earlier: Submission | None = None
) -> HttpResponse:
    """`earlier`: the submission of the same file, which may be sent all the same."""
    if _is_program(request):
        return JsonResponse(
            {"problem": reason, "earlier": earlier.get_absolute_url() if earlier else ""}, status=status
        )
    context = _submit_context(request, competition)
    shown = context | {"form": UploadForm(competition), "refusal": reason, "earlier": earlier}
    return render(request, "pages/submit.html", shown, status=status)


def _submit_context(request: HttpRequest, competition: Competition) -> dict[str, Any]:
    context = context_of(request, competition, "submit")
    if competition.takes_models:
        context["why_models_wait"] = why_models_wait(competition)
        context["model_features"] = model_features(competition)
        context["allowed"] = competition.model_allowance()
        context["model_megabytes"] = competition.model_allowance().zip_bytes // 1_000_000
    return context | {
        "example_ids": example_ids(competition),
        "largest_upload": largest_upload(competition),
        "chunk_above_bytes": settings.CHUNK_ABOVE_BYTES,
        "direct_above_bytes": settings.DIRECT_UPLOAD_ABOVE_BYTES,
        "file_check_json": json.dumps(file_check_of(competition)),
        "under_way": may_go_on(context["team"], cast(User, request.user), context["now"]) if context["team"] else [],
    }
