"""`manage.py prepare_site`: what must be there before web and workers start; docker-compose.yml's `setup` runs it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = (
        "Tables, the models worker's database role, static files, the first organizer, the seeded competitions: "
        "whatever of them is missing. It needs the label store, for seeding writes labels."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--models-role", metavar="ROLE", help="Give the models worker's role its rights anew.")
        parser.add_argument(
            "--certificates", type=Path, metavar="FOLDER", help="Make a certificate where there is none."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0, skip_checks=True)
        call_command("createcachetable", verbosity=0)
        if options["models_role"]:
            call_command("grant_models_role", options["models_role"])
        call_command("prepare_static")
        if options["certificates"]:
            call_command("ensure_certificate", options["certificates"])
        call_command("ensure_organizer")
        call_command("seed", at_start=True)
