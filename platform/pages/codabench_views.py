"""Importing a Codabench bundle in the admin: upload, report, import."""

from typing import cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.admin import site
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from competitions.as_files.refusal import FilesRefused
from competitions.as_files.source import Source, open_source
from competitions.codabench.importing import import_mapped, planned
from competitions.codabench.mapping import mapped
from pages.files_forms import CodabenchForm, CodabenchUploadForm
from pages.files_views import back_to_admin, may_add_or_403, organizers_page
from pages.held_uploads import held_or_404, hold, let_go
from submissions.dispatch import check_solutions_after_commit


@site.admin_view
@require_http_methods(["GET", "POST"])
def from_codabench(request: HttpRequest) -> HttpResponse:
    """Upload a bundle; the report on it is shown next."""
    may_add_or_403(request)
    form = CodabenchUploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        facts = {name: form.cleaned_data[name] for name in CodabenchForm.base_fields}
        return redirect("codabench_report", key=hold(request, form.cleaned_data["file"], **facts))
    return organizers_page(
        request, "from_codabench", _("From Codabench"), form=form, status=400 if form.errors else 200
    )  # fmt: skip


@site.admin_view
@require_http_methods(["GET", "POST"])
def codabench_report(request: HttpRequest, key: UUID) -> HttpResponse:
    """What becomes of each field, for the metric that is chosen; and, by its button, the import."""
    may_add_or_403(request)
    path, facts = held_or_404(request, key)
    form = CodabenchForm(request.POST if request.method == "POST" else (request.GET or facts))
    if not form.is_valid():
        return organizers_page(request, "codabench_report", _("Codabench bundle"), form=form, status=400)
    if "look" in request.POST:
        chosen = {name: value for name, value in form.cleaned_data.items() if value is not None}
        return redirect(f"{request.path}?{urlencode(chosen)}")
    try:
        with open_source(path) as source:
            if request.method == "POST":
                return _imported(request, key, source, form)
            with mapped(source, form.choice()) as bundle:
                return organizers_page(
                    request, "codabench_report", _("Codabench bundle"),
                    form=form, report=list(bundle.report), plan=planned(bundle),
                )  # fmt: skip
    except FilesRefused as refusal:
        return organizers_page(
            request, "codabench_report", _("Codabench bundle"), form=form, problems=refusal.problems, status=400
        )


def _imported(request: HttpRequest, key: UUID, source: Source, form: CodabenchForm) -> HttpResponse:
    with mapped(source, form.choice()) as bundle:
        competition, solution = import_mapped(bundle, cast(User, request.user))
    if solution is not None:
        check_solutions_after_commit()
    let_go(request, key)
    messages.success(
        request,
        _("%(competition)s is made, unpublished. Read its pages, and look at its data files.")
        % {"competition": competition.title},
    )
    return back_to_admin(request, competition)
