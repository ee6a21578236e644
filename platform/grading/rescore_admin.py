from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from competitions.admin import OfOwnCompetitions, OwnCompetitionsFilter
from competitions.models import Rescore
from submissions import rescores


@admin.register(Rescore)
class RescoreAdmin(OfOwnCompetitions):
    """A rescore: how far it is, who would move, and the word that makes its version count."""

    list_display = ("competition", "versions", "state", "asked_by", "asked_at", "finished_at")
    list_filter = (("competition", OwnCompetitionsFilter), "state")
    list_select_related = ("competition", "solution", "before", "asked_by")
    view_on_site = False
    change_form_template = "admin/competitions/rescore/change_form.html"
    fields = readonly_fields = ("competition", "versions", "asked_by", "asked_at")

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("<int:pk>/make-active/", self.admin_site.admin_view(self.make_active_view), name="make_active"),
            path("<int:pk>/cancel/", self.admin_site.admin_view(self.cancel_view), name="cancel_rescore"),
        ]
        return [*own, *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Rescore | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Rescore | None = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("versions of the solution"))
    def versions(self, rescore: Rescore) -> str:
        return _("from %(before_version)s to %(solution_version)s") % {
            "before_version": rescore.before.version,
            "solution_version": rescore.solution.version,
        }

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = dict(extra_context or {})
        if (rescore := self.get_object(request, object_id)) is not None:
            context |= {"progress": rescores.progress(rescore), "may_act": self._may_act(request)}
        return super().change_view(request, object_id, form_url, context)

    def make_active_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return require_POST(self._make_active)(request, pk)

    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return require_POST(self._cancel)(request, pk)

    def _make_active(self, request: HttpRequest, pk: int) -> HttpResponse:
        rescore = self._own_or_404(request, pk)
        if not request.POST.get("confirmed"):
            messages.error(request, _("Nothing has changed: tick the box first, for participants will see new scores."))
        elif rescores.make_active(rescore):
            messages.success(
                request,
                _("Version %(solution_version)s counts in a moment; what came meanwhile is scored first.")
                % {"solution_version": rescore.solution.version},
            )
        else:
            messages.warning(
                request, _("Nothing has changed: the rescore is %(state)s.") % {"state": rescore.get_state_display()}
            )
        return redirect(rescore)

    def _cancel(self, request: HttpRequest, pk: int) -> HttpResponse:
        rescore = self._own_or_404(request, pk)
        if rescores.cancel(rescore):
            messages.success(
                request,
                _("Cancelled. Version %(before_version)s counts as before.")
                % {"before_version": rescore.before.version},
            )
        else:
            messages.warning(
                request,
                _("It can be cancelled no more: the rescore is %(state)s.") % {"state": rescore.get_state_display()},
            )
        return redirect(rescore)

    def _may_act(self, request: HttpRequest) -> bool:
        # Who may upload a solution may let it count.
        return request.user.has_perm("competitions.add_solution")

    def _own_or_404(self, request: HttpRequest, pk: int) -> Rescore:
        if not self._may_act(request):
            raise PermissionDenied
        found: Rescore = get_object_or_404(self.get_queryset(request), pk=pk)
        return found
