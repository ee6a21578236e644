"""`manage.py seed`: whatever is missing of the two seeded competitions. It must run on the scoring host."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from grading.seeding import SeedingFailed, seed_all


class Command(BaseCommand):
    help = "Make the Goodreads challenge, the second competition and their baselines, unless they are there."

    def handle(self, *args: Any, **options: Any) -> None:
        def say(line: str) -> None:
            self.stdout.write(line)
            self.stdout.flush()

        try:
            seed_all(say)
        except SeedingFailed as problem:
            raise CommandError(str(problem)) from problem
