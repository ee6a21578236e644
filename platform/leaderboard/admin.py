"""Moderation in the admin: teams, submissions and people with the acts that need a reason."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin import PeopleAdmin
from accounts.models import User
from competitions.admin import OfOwnCompetitions, OwnCompetitionsFilter
from leaderboard import moderation
from leaderboard.confirmation import asks_why
from leaderboard.models import ModerationAct
from submissions.admin import NothingToChange, SubmissionAdmin
from submissions.models import Submission
from teams.admin import TeamAdmin
from teams.models import Team


class ActInline(NothingToChange, admin.TabularInline[ModerationAct, Any]):
    model = ModerationAct
    verbose_name_plural = "moderation (UTC)"
    fields = readonly_fields = ("at", "deed", "submission", "reason", "by")


class AccountActInline(ActInline):
    fk_name = "account"
    fields: ClassVar[Any] = ("at", "deed", "reason", "by")
    readonly_fields: ClassVar[Any] = fields


admin.site.unregister([Team, Submission, User])


@admin.register(Team)
class ModeratedTeamAdmin(TeamAdmin):
    list_display: Any = (*TeamAdmin.list_display, "disqualified_at")
    list_filter: ClassVar[Any] = (*TeamAdmin.list_filter, ("disqualified_at", admin.EmptyFieldListFilter))
    readonly_fields: ClassVar[Any] = (*TeamAdmin.readonly_fields, "disqualified_at", "disqualification")
    inlines: ClassVar[Any] = (*TeamAdmin.inlines, ActInline)
    actions: Any = (
        asks_why(
            moderation.disqualify_team,
            "Disqualify",
            "The teams leave every leaderboard at once and can send nothing more. They see when and why on their "
            "pages. Nothing is deleted: reinstating brings them back where they were.",
        ),
        asks_why(moderation.reinstate_team, "Reinstate", "The teams come back to where their submissions place them."),
        asks_why(
            moderation.mark_baseline,
            "Mark as baselines",
            "The teams stay on the leaderboard, without a rank and without limits: they are the organizers' own.",
        ),
        asks_why(
            moderation.unmark_baseline, "Rank like everyone", "The baselines get a rank, and the limits of a team."
        ),
    )


@admin.register(Submission)
class ModeratedSubmissionAdmin(SubmissionAdmin):
    list_filter: ClassVar[Any] = (*SubmissionAdmin.list_filter, ("disqualified_at", admin.EmptyFieldListFilter))
    fields: ClassVar[Any] = (*SubmissionAdmin.fields, "is_late", "disqualified_at", "disqualification")
    readonly_fields: ClassVar[Any] = fields
    inlines: ClassVar[Any] = (*SubmissionAdmin.inlines, ActInline)
    actions: Any = (
        *SubmissionAdmin.actions,
        asks_why(
            moderation.disqualify_submission,
            "Disqualify",
            "The submissions count for nothing; their teams keep the others. The teams see when and why.",
        ),
        asks_why(moderation.reinstate_submission, "Reinstate", "The submissions count again."),
    )


@admin.register(User)
class ModeratedPeopleAdmin(PeopleAdmin):
    list_display: Any = (*PeopleAdmin.list_display, "is_active")
    actions: Any = (
        *PeopleAdmin.actions,
        asks_why(
            moderation.close_account,
            "Close accounts",
            "These people cannot sign in any more and are signed out everywhere. What their teams have sent stays.",
            permission="close",
        ),
        asks_why(moderation.reopen_account, "Open accounts again", "These people can sign in again.", "close"),
    )

    def has_close_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def get_inlines(self, request: HttpRequest, obj: User | None) -> tuple[type[admin.TabularInline[Any, Any]], ...]:
        return () if obj is None else (AccountActInline,)


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
