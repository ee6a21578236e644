from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy, ngettext

from accounts import outbox
from accounts.models import Letter, User
from accounts.organizers import GROUP_NAME, make_organizer, stop_being_organizer


@admin.register(User)
class PeopleAdmin(UserAdmin[User]):
    """People. Two actions give and take the organizers' role."""

    list_display = ("username", "display_name", "email", "is_organizer", "is_superuser", "date_joined")
    search_fields = (*UserAdmin.search_fields, "display_name")
    actions = ("give_organizer_role", "take_organizer_role")

    @admin.display(boolean=True, description=gettext_lazy("organizer"))
    def is_organizer(self, user: User) -> bool:
        return any(group.name == GROUP_NAME for group in user.groups.all())

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """A deleted account stays as it is."""
        return (obj is None or obj.deleted_at is None) and super().has_change_permission(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.action(description=gettext_lazy("Make organizers"), permissions=["change"])
    def give_organizer_role(self, request: HttpRequest, people: QuerySet[User]) -> None:
        people = people.filter(deleted_at=None)
        for user in people:
            make_organizer(user)
        messages.success(
            request,
            ngettext(
                "%(count)s person is an organizer now. Name them in their competitions.",
                "%(count)s people are organizers now. Name them in their competitions.",
                len(people),
            )
            % {"count": len(people)},
        )

    @admin.action(description=gettext_lazy("Take the organizer role away"), permissions=["change"])
    def take_organizer_role(self, request: HttpRequest, people: QuerySet[User]) -> None:
        people = people.filter(deleted_at=None)
        for user in people:
            stop_being_organizer(user)
        messages.success(
            request,
            ngettext(
                "%(count)s person is no longer an organizer.", "%(count)s people are no longer organizers.", len(people)
            )
            % {"count": len(people)},
        )


@admin.register(Letter)
class LetterAdmin(admin.ModelAdmin[Letter]):
    """The outbox, to look at: what waits, what was sent, and what was given up and why."""

    list_display = ("to", "subject", "state", "tries", "problem", "posted_at", "sent_at")
    list_filter = ("state",)
    search_fields = ("to", "subject")
    date_hierarchy = "posted_at"
    actions = ("send_again",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Letter | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Letter | None = None) -> bool:
        return False

    @admin.action(description=gettext_lazy("Send again (given up ones)"), permissions=["view"])
    def send_again(self, request: HttpRequest, letters: QuerySet[Letter]) -> None:
        moved = sum(outbox.send_again(letter) for letter in letters)
        messages.success(
            request,
            ngettext("%(count)s letter waits to be sent again.", "%(count)s letters wait to be sent again.", moved)
            % {"count": moved},
        )
