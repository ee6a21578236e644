from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    # allauth has a section of its own in the admin, called Accounts.
    verbose_name = _("People and letters")

    def ready(self) -> None:
        from accounts.organizers import ensure_group

        def give_permissions(**_: Any) -> None:
            ensure_group()

        # Permissions are made after each app's migrations; the last call finds them all.
        post_migrate.connect(give_permissions, weak=False, dispatch_uid="organizers_group")
