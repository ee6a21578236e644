"""Sending a submission, and following it."""

import json
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from competitions.access import organized_by
from competitions.clock import database_now
from competitions.features import example_ids, model_features
from competitions.models import Competition
from grader.scoring.disclosure import disclosed
from leaderboard.board import public_score_of, rank_of
from leaderboard.final_selection import SelectionRefused, select, why_not_selectable
from pages.competition_views import competition_or_404, context_of
from pages.file_check import file_check_of
from pages.forms import PromiseForm, RepeatForm, UploadForm
from pages.slice_panel import slice_panel
from submissions import lifecycle
from submissions.chunked_uploads import may_go_on
from submissions.model_grading import why_models_wait
from submissions.models import Evaluation, Kind, Status, Submission, Told
from submissions.quota import SubmissionRefused, refuse_if_used_up, refuse_other_kinds, refuse_team, refuse_unless_open
from submissions.repeats import refuse_repeat
from submissions.uploads import (
    StoredUpload,
    forget_upload,
    kind_of,
    largest_upload,
    not_what_was_sent,
    refuse_other_names,
    store_upload,
    too_large,
)
from teams.joining import team_of
from teams.models import Team

# Seconds between two looks at a submission's status, by the seconds that it has been waiting.
POLLING = ((3, 0.3), (30, 1), (120, 3))
SLOWEST_POLLING = 10


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
    context = _submit_context(request, competition)
    team = context["team"]
    if team is None:
        return _join_first(request, competition)
    if request.method != "POST":
        try:
            _refuse_before_the_file(team)
        except SubmissionRefused as reason:
            context["refusal"] = str(reason)
        return render(request, "pages/submit.html", context | {"form": UploadForm(competition)})

    form = UploadForm(competition, request.POST, request.FILES)
    if not form.is_valid():
        if _is_program(request):
            said = " ".join(str(error) for errors in form.errors.values() for error in errors)
            return _refused(request, competition, said, 400)
        return render(request, "pages/submit.html", context | {"form": form}, status=400)
    file = form.cleaned_data["file"]
    kind = kind_of(file)
    try:
        refuse_other_names(competition, file.name)
        refuse_other_kinds(competition, kind)
        if too_much := too_large(competition, file.size, kind):
            return _refused(request, competition, too_much, 413)
        _refuse_before_the_file(team, kind)
        upload = store_upload(competition, file)
        try:
            _refuse_other_content(request, upload)
            if _is_to_be_asked(request):
                refuse_repeat(team, upload.sha256)
            submission = lifecycle.submit(team, cast(User, request.user), upload, form.cleaned_data["description"])
        except BaseException:
            forget_upload(upload)
            raise
    except SubmissionRefused as refusal:
        return _refused(request, competition, str(refusal), 409, getattr(refusal, "earlier", None))
    if _is_program(request):
        return JsonResponse({"submission": submission.get_absolute_url(), "sha256": submission.sha256})
    return redirect(submission)


def _is_program(request: HttpRequest) -> bool:
    """Whether the page's script sends the file, and not the form itself: it is answered in JSON, as for chunks."""
    return request.headers.get("Accept", "") == "application/json"


def _refuse_other_content(request: HttpRequest, upload: StoredUpload) -> None:
    """Raises SubmissionRefused where the sender has said another SHA-256 than what came has."""
    said = PromiseForm(request.POST)
    if said.is_valid() and said.cleaned_data["sha256"]:
        problem = not_what_was_sent(upload.original_name, said.cleaned_data["sha256"], upload.sha256)
        if problem:
            raise SubmissionRefused(problem)


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
        _refuse_before_the_file(team)
    except SubmissionRefused as refusal:
        return _refused(request, competition, str(refusal), 409)
    return None


def _refuse_before_the_file(team: Team, kind: Kind | None = None) -> None:
    """Raises SubmissionRefused for what taking the file would be refused for; `kind` None: the usual one here.

    By the database's clock, as then: a web process whose own runs fast closes nothing early.
    """
    competition = team.competition
    now = database_now(competition)
    refuse_team(team)
    refuse_unless_open(competition, now)
    refuse_if_used_up(team, kind or (Kind.PREDICTIONS if competition.takes_predictions else Kind.SAVED_MODEL), now)


def _join_first(request: HttpRequest, competition: Competition) -> HttpResponse:
    if _is_program(request):
        return _refused(
            request, competition, _("Join {title} first; then you can submit.").format(title=competition.title), 403
        )
    messages.info(request, f"Join {competition.title} first; then you can submit.")
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
        "file_check_json": json.dumps(file_check_of(competition)),
        "under_way": may_go_on(context["team"], cast(User, request.user), context["now"]) if context["team"] else [],
    }


def within_reach(request: HttpRequest) -> QuerySet[Submission]:
    """The submissions that this visitor may see: their team's, and those of competitions they organize."""
    user = cast(User, request.user)
    mine = Q(team__memberships__user=user) | Q(competition__in=organized_by(user))
    # A rehearsal's perfect answer is made of labels: it is nobody's to look at.
    within = Submission.objects.filter(mine, team__is_rehearsal=False)
    return within.select_related("competition", "team__competition", "evaluation").distinct()


def _model_context(submission: Submission) -> dict[str, object]:
    """What a model's owner may know of its runs: never the log of the hidden one."""
    runs = list(submission.model_runs.all())
    return {
        "public_run": next((run for run in reversed(runs) if run.is_public_sample), None),
        "model_warning": next((run.warning for run in runs if run.warning), ""),
        "why_models_wait": why_models_wait(submission.competition) if submission.status == Status.QUEUED else "",
    }


def _told(submission: Submission, evaluation: Evaluation, competition: Competition) -> dict[str, object]:
    """The public score as it was told, or the word in its place with the team's number on the board."""
    if evaluation.told == Told.SCORE:
        return {"public_score": disclosed(evaluation.public_score, competition.decimals)}
    return {"word": evaluation.get_told_display(), "teams_score": public_score_of(submission.team)}


def _status_context(submission: Submission) -> dict[str, object]:
    competition = submission.competition
    now = database_now(competition)
    # Below 0: it waits for a time that is yet to come.
    age = (now - submission.waiting_since).total_seconds()
    context: dict[str, object] = {
        "submission": submission,
        "events": submission.events.all(),
        "poll_seconds": next((pause for limit, pause in POLLING if 0 <= age < limit), SLOWEST_POLLING),
        "may_withdraw": submission.status == Status.QUEUED and not submission.evaluations.exists(),
        "unnamed_problems": submission.problem_count - len(submission.problems),
    }
    if submission.kind == Kind.SAVED_MODEL:
        context |= _model_context(submission)
    if submission.evaluation:
        context |= _told(submission, submission.evaluation, competition)
        if competition.timeline.shows_private(now) and submission.evaluation.private_score is not None:
            context["private_score"] = disclosed(submission.evaluation.private_score, competition.decimals)
        context["rank"] = None if submission.is_late else rank_of(submission.team)
    return context


@login_required
@require_safe
def submission(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(within_reach(request), pk=pk)
    context = context_of(request, found.competition, "my_submissions")
    return render(request, "pages/submission.html", context | _status_context(found) | slice_panel(request.user, found))


@login_required
@require_safe
def status(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The part of the submission's page that changes; it asks again by itself until a terminal state."""
    found = get_object_or_404(within_reach(request), pk=pk)
    shown = {"competition": found.competition} | _status_context(found)
    return render(request, "pages/_status.html", shown | slice_panel(request.user, found))


@login_required
@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(within_reach(request).filter(team__memberships__user=cast(User, request.user)), pk=pk)
    if lifecycle.cancel(found):
        messages.success(request, "Withdrawn. It does not count against your limit.")
    else:
        messages.warning(request, "It is no longer waiting, so it cannot be withdrawn.")
    return redirect(found)


@login_required
@require_POST
def choose(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a submission into the team's final selection, or take it out."""
    found = get_object_or_404(within_reach(request).filter(team__memberships__user=cast(User, request.user)), pk=pk)
    is_selected = request.POST.get("selected") == "yes"
    try:
        select(found, is_selected)
    except SelectionRefused as reason:
        messages.warning(request, str(reason))
    else:
        done = "is in your team's final selection now" if is_selected else "is no longer in your team's final selection"
        messages.success(request, f"{found.original_name} {done}.")
    return redirect("my_submissions", slug=found.competition.slug)


@login_required
@require_safe
def download_file(request: HttpRequest, pk: UUID) -> FileResponse:
    """The file as it was sent."""
    found = get_object_or_404(within_reach(request), pk=pk)
    return FileResponse(found.file.open("rb"), as_attachment=True, filename=found.original_name)


@login_required
@require_safe
def my_submissions(request: HttpRequest, slug: str) -> HttpResponse:
    competition = competition_or_404(request, slug)
    context = context_of(request, competition, "my_submissions")
    if context["team"] is None:
        messages.info(request, f"You have not joined {competition.title} yet, so there are no submissions of yours.")
        return redirect(competition)
    shows_private = context["shows_private"]
    mine = Submission.objects.filter(team=context["team"]).select_related("evaluation")
    page = Paginator(mine, settings.LEADERBOARD_PAGE_SIZE).get_page(request.GET.get("page"))
    context |= {
        "page": page,
        "rows": [_row(sent, competition, shows_private) for sent in page],
        "may_choose": not competition.has_closed(context["now"]),
        "chosen_count": mine.filter(is_selected=True).count(),
    }
    return render(request, "pages/my_submissions.html", context)


@dataclass(frozen=True)
class SentRow:
    """A line of a team's own list. None: there is no such score, or it is not to be shown yet.

    `word` stands in the place of a public score that the team was not told.
    """

    sent: Submission
    public: float | None
    word: str
    private: float | None
    may_be_changed: bool


def _row(sent: Submission, competition: Competition, shows_private: bool) -> SentRow:
    evaluation = sent.evaluation
    private = evaluation.private_score if evaluation and shows_private else None
    is_told = evaluation is not None and evaluation.told == Told.SCORE
    return SentRow(
        sent=sent,
        public=disclosed(evaluation.public_score, competition.decimals) if evaluation and is_told else None,
        word=evaluation.get_told_display() if evaluation and not is_told else "",
        private=None if private is None else disclosed(private, competition.decimals),
        # One that has lost its score or was disqualified must not hold its place for ever.
        may_be_changed=sent.is_selected or not why_not_selectable(sent),
    )
