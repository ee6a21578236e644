"""`manage.py grant_models_role`: the database role of the models worker, to be given anew after each migration."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import environment
from grading.models_role import CannotGrant, grant

PASSWORD = "HOLDOUT_MODELS_DATABASE_PASSWORD"  # nosec B105  # the setting's name


class Command(BaseCommand):
    help = (
        "Make the models worker's own database role, which reads no label, score, password or session. "
        f"Its password comes from {PASSWORD} or the file that {PASSWORD}_FILE names."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", nargs="?", default="holdout_models", help="default: %(default)s")

    def handle(self, *args: Any, **options: Any) -> None:
        password = environment.secret(PASSWORD)
        if not password:
            raise CommandError(
                f"{PASSWORD} is not set: set it, or {PASSWORD}_FILE, to what the models worker signs in with."
            )
        try:
            grant(options["role"], password)
        except CannotGrant as problem:
            raise CommandError(f"No role for the models worker: {problem}") from problem
        self.stdout.write(f"The role {options['role']} has what the models worker needs, and nothing else.")
