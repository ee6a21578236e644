"""`manage.py audit SLUG`: look at a competition's data, print the report, exit with 1 on a red finding.

It must run on the scoring host: it reads labels. The report holds none.
"""

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from competitions.models import Competition, JobState, Level
from grader.audit import Report
from grading.auditing import audit_waiting
from submissions.launch_jobs import ask_for_audit

LOOK_SECONDS = 0.2


class Command(BaseCommand):
    help = "Audit a competition's data, keep the report for its page and print it. Exit code 1: a finding is red."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="The last part of the competition's address.")

    def handle(self, *args: Any, **options: Any) -> None:
        competition = Competition.objects.filter(slug=options["slug"]).first()
        if competition is None:
            raise CommandError(f"There is no competition {options['slug']!r}. `manage.py seed` makes the first ones.")
        job = ask_for_audit(competition, None)
        while not job.is_finished:
            # A worker may have it in hand already; then it is only waited for.
            audit_waiting()
            job.refresh_from_db()
            if not job.is_finished:
                time.sleep(LOOK_SECONDS)
        if job.state == JobState.FAILED:
            raise CommandError(job.failure)
        self.stdout.write(Report.from_dict(job.report).to_text())
        if job.worst == Level.RED:
            sys.exit(1)
