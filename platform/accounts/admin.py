from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import User
from accounts.organizers import GROUP_NAME, make_organizer, stop_being_organizer


@admin.register(User)
class PeopleAdmin(UserAdmin[User]):
    """People. Two actions give and take the organizers' role."""

    list_display = ("username", "email", "is_organizer", "is_superuser", "date_joined")
    actions = ("give_organizer_role", "take_organizer_role")

    @admin.display(boolean=True, description="organizer")
    def is_organizer(self, user: User) -> bool:
        return any(group.name == GROUP_NAME for group in user.groups.all())

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.action(description="Make organizers", permissions=["change"])
    def give_organizer_role(self, request: HttpRequest, people: QuerySet[User]) -> None:
        for user in people:
            make_organizer(user)
        messages.success(request, f"{len(people)} people are organizers now. Name them in their competitions.")

    @admin.action(description="Take the organizer role away", permissions=["change"])
    def take_organizer_role(self, request: HttpRequest, people: QuerySet[User]) -> None:
        for user in people:
            stop_being_organizer(user)
        messages.success(request, f"{len(people)} people are no longer organizers.")
