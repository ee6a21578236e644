from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Max, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from competitions.admin import OfOwnCompetitions, OwnCompetitionsFilter
from competitions.models import Competition, Solution
from grading.solutions import activate
from submissions.dispatch import check_solutions_after_commit


@admin.register(Solution)
class SolutionAdmin(OfOwnCompetitions):
    """Upload a version of the hidden labels; the scoring worker checks it, and this page says what it found."""

    list_display = (
        "competition",
        "version",
        "verdict",
        "is_active",
        "public_count",
        "private_count",
        "uploaded_at",
    )
    list_filter = (("competition", OwnCompetitionsFilter), "verdict")
    actions = ("use_from_now_on",)

    def get_fields(self, request: HttpRequest, obj: Solution | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("competition", "file")
        return (
            "competition", "version", "verdict", "what_was_found", "is_active", "public_count", "private_count",
            "uploaded_by", "uploaded_at",
        )  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Solution | None = None) -> tuple[str, ...]:
        return () if obj is None else self.get_fields(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Solution | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Solution | None = None) -> bool:
        return False

    @admin.display(description="what was found")
    def what_was_found(self, solution: Solution) -> SafeString | str:
        if solution.verdict == Solution.Verdict.WAITING:
            return "It waits for the scoring worker; reload this page in a few seconds."
        if not solution.problems:
            return "Ids, Usage and targets are as they should be."
        return format_html_join(
            "",
            "<p>{}{} {}</p>",
            (
                (f"Line {problem['line']}: " if problem["line"] else "", problem["finding"], problem["cure"])
                for problem in solution.problems
            ),
        )

    def save_model(self, request: HttpRequest, obj: Solution, form: ModelForm[Any], change: bool) -> None:
        with transaction.atomic():
            Competition.objects.select_for_update(no_key=True).get(pk=obj.competition_id)
            latest = Solution.objects.filter(competition=obj.competition_id).aggregate(latest=Max("version"))
            obj.version = (latest["latest"] or 0) + 1
            obj.uploaded_by = request.user  # type: ignore[assignment]
            super().save_model(request, obj, form, change)
            check_solutions_after_commit()

    @admin.action(description="Use from now on, and grade every scored submission again", permissions=["view"])
    def use_from_now_on(self, request: HttpRequest, solutions: QuerySet[Solution]) -> None:
        if solutions.count() != 1:
            messages.error(request, "Choose exactly one version.")
            return
        solution = solutions.get()
        try:
            count = activate(solution)
        except ValueError as problem:
            messages.error(request, str(problem))
        else:
            messages.success(request, f"{solution} counts now; {count} submissions are graded again.")
