from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.organizers import ensure_group

        def give_permissions(**_: Any) -> None:
            ensure_group()

        # Permissions are made after each app's migrations; the last call finds them all.
        post_migrate.connect(give_permissions, weak=False, dispatch_uid="organizers_group")
