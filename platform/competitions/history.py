"""What has changed, when and by whom: the admin's history of a competition and of its parts, line by line."""

from difflib import unified_diff
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from simple_history.admin import SimpleHistoryAdmin
from simple_history.template_utils import HistoricalRecordContextHelper

LONG = 100
HEAD_LINES = 3
KINDS = {"+": "added", "-": "removed", "@": "place"}


class LineByLine(HistoricalRecordContextHelper):  # type: ignore[misc]  # it has no types
    """Short values stand as old → new, texts as the lines that are new or gone."""

    def context_for_delta_changes(self, delta: Any) -> list[dict[str, Any]]:
        shown: list[dict[str, Any]] = super().context_for_delta_changes(delta)
        for change, context in zip(delta.changes, shown, strict=True):
            if _is_long(change.old) or _is_long(change.new):
                context["lines"] = changed_lines(str(change.old or ""), str(change.new or ""))
        return shown


def changed_lines(old: str, new: str) -> list[tuple[str, str]]:
    """(kind, line) of a unified diff with one line of context; kind "": the line is in both."""
    lines = list(unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=1))[HEAD_LINES - 1 :]
    return [(KINDS.get(line[:1], ""), line) for line in lines]


def _is_long(value: object) -> bool:
    return isinstance(value, str) and (len(value) > LONG or "\n" in value)


class OwnHistoryAdmin(SimpleHistoryAdmin):  # type: ignore[misc]  # it has no types
    """The history of what belongs to one's own competitions, to read only."""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        self._own_or_404(request, object_id)
        shown: HttpResponse = super().history_view(request, object_id, extra_context)
        return shown

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """An older version, to read only."""
        self._own_or_404(request, object_id)
        if request.method == "POST":
            raise PermissionDenied
        shown: HttpResponse = super().history_form_view(request, object_id, version_id, extra_context)
        return shown

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def get_historical_record_context_helper(self, request: HttpRequest, historical_record: Any) -> LineByLine:
        return LineByLine(self.model, historical_record)

    def _own_or_404(self, request: HttpRequest, object_id: str) -> None:
        # simple_history asks for the permission alone, not whose competition it is. An address may end in anything.
        if self.get_object(request, object_id) is None:
            raise Http404
