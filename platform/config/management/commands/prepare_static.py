"""Collect the static files once, and again when one of them has changed."""

from hashlib import sha256
from typing import Any

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand

# Folders and files that libraries bring for pages which are not shown here.
LEFT_OUT = ("rest_framework", "redoc", "oauth2-redirect.*")


def fingerprint() -> str:
    """Of every static file's name, size and time of change."""
    digest = sha256(django.__version__.encode())
    for finder in get_finders():
        for name, storage in finder.list(LEFT_OUT):
            digest.update(f"{name} {storage.size(name)} {storage.get_modified_time(name)}\n".encode())
    return digest.hexdigest()


class Command(BaseCommand):
    help = "Collect static files, unless nothing has changed since the last time."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        stamp = settings.STATIC_ROOT / ".fingerprint"
        present = fingerprint()
        if stamp.exists() and stamp.read_text() == present:
            return
        has_some = settings.STATIC_ROOT.exists()
        call_command("collectstatic", interactive=False, verbosity=0, clear=has_some, ignore_patterns=list(LEFT_OUT))
        stamp.write_text(present)
