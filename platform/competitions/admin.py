from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import FileField, Model, QuerySet
from django.forms import FileInput, ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import outbox
from accounts.models import User
from competitions.access import organized_by
from competitions.features import why_models_cannot_be_asked
from competitions.freezing import frozen_settings
from competitions.history import OwnHistoryAdmin
from competitions.models import TEST_FILE, Competition, DataFile, EntryPolicy, Page, PageKind
from competitions.models.data_file import name_to_download
from competitions.models.page import text_to_begin_with
from config.by_locale import whole


class OfOwnCompetitions(admin.ModelAdmin[Any]):
    """An organizer sees and chooses only competitions that name them; `competition_field` leads to the competition."""

    competition_field = "competition"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(**{f"{self.competition_field}__in": organized_by(request.user)})

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """The page itself: the admin's own shortcut would name competitions of others."""
        return obj.get_absolute_url() if self.view_on_site and hasattr(obj, "get_absolute_url") else None

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model is Competition:
            kwargs["queryset"] = organized_by(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class OwnCompetitionsFilter(admin.RelatedFieldListFilter):
    """A filter by competition that names only the organizer's own."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        return field.get_choices(include_blank=False, limit_choices_to={"pk__in": organized_by(request.user)})


class LinkedToItsHistory:
    """For inlines: each row leads to the history of what it shows."""

    @admin.display(description=gettext_lazy("history"))
    def past(self, part: Model) -> SafeString | str:
        if part.pk is None:
            return ""
        address = reverse(f"admin:{part._meta.app_label}_{part._meta.model_name}_history", args=[part.pk])
        return format_html('<a href="{}">{}</a>', address, _("what changed"))


class PageInline(LinkedToItsHistory, admin.TabularInline[Page, Competition]):
    model = Page
    extra = 0
    max_num = len(PageKind)
    fields = ("kind", "text", "past")
    readonly_fields = ("past",)


class DataFileForm(ModelForm[DataFile]):
    """A data file whose name may be left empty: it is the uploaded file's own then."""

    class Meta:
        model = DataFile
        fields = ("name", "description", "is_hidden", "file")
        help_texts = {"name": gettext_lazy("What participants see and download. Empty: the file's own name.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if (file := cleaned.get("file")) and cleaned.get("name") == "":
            cleaned["name"] = name_to_download(file.name)
        return cleaned


class DataFileInline(LinkedToItsHistory, admin.StackedInline[DataFile, Competition]):
    model = DataFile
    form = DataFileForm
    extra = 0
    fields = ("name", "description", "is_hidden", "file", "past")
    readonly_fields = ("past",)
    # Stored files have no address of their own; the Data page gives them out.
    formfield_overrides = {FileField: {"widget": FileInput}}


@admin.register(Competition)
class CompetitionAdmin(OwnHistoryAdmin, OfOwnCompetitions):
    """A competition with its pages and data files. Its solution is uploaded under Solutions."""

    competition_field = "pk"
    list_display = (
        "title",
        "is_published",
        "opens_at",
        "closes_at",
        "daily_limit",
        "has_solution",
        "dashboard",
        "on_site",
    )
    list_filter = ("is_published", "entry", "metric")
    search_fields = ("title", "slug")
    prepopulated_fields = {"slug": ("title",)}
    filter_horizontal = ("organizers",)
    inlines = (PageInline, DataFileInline)

    class Media:
        css = {"all": ("site/admin.css",)}

    fieldsets = (
        (None, {"fields": ("publishing", "title", "slug", "tagline", "notice", "organizers")}),
        (
            gettext_lazy("Time line (UTC)"),
            {
                "fields": (
                    "opens_at", "merger_deadline_at", "entry_deadline_at", "closes_at", "reveals_at", "archived_at",
                    "uploads_kept_days", "predictions_kept_days",
                )
            },
        ),
        (
            gettext_lazy("Who may take part"),
            {"fields": ("entry", "allowed_emails", "needs_verified_email", "max_team_size")},
        ),
        (
            gettext_lazy("Limits per team"),
            {
                "fields": (
                    "daily_limit", "limit_window", "total_limit", "pending_limit", "final_selection_count",
                    "takes_late_submissions", "max_upload_bytes",
                )
            },
        ),
        (
            gettext_lazy("What may be sent"),
            {
                "fields": (
                    "takes_predictions", "takes_models", "max_model_bytes", "model_seconds", "model_memory_mib",
                    "tensorflow_version",
                )
            },
        ),
        (
            gettext_lazy("Grading"),
            {
                "description": gettext_lazy(
                    "The id column, the target column and the range of your own files: set them before you upload the "
                    "solution, which is checked by them."
                ),
                "fields": (
                    "metric", "metric_k", "decimals", "disclosure", "id_column", "target_column", "cluster_column",
                    "item_column", "lowest", "highest", "out_of_range",
                )
            },
        ),
        (gettext_lazy("Data"), {"fields": ("labels_are_public", "data_needs_joining")}),
    )  # fmt: skip

    @admin.display(boolean=True, description=gettext_lazy("has a solution"))
    def has_solution(self, competition: Competition) -> bool:
        return competition.solutions.filter(is_active=True).exists()

    @admin.display(description=gettext_lazy("dashboard"))
    def dashboard(self, competition: Competition) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("dashboard", args=[competition.pk]), _("open"))

    @admin.display(description=gettext_lazy("on the site"))
    def on_site(self, competition: Competition) -> SafeString:
        return format_html('<a href="{}">{}</a>', competition.get_absolute_url(), _("look"))

    @admin.display(description=gettext_lazy("published"))
    def publishing(self, competition: Competition) -> SafeString | str:
        """There is one door: the page that asks the launch check first."""
        if competition._state.adding:
            return _("Not yet: save it first. It begins as a draft, which only its organizers see.")
        return format_html(
            '{} <a href="{}">{}</a> · <a href="{}">{}</a> · <a href="{}">{}</a>',
            _("Yes.") if competition.is_published else _("No: only its organizers see it."),
            reverse("launch_check", args=[competition.slug]),
            _("Launch check"),
            reverse("audit", args=[competition.slug]),
            _("Audit"),
            reverse("publishing", args=[competition.slug]),
            _("Unpublish") if competition.is_published else _("Publish"),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Competition | None = None) -> tuple[str, ...]:
        return ("publishing", *(frozen_settings(obj) if obj else ()))

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Organizers are chosen among those who have the role, not among all participants."""
        if db_field.name == "organizers":
            kwargs["queryset"] = User.objects.filter(is_staff=True)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Competition, form: ModelForm[Any], change: bool) -> None:
        """Browsers end lines by two characters; with one, the exported file holds the list line by line."""
        obj.allowed_emails = obj.allowed_emails.replace("\r\n", "\n")
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: ModelForm[Any], formsets: Any, change: bool) -> None:
        """A new competition names its maker as organizer and gets every page."""
        super().save_related(request, form, formsets, change)
        competition: Competition = form.instance
        if not change:
            if not request.user.is_superuser:
                competition.organizers.add(cast(User, request.user))
            missing = set(PageKind.values) - set(competition.pages.values_list("kind", flat=True))
            for kind in sorted(missing):
                Page.objects.create(competition=competition, kind=kind, text=text_to_begin_with(PageKind(kind)))
            messages.info(
                request,
                _(
                    "Next: write its pages (the rules begin with the usual ones), add train and test files, upload its "
                    "solution, then run the audit of the data and the launch check."
                ),
            )

        needs_letters = competition.needs_verified_email or competition.entry == EntryPolicy.LIST
        if needs_letters and not outbox.reaches_people():
            messages.warning(
                request,
                _(
                    "Joining needs a confirmed e-mail address, and this site sends no letters: nobody can join. "
                    "Set EMAIL_URL to a mail server."
                ),
            )
        if competition.takes_models and (problem := why_models_cannot_be_asked(competition)):
            messages.warning(request, _("SavedModels cannot be sent yet: %(problem)s") % {"problem": problem})
        if competition.takes_predictions and competition.data_files.filter(name=TEST_FILE, is_hidden=True).exists():
            messages.warning(
                request,
                _("%(test_file)s is hidden: prediction files are refused, only models can be sent.")
                % {"test_file": TEST_FILE},
            )

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Scores are never deleted: the database keeps whatever they were made from, and this says so first."""
        competition = self.get_object(request, object_id)
        if competition is not None and (graded := competition.submissions.exclude(evaluations=None).count()):
            sentence = ngettext(
                "%(competition)s cannot be deleted: it has %(count)s graded submission, and scores are kept. "
                "Take it off the site by “Unpublish”, or set the date from which it is archived.",
                "%(competition)s cannot be deleted: it has %(count)s graded submissions, and scores are kept. "
                "Take it off the site by “Unpublish”, or set the date from which it is archived.",
                graded,
            )
            messages.error(request, sentence % {"competition": competition, "count": whole(graded)})
            return redirect("admin:competitions_competition_change", competition.pk)
        return super().delete_view(request, object_id, extra_context)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[list[Any], dict[Any, int], set[Any], Any]:
        """What goes with it: parts that can be deleted in no other way are no obstacle for a superuser."""
        listed, counts, _needed, protected = super().get_deleted_objects(objs, request)
        return list(listed), dict(counts), set(), protected

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without deleting in bulk: a competition is deleted from its own page, which says what hangs on it."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.is_superuser and super().has_delete_permission(request, obj)


class PartAdmin(OwnHistoryAdmin, OfOwnCompetitions):
    """A part of a competition, which is made and deleted on the competition's own page."""

    list_select_related = ("competition",)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return ("competition",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Page)
class PageAdmin(PartAdmin):
    """The pages of all one's competitions, to search, and the history of each."""

    list_display = ("__str__", "competition", "kind")
    list_filter = (("competition", OwnCompetitionsFilter), "kind")
    search_fields = ("text", "competition__title")
    fields = ("competition", "kind", "text")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return ("competition", "kind")


@admin.register(DataFile)
class DataFileAdmin(PartAdmin):
    """The data files of all one's competitions, and the history of each."""

    list_display = ("name", "competition", "is_hidden", "uploaded_at")
    list_filter = (("competition", OwnCompetitionsFilter), "is_hidden")
    search_fields = ("name", "description", "competition__title")
    fields = ("competition", "name", "description", "is_hidden", "file")
    # Stored files have no address of their own; the Data page gives them out.
    formfield_overrides = {FileField: {"widget": FileInput}}
