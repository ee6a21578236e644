"""`manage.py doctor`: what is wrong with this site, and what to do; a line for each thing that was looked at."""

from typing import Any

from django.core.management.base import BaseCommand

from grading.doctor.examination import examine
from grading.doctor.finding import Level

COLOURS = {Level.OK: "SUCCESS", Level.WARN: "WARNING", Level.BAD: "ERROR"}


class Command(BaseCommand):
    help = "Say what is wrong with this site and what to do. Ends with 1 when something does not work."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        counts = dict.fromkeys(Level, 0)
        for finding in examine():
            counts[finding.level] += 1
            style = getattr(self.style, COLOURS[finding.level])
            self.stdout.write(style(str(finding)))
        bad, doubtful = counts[Level.BAD], counts[Level.WARN]
        self.stdout.write(f"{bad} bad, {doubtful} to look at, {counts[Level.OK]} well.")
        if bad:
            raise SystemExit(1)
