from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from accounts.models import User
from competitions.admin import OfOwnCompetitions, OwnCompetitionsFilter
from competitions.models import Solution
from config.by_locale import whole
from grading import rescore_admin
from grading.exclusion_form import ExclusionForm
from submissions.rescores import RescoreRefused, ask
from submissions.row_exclusion import ExclusionRefused, exclude_rows, refuse_unknown
from submissions.solution_uploads import take_solution

__all__ = ["SolutionAdmin", "rescore_admin"]


@admin.register(Solution)
class SolutionAdmin(OfOwnCompetitions):
    """Upload a version of the hidden labels; the scoring worker checks it, and this page says what it found.

    From an accepted one everything can be scored again, or a further version without some rows be made.
    """

    list_display = (
        "competition",
        "version",
        "verdict",
        "first_finding",
        "is_active",
        "rows",
        "uploaded_at",
    )
    ordering = ("-uploaded_at", "-pk")
    list_select_related = ("competition",)
    list_filter = (("competition", OwnCompetitionsFilter), "verdict")
    actions = ("score_again",)

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("<int:pk>/score-again/", self.admin_site.admin_view(self.score_again_view), name="score_again"),
            path("<int:pk>/exclude-rows/", self.admin_site.admin_view(self.exclude_rows_view), name="exclude_rows"),
        ]
        return [*own, *super().get_urls()]

    def get_fields(self, request: HttpRequest, obj: Solution | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("competition", "file", "note")
        return (
            "competition", "version", "note", "verdict", "what_was_found", "is_active", "public_count",
            "private_count", "ignored_count", "excluded_rows", "sha256", "uploaded_by", "uploaded_at",
        )  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Solution | None = None) -> tuple[str, ...]:
        return () if obj is None else self.get_fields(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Solution | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Solution | None = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("first finding"))
    def first_finding(self, solution: Solution) -> str:
        return next(iter(solution.findings), "")

    @admin.display(description=gettext_lazy("rows"))
    def rows(self, solution: Solution) -> str:
        if solution.public_count is None:
            return ""
        return _("%(public)s public, %(private)s private, %(ignored)s ignored") % {
            "public": whole(solution.public_count),
            "private": whole(solution.private_count or 0),
            "ignored": whole(solution.ignored_count or 0),
        }

    @admin.display(description=gettext_lazy("what was found"))
    def what_was_found(self, solution: Solution) -> SafeString | str:
        if solution.verdict == Solution.Verdict.WAITING:
            return _("It waits for the scoring worker; this page looks again by itself.")
        if not solution.problems:
            return _("Ids, Usage and targets are as they should be.")
        return format_html_join("", "<p>{}</p>", ((finding,) for finding in solution.findings))

    @admin.display(description=gettext_lazy("excluded rows"))
    def excluded_rows(self, solution: Solution) -> str:
        if solution.based_on is None:
            return _("It was uploaded as it is.")
        ids = ", ".join(map(str, solution.excluded_ids[:20])) + (" …" if len(solution.excluded_ids) > 20 else "")
        return ngettext(
            "Version %(version)s without %(count)s rows: %(ids)s",
            "Version %(version)s without %(count)s rows: %(ids)s",
            len(solution.excluded_ids),
        ) % {
            "version": solution.based_on.version,
            "count": whole(len(solution.excluded_ids)),
            "ids": ids,
        }

    def save_model(self, request: HttpRequest, obj: Solution, form: ModelForm[Any], change: bool) -> None:
        obj.pk = take_solution(obj.competition, form.cleaned_data["file"], cast(User, request.user), obj.note).pk
        obj.refresh_from_db()

    def response_add(self, request: HttpRequest, obj: Solution, post_url_continue: str | None = None) -> HttpResponse:
        """To the version's own page: there stands what its check finds."""
        messages.success(
            request,
            _("%(obj)s is stored. The scoring worker checks it, and this page says what it found.") % {"obj": obj},
        )
        return redirect("admin:competitions_solution_change", obj.pk)

    @admin.action(
        description=gettext_lazy("Score everything by this version, and show who would move"), permissions=["add"]
    )
    def score_again(self, request: HttpRequest, solutions: QuerySet[Solution]) -> HttpResponse | None:
        if solutions.count() != 1:
            messages.error(request, _("Choose exactly one version."))
            return None
        return self._ask(request, solutions.get())

    def score_again_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return require_POST(lambda request: self._ask(request, self._own_or_404(request, pk)))(request)

    def exclude_rows_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        base = self._own_or_404(request, pk)
        form = ExclusionForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                refuse_unknown(base.competition, form.ids)
                made = exclude_rows(base, form.ids, form.cleaned_data["reason"], cast(User, request.user))
            except ExclusionRefused as problem:
                form.add_error(None, str(problem))
            else:
                messages.success(
                    request,
                    ngettext(
                        "Version %(version)s is version %(base)s without %(count)s rows. The "
                        "scoring worker writes and checks it; then score everything by it, and look who would "
                        "move.",
                        "Version %(version)s is version %(base)s without %(count)s rows. The "
                        "scoring worker writes and checks it; then score everything by it, and look who would "
                        "move.",
                        len(form.ids),
                    )
                    % {"version": made.version, "base": base.version, "count": whole(len(form.ids))},
                )
                return redirect("admin:competitions_solution_change", made.pk)
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "base": base, "form": form,
            "title": _("Exclude rows from %(base)s") % {"base": base},
        }  # fmt: skip
        return render(request, "admin/competitions/solution/exclude_rows.html", context)

    def _own_or_404(self, request: HttpRequest, pk: int) -> Solution:
        if not self.has_add_permission(request):
            raise PermissionDenied
        found: Solution = get_object_or_404(self.get_queryset(request), pk=pk)
        return found

    def _ask(self, request: HttpRequest, solution: Solution) -> HttpResponse:
        try:
            rescore = ask(solution, cast(User, request.user))
        except RescoreRefused as problem:
            messages.error(request, str(problem))
            return redirect("admin:competitions_solution_change", solution.pk)
        return redirect(rescore)
