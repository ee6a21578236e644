from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from competitions.admin import OfOwnCompetitions, OwnCompetitionsFilter
from teams.entry_admin import EntryInvitationAdmin, EntryRequestAdmin
from teams.models import Membership, Team

__all__ = ["EntryInvitationAdmin", "EntryRequestAdmin", "TeamAdmin"]


class MembershipInline(admin.TabularInline[Membership, Team]):
    model = Membership
    extra = 0
    can_delete = False
    fields = readonly_fields = ("user", "is_captain", "rules_accepted_at", "rules_sha256")

    def has_add_permission(self, *_: Any) -> bool:
        return False

    def has_view_permission(self, *_: Any) -> bool:
        return True


@admin.register(Team)
class TeamAdmin(OfOwnCompetitions):
    """Who takes part, and which rules they accepted."""

    list_display = ("name", "competition", "is_baseline", "merged_into", "created_at")
    list_filter = ("is_baseline", ("merged_into", admin.EmptyFieldListFilter), ("competition", OwnCompetitionsFilter))
    list_select_related = ("competition", "merged_into")
    search_fields = ("name",)
    readonly_fields = ("competition", "name", "is_baseline", "merged_into", "created_at")
    inlines = (MembershipInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(is_rehearsal=False)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without deleting in bulk."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What a team has sent would go with it, and so would the records of teams that have become part of it."""
        if obj is not None and (obj.submissions.exists() or obj.merged_teams.exists()):
            return False
        return super().has_delete_permission(request, obj)
