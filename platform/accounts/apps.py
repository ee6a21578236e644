from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    # allauth has a section of its own in the admin, called Accounts.
    verbose_name = _("People and letters")

    def ready(self) -> None:
        from allauth.account.signals import password_changed, password_reset, password_set

        from accounts.organizers import ensure_group
        from accounts.tokens import revoke_all

        def give_permissions(**_: Any) -> None:
            ensure_group()

        def close_to_programs(user: Any, **_: Any) -> None:
            revoke_all(user)

        # Whoever had the old password may have made a token with it.
        for signal, name in ((password_reset, "reset"), (password_changed, "change"), (password_set, "first_password")):
            signal.connect(close_to_programs, weak=False, dispatch_uid=f"a_{name}_revokes_tokens")
        # Permissions are made after each app's migrations; the last call finds them all.
        post_migrate.connect(give_permissions, weak=False, dispatch_uid="organizers_group")
