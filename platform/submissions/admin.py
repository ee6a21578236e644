from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from competitions.admin import OfOwnCompetitions, OwnCompetitionsFilter
from config.by_locale import decimal, whole
from submissions import lifecycle
from submissions.models import Evaluation, Event, ModelRun, Status, Submission


class NothingToChange:
    """For inlines that show what happened."""

    extra = 0
    can_delete = False

    def has_add_permission(self, *_: Any) -> bool:
        return False

    def has_change_permission(self, *_: Any) -> bool:
        return False


class LookOnly(NothingToChange, admin.TabularInline[Any, Submission]):
    pass


class EventInline(LookOnly):
    model = Event
    verbose_name_plural = gettext_lazy("timeline (UTC)")
    fields = readonly_fields = ("at", "status", "note")


class EvaluationInline(LookOnly):
    model = Evaluation
    fk_name = "submission"
    fields = readonly_fields = ("solution", "public_score", "told", "private_score", "is_live", "graded_at")


class ModelRunInline(NothingToChange, admin.StackedInline[ModelRun, Submission]):
    """With the log of the hidden run, which only organizers may read."""

    model = ModelRun
    fields = readonly_fields = ("rows", "outcome", "took", "walls_that_stood", "exported_with", "warning", "whole_log")

    @admin.display(description=gettext_lazy("on"))
    def rows(self, run: ModelRun) -> str:
        return _("public rows of train.csv") if run.is_public_sample else _("the hidden rows of test.csv")

    @admin.display(description=gettext_lazy("took"))
    def took(self, run: ModelRun) -> str:
        return _("%(seconds)s s, %(peak)s MiB at most") % {
            "seconds": decimal(run.seconds, 2),
            "peak": whole(run.peak_rss_bytes / (1 << 20)),
        }

    @admin.display(description=gettext_lazy("walls"))
    def walls_that_stood(self, run: ModelRun) -> str:
        return ", ".join(run.walls) or _("none: the model was not opened")

    @admin.display(description=gettext_lazy("log"))
    def whole_log(self, run: ModelRun) -> SafeString:
        return format_html("<pre>{}</pre>", run.log or _("nothing was printed"))


@admin.register(Submission)
class SubmissionAdmin(OfOwnCompetitions):
    """Submissions and their timelines. A status is never edited: the actions go through its life's own verbs."""

    list_display = ("original_name", "kind", "competition", "team", "status", "public_score", "tries", "submitted_at")
    list_filter = ("status", "kind", ("competition", OwnCompetitionsFilter))
    search_fields = ("id", "original_name", "team__name", "submitted_by__username")
    date_hierarchy = "submitted_at"
    list_select_related = ("competition", "team", "evaluation")
    inlines = (EventInline, ModelRunInline, EvaluationInline)
    actions = ("grade_again", "take_up_again")
    fields = readonly_fields = (
        "id", "competition", "team", "submitted_by", "kind", "status", "original_name", "size_bytes", "sha256",
        "description", "submitted_at", "attempt", "tries", "claimed_at", "lease_until", "problem_count", "problems",
        "failure", "request_id",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(team__is_rehearsal=False)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("public score"))
    def public_score(self, submission: Submission) -> float | None:
        return submission.evaluation.public_score if submission.evaluation else None

    @admin.action(description=gettext_lazy("Grade again (scored ones)"), permissions=["view"])
    def grade_again(self, request: HttpRequest, submissions: QuerySet[Submission]) -> None:
        self._answer(request, submissions, lifecycle.regrade, Status.SCORED)

    @admin.action(description=gettext_lazy("Take up again (failed ones)"), permissions=["view"])
    def take_up_again(self, request: HttpRequest, submissions: QuerySet[Submission]) -> None:
        self._answer(request, submissions, lifecycle.retry, Status.FAILED)

    def _answer(self, request: HttpRequest, submissions: QuerySet[Submission], verb: Any, needed: Status) -> None:
        chosen = list(submissions)
        moved = sum(verb(submission) for submission in chosen)
        if moved:
            messages.success(
                request,
                ngettext("%(moved)s submissions wait to be graded.", "%(moved)s submissions wait to be graded.", moved)
                % {"moved": moved},
            )
        if moved < len(chosen):
            messages.warning(
                request,
                _("%(count)s were left alone: they are not %(needed)s, or their file was removed.")
                % {"count": len(chosen) - moved, "needed": needed.label},
            )
