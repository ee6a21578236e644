"""`manage.py seed`: whatever is missing of the seeded competitions. It must run on the scoring host."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from grading.seeding import SeedingFailed, seed_all


class Command(BaseCommand):
    help = "Make the seeded competitions and their baselines, unless they are there."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--baseline",
            action="append",
            default=[],
            metavar="NAME",
            help="A baseline of the starter kit (./run kit baselines) to train and to enter too; may be given again.",
        )

        parser.add_argument("--at-start", action="store_true", help="Nothing where HOLDOUT_SEED=false.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["at_start"] and not settings.SEED:
            return

        def say(line: str) -> None:
            self.stdout.write(line)
            self.stdout.flush()

        try:
            seed_all(say, {name: name.replace("-", " ").capitalize() for name in options["baseline"]})
        except SeedingFailed as problem:
            raise CommandError(str(problem)) from problem
