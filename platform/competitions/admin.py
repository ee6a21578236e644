from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import FileField, Model, QuerySet
from django.forms import FileInput, ModelForm
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from simple_history.admin import SimpleHistoryAdmin

from accounts.models import User
from competitions.access import organized_by
from competitions.models import Competition, DataFile, Page, PageKind


class OfOwnCompetitions(admin.ModelAdmin[Any]):
    """An organizer sees and chooses only competitions that name them; `competition_field` leads to the competition."""

    competition_field = "competition"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(**{f"{self.competition_field}__in": organized_by(request.user)})

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model is Competition:
            kwargs["queryset"] = organized_by(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class PageInline(admin.TabularInline[Page, Competition]):
    model = Page
    extra = 0
    max_num = len(PageKind)
    fields = ("kind", "text")


class DataFileInline(admin.TabularInline[DataFile, Competition]):
    model = DataFile
    extra = 0
    fields = ("name", "description", "file")
    # Stored files have no address of their own; the Data page gives them out.
    formfield_overrides = {FileField: {"widget": FileInput}}


@admin.register(Competition)
class CompetitionAdmin(OfOwnCompetitions, SimpleHistoryAdmin):  # type: ignore[misc]  # it has no types
    """A competition with its pages and data files. Its solution is uploaded under Solutions."""

    competition_field = "pk"
    list_display = (
        "title",
        "is_published",
        "opens_at",
        "closes_at",
        "daily_limit",
        "has_solution",
        "on_site",
    )
    list_filter = ("is_published",)
    search_fields = ("title", "slug")
    prepopulated_fields = {"slug": ("title",)}
    filter_horizontal = ("organizers",)
    inlines = (PageInline, DataFileInline)
    fieldsets = (
        (None, {"fields": ("title", "slug", "tagline", "notice", "organizers", "is_published")}),
        ("Dates and limits (UTC)", {"fields": ("opens_at", "closes_at", "daily_limit", "max_upload_bytes")}),
        (
            "Grading",
            {
                "fields": (
                    "metric", "decimals", "id_column", "target_column", "lowest", "highest", "out_of_range",
                )
            },
        ),
        ("Data", {"fields": ("labels_are_public", "data_needs_joining")}),
    )  # fmt: skip

    @admin.display(boolean=True, description="has a solution")
    def has_solution(self, competition: Competition) -> bool:
        return competition.solutions.filter(is_active=True).exists()

    @admin.display(description="on the site")
    def on_site(self, competition: Competition) -> SafeString:
        return format_html('<a href="{}">look</a>', competition.get_absolute_url())

    def get_readonly_fields(self, request: HttpRequest, obj: Competition | None = None) -> tuple[str, ...]:
        # What labels and scores were made with stays as it is once there is something to compare.
        if obj is not None and obj.submissions.exists():
            return ("metric", "decimals", "id_column", "target_column", "lowest", "highest")
        return ()

    def save_related(self, request: HttpRequest, form: ModelForm[Any], formsets: Any, change: bool) -> None:
        """A new competition names its maker as organizer and gets every page."""
        super().save_related(request, form, formsets, change)
        competition: Competition = form.instance
        if not change:
            if not request.user.is_superuser:
                competition.organizers.add(cast(User, request.user))
            missing = set(PageKind.values) - set(competition.pages.values_list("kind", flat=True))
            for kind in sorted(missing):
                Page.objects.create(competition=competition, kind=kind)
            messages.info(request, "Next: write its pages, add train and test files, then upload its solution.")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.is_superuser and super().has_delete_permission(request, obj)
