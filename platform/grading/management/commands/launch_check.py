"""`manage.py launch_check SLUG`: rehearse a competition, print the checklist, exit with 1 on a red line.

It must run on the scoring host: it reads labels.
"""

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from competitions.models import Competition, JobState, Level
from grading.launch.checking import check_waiting
from submissions.launch_jobs import ask_for_launch_check

LOOK_SECONDS = 0.2


class Command(BaseCommand):
    help = "Rehearse a competition as its launch check does, and print the checklist. Exit code 1: a line is red."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="The last part of the competition's address.")

    def handle(self, *args: Any, **options: Any) -> None:
        competition = Competition.objects.filter(slug=options["slug"]).first()
        if competition is None:
            raise CommandError(f"There is no competition {options['slug']!r}. `manage.py seed` makes the first ones.")
        check = ask_for_launch_check(competition, None)
        while not check.is_finished:
            # A worker may have it in hand already; then it is only waited for.
            check_waiting(lambda: True)
            check.refresh_from_db()
            if not check.is_finished:
                time.sleep(LOOK_SECONDS)
        if check.state == JobState.FAILED:
            raise CommandError(check.failure)
        for line in check.lines:
            self.stdout.write(f"{line['level'].upper():<7} {line['name']}: {line['finding']}")
            if line["cure"]:
                self.stdout.write(f"{'':<7} → {line['cure']}")
        if check.worst == Level.RED:
            sys.exit(1)
