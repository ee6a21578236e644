from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from competitions.admin import OfOwnCompetitions, OwnCompetitionsFilter
from submissions import lifecycle
from submissions.models import Evaluation, Event, ModelRun, Submission


class LookOnly(admin.TabularInline[Any, Submission]):
    extra = 0
    can_delete = False

    def has_add_permission(self, *_: Any) -> bool:
        return False

    def has_change_permission(self, *_: Any) -> bool:
        return False


class EventInline(LookOnly):
    model = Event
    verbose_name_plural = "timeline (UTC)"
    fields = readonly_fields = ("at", "status", "note")


class EvaluationInline(LookOnly):
    model = Evaluation
    fk_name = "submission"
    fields = readonly_fields = ("solution", "public_score", "private_score", "is_live", "graded_at")


class ModelRunInline(LookOnly):
    """With the log of the hidden run, which only organizers may read."""

    model = ModelRun
    fields = readonly_fields = (
        "ran_at", "is_public_sample", "outcome", "seconds", "peak_rss_bytes", "walls", "exported_with", "warning",
        "log",
    )  # fmt: skip


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
        "failure",
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="public score")
    def public_score(self, submission: Submission) -> float | None:
        return submission.evaluation.public_score if submission.evaluation else None

    @admin.action(description="Grade again (scored ones)", permissions=["view"])
    def grade_again(self, request: HttpRequest, submissions: QuerySet[Submission]) -> None:
        self._answer(request, submissions, lifecycle.regrade, "scored")

    @admin.action(description="Take up again (failed ones)", permissions=["view"])
    def take_up_again(self, request: HttpRequest, submissions: QuerySet[Submission]) -> None:
        self._answer(request, submissions, lifecycle.retry, "failed")

    def _answer(self, request: HttpRequest, submissions: QuerySet[Submission], verb: Any, needed: str) -> None:
        chosen = list(submissions)
        moved = sum(verb(submission) for submission in chosen)
        if moved:
            messages.success(request, f"{moved} submissions wait to be graded.")
        if moved < len(chosen):
            messages.warning(request, f"{len(chosen) - moved} were left alone: they are not {needed}.")
