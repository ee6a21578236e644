"""The organizers' role: a group that staff gives, and what it may do in the admin."""

from django.contrib.auth.models import Group, Permission

from accounts.models import User

GROUP_NAME = "Organizers"
# (app, model) → actions. A submission's status is never edited: organizers may only look, and use the actions.
MAY = {
    ("competitions", "competition"): ("add", "change", "view"),
    ("competitions", "page"): ("add", "change", "delete", "view"),
    ("competitions", "datafile"): ("add", "change", "delete", "view"),
    ("competitions", "solution"): ("add", "view"),
    ("competitions", "announcement"): ("add", "change", "delete", "view"),
    ("competitions", "rescore"): ("view",),
    ("teams", "team"): ("view",),
    ("teams", "entryrequest"): ("view",),
    ("teams", "entryinvitation"): ("add", "view"),
    ("submissions", "submission"): ("view",),
    ("submissions", "event"): ("view",),
    ("submissions", "evaluation"): ("view",),
    ("submissions", "modelrun"): ("view",),
    ("leaderboard", "moderationact"): ("view",),
}


def ensure_group() -> Group:
    """The organizers' group, with exactly the permissions of MAY that exist by now."""
    group, _ = Group.objects.get_or_create(name=GROUP_NAME)
    codes = {(app, f"{action}_{model}") for (app, model), actions in MAY.items() for action in actions}
    permissions = Permission.objects.filter(content_type__app_label__in={app for app, _ in codes})
    group.permissions.set(
        [p for p in permissions.select_related("content_type") if (p.content_type.app_label, p.codename) in codes]
    )
    return group


def make_organizer(user: User) -> None:
    """Let `user` into the admin as an organizer: they see only competitions that name them."""
    user.groups.add(ensure_group())
    User.objects.filter(pk=user.pk).update(is_staff=True)


def stop_being_organizer(user: User) -> None:
    """Take the role away. A superuser stays in the admin."""
    user.groups.remove(ensure_group())
    User.objects.filter(pk=user.pk, is_superuser=False).update(is_staff=False)
