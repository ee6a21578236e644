"""Organizers' pages of competitions as files, under the admin's competitions: upload, plan, apply, export, clone."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.admin import site
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from competitions.access import organized_by
from competitions.as_files.cloning import clone as clone_competition
from competitions.as_files.planning import Plan
from competitions.as_files.refusal import FilesRefused
from competitions.as_files.sent import plan_of
from competitions.as_files.source import open_source
from competitions.as_files.writing import exported
from competitions.models import Competition
from leaderboard.consequences import apply, consequences
from pages.files_forms import TITLE_CHARACTERS, CloneForm, FromFilesForm
from pages.held_uploads import held_or_404, hold, let_go

COPY = " (copy)"
TEMPLATES = "admin/competitions/competition"


@site.admin_view
@require_http_methods(["GET", "POST"])
def from_files(request: HttpRequest) -> HttpResponse:
    """Upload a zip; its plan is shown next."""
    may_add_or_403(request)
    form = FromFilesForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return redirect(
            "competition_plan", key=hold(request, form.cleaned_data["file"], slug=form.cleaned_data["slug"])
        )
    return organizers_page(request, "from_files", _("From files"), form=form, status=400 if form.errors else 200)


@site.admin_view
@require_http_methods(["GET", "POST"])
def competition_plan(request: HttpRequest, key: UUID) -> HttpResponse:
    """What the uploaded files would change, for whom; and, by its button, the change."""
    may_add_or_403(request)
    try:
        with _planned(request, key) as planned:
            if request.method == "POST":
                return _applied(request, key, planned)
            found = consequences(planned, timezone.now())
            return organizers_page(
                request,
                "plan",
                _("Plan for %(wanted_slug)s") % {"wanted_slug": planned.wanted.slug},
                plan=planned,
                consequences=found,
            )
    except FilesRefused as refusal:
        return organizers_page(request, "plan", _("The files are refused"), problems=refusal.problems, status=400)


@contextmanager
def _planned(request: HttpRequest, key: UUID) -> Iterator[Plan]:
    path, facts = held_or_404(request, key)
    with open_source(path) as source:
        yield plan_of(source, cast(User, request.user), facts["slug"])


def _applied(request: HttpRequest, key: UUID, planned: Plan) -> HttpResponse:
    if request.POST.get("against", "") != planned.against:
        messages.warning(request, _("The competition was changed after that plan was made. This is the plan of now."))
        return redirect("competition_plan", key=key)
    try:
        competition = apply(planned, cast(User, request.user), request.POST.get("reason", ""))
    except FilesRefused as refusal:
        for problem in refusal.problems:
            messages.error(request, problem)
        return redirect("competition_plan", key=key)
    let_go(request, key)
    messages.success(request, _("%(competition)s is now as the files say.") % {"competition": competition.title})
    return back_to_admin(request, competition)


def back_to_admin(request: HttpRequest, competition: Competition) -> HttpResponse:
    """To the competition's page in the admin, saying what is still to be done."""
    if not competition.solutions.filter(is_active=True).exists():
        messages.info(request, _("Next: upload its solution under Solutions; the scoring worker checks it."))
    return redirect("admin:competitions_competition_change", competition.pk)


@site.admin_view
@require_safe
def export_competition(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The competition as a zip. Its labels are not in it."""
    competition = own_or_404(request, pk)
    try:
        file = exported(competition)
    except FilesRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("admin:competitions_competition_change", pk)
    return FileResponse(file, as_attachment=True, filename=f"{competition.slug}.zip")


@site.admin_view
@require_http_methods(["GET", "POST"])
def clone_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a new, unpublished competition like this one."""
    may_add_or_403(request)
    competition = own_or_404(request, pk)
    proposed = competition.title[: TITLE_CHARACTERS - len(COPY)] + COPY
    form = CloneForm(request.POST or None, initial={"title": proposed})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            made = clone_competition(competition, values["slug"], values["title"], cast(User, request.user))
        except FilesRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                _("%(made)s is made, unpublished, with the dates of the other: set its own.") % {"made": made.title},
            )
            return back_to_admin(request, made)
    return organizers_page(
        request, "clone", _("Clone %(competition)s") % {"competition": competition.title}, form=form,
        competition=competition,
        status=400 if form.errors else 200,
    )  # fmt: skip


def own_or_404(request: HttpRequest, pk: int) -> Competition:
    return get_object_or_404(organized_by(request.user), pk=pk)


def may_add_or_403(request: HttpRequest) -> None:
    """Raises PermissionDenied for staff who may not make competitions."""
    if not cast(User, request.user).has_perm("competitions.add_competition"):
        raise PermissionDenied


def organizers_page(
    request: HttpRequest, template: str, title: str, status: int = 200, **context: object
) -> HttpResponse:
    """One of the pages among the admin's competitions."""
    shown = {**site.each_context(request), "title": title, "opts": Competition._meta, **context}
    return render(request, f"{TEMPLATES}/{template}.html", shown, status=status)
