"""The first organizer, so that a fresh site has somebody who can sign in to its admin."""

import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.models import User
from accounts.organizers import make_organizer

USERNAME = "organizer"


class Command(BaseCommand):
    help = "Make the superuser 'organizer' with a random password in var/organizer_password, if there is no superuser."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.filter(is_superuser=True).exists():
            return
        password = secrets.token_urlsafe(12)
        path = settings.VAR / "organizer_password"
        path.touch(mode=0o600)
        path.write_text(password + "\n")
        make_organizer(User.objects.create_superuser(USERNAME, password=password))
