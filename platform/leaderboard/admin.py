"""Moderation in the admin: teams, submissions and people with the acts that need a reason."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin import PeopleAdmin
from accounts.models import User
from competitions.admin import OfOwnCompetitions, OwnCompetitionsFilter
from config.by_locale import short_time
from leaderboard import moderation
from leaderboard.confirmation import asks_why
from leaderboard.deeds import SUBMISSION_DEEDS, TEAM_DEEDS
from leaderboard.models import ModerationAct
from submissions.admin import NothingToChange, SubmissionAdmin
from submissions.models import Submission
from teams.admin import TeamAdmin
from teams.models import Membership, Team

SAME_FILES_SHOWN = 20


def _submissions_of(label: str, **filters: object) -> SafeString:
    """A link to the list of submissions, narrowed to those of a team or a person."""
    return format_html('<a href="{}">{}</a>', reverse("admin:submissions_submission_changelist", query=filters), label)


class ActInline(NothingToChange, admin.TabularInline[ModerationAct, Any]):
    model = ModerationAct
    verbose_name_plural = gettext_lazy("moderation (UTC)")
    fields = readonly_fields = ("at", "deed", "submission", "reason", "by")


class AccountActInline(ActInline):
    fk_name = "account"
    fields: ClassVar[Any] = ("at", "deed", "reason", "by")
    readonly_fields: ClassVar[Any] = fields


class MembershipOfPersonInline(NothingToChange, admin.TabularInline[Membership, User]):
    """Where somebody takes part; each team leads on to its page."""

    model = Membership
    fields = readonly_fields = ("competition", "team", "is_captain", "rules_accepted_at")


admin.site.unregister([Team, Submission, User])


@admin.register(Team)
class ModeratedTeamAdmin(TeamAdmin):
    date_hierarchy = "created_at"
    list_display: Any = (*TeamAdmin.list_display, "disqualified_at")
    list_filter: ClassVar[Any] = (*TeamAdmin.list_filter, ("disqualified_at", admin.EmptyFieldListFilter))
    readonly_fields: ClassVar[Any] = (
        *TeamAdmin.readonly_fields,
        "disqualified_at",
        "disqualification",
        "what_it_has_sent",
    )
    search_fields: ClassVar[Any] = (*TeamAdmin.search_fields, "memberships__user__username", "memberships__user__email")
    inlines: ClassVar[Any] = (*TeamAdmin.inlines, ActInline)
    actions: Any = (*(asks_why(deed.act, deed.label, deed.consequence) for deed in TEAM_DEEDS.values()),)

    @admin.display(description=gettext_lazy("submissions"))
    def what_it_has_sent(self, team: Team) -> SafeString:
        return _submissions_of(f"{team.submissions.count():,}", team__id__exact=team.pk)


@admin.register(Submission)
class ModeratedSubmissionAdmin(SubmissionAdmin):
    list_filter: ClassVar[Any] = (*SubmissionAdmin.list_filter, ("disqualified_at", admin.EmptyFieldListFilter))
    fields: ClassVar[Any] = (
        *SubmissionAdmin.fields,
        "same_file_of_others",
        "is_late",
        "is_selected",
        "disqualified_at",
        "disqualification",
    )
    readonly_fields: ClassVar[Any] = fields
    inlines: ClassVar[Any] = (*SubmissionAdmin.inlines, ActInline)
    search_fields: ClassVar[Any] = (*SubmissionAdmin.search_fields, "sha256")
    actions: Any = (
        *SubmissionAdmin.actions,
        *(asks_why(deed.act, deed.label, deed.consequence) for deed in SUBMISSION_DEEDS.values()),
    )

    @admin.display(description=gettext_lazy("the very same file of other teams"))
    def same_file_of_others(self, submission: Submission) -> SafeString | str:
        same = Submission.objects.filter(competition=submission.competition_id, sha256=submission.sha256)
        others = (
            same.filter(team__is_rehearsal=False)
            .exclude(team=submission.team_id)
            .select_related("team")[:SAME_FILES_SHOWN]
        )
        rows = (
            (reverse("admin:submissions_submission_change", args=[o.pk]), f"{o.team}, {short_time(o.submitted_at)}")
            for o in others
        )
        return format_html_join(", ", '<a href="{}">{}</a>', rows) or _("none")


@admin.register(User)
class ModeratedPeopleAdmin(PeopleAdmin):
    list_display: Any = (*PeopleAdmin.list_display, "is_active")
    actions: Any = (
        *PeopleAdmin.actions,
        asks_why(
            moderation.close_account,
            gettext_lazy("Close accounts"),
            gettext_lazy(
                "These people cannot sign in any more and are signed out everywhere. What their teams have sent stays; "
                "of a team that they lead, whoever has been in it longest becomes the captain."
            ),
            permission="close",
        ),
        asks_why(
            moderation.reopen_account,
            gettext_lazy("Open accounts again"),
            gettext_lazy("These people can sign in again."),
            "close",
        ),
    )

    def has_close_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Closing an account asks for a reason: it is an action, and no box to tick."""
        return (*super().get_readonly_fields(request, obj), "is_active", "what_they_have_sent")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        shown = super().get_fieldsets(request, obj)
        return shown if obj is None else (*shown, (_("Takes part"), {"fields": ("what_they_have_sent",)}))

    def get_inlines(self, request: HttpRequest, obj: User | None) -> tuple[type[admin.TabularInline[Any, Any]], ...]:
        return () if obj is None else (MembershipOfPersonInline, AccountActInline)

    @admin.display(description=gettext_lazy("submissions"))
    def what_they_have_sent(self, person: User) -> SafeString:
        return _submissions_of(f"{person.submissions.count():,}", submitted_by__id__exact=person.pk)


@admin.register(ModerationAct)
class ModerationActAdmin(OfOwnCompetitions):
    """Every act with its reason, to look at."""

    list_display = ("at", "deed", "competition", "team", "submission", "account", "reason", "by")
    list_filter = ("deed", ("competition", OwnCompetitionsFilter))
    list_select_related = ("competition", "team", "submission__team", "account", "by")
    search_fields = ("reason", "team__name", "account__username")
    date_hierarchy = "at"

    def get_queryset(self, request: HttpRequest) -> Any:
        """Superusers see the accounts that were closed, too."""
        return ModerationAct.objects.all() if request.user.is_superuser else super().get_queryset(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
