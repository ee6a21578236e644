"""What the commands have in common that inspect one competition and print what was found."""

import sys
import time
from abc import ABC, abstractmethod
from typing import Any, Generic, TypeVar

from django.core.management.base import BaseCommand, CommandError, CommandParser

from competitions.models import Competition, DataAudit, JobState, LaunchCheck, Level

LOOK_SECONDS = 0.2
Inspected = TypeVar("Inspected", DataAudit, LaunchCheck)


class InspectionCommand(BaseCommand, ABC, Generic[Inspected]):
    """Asks for an inspection, does it or waits for the worker that has it, prints it; exit code 1 when it is red."""

    requires_system_checks = []

    @abstractmethod
    def ask(self, competition: Competition) -> Inspected:
        """A new one, or the one that waits or runs already."""

    @abstractmethod
    def work(self) -> None:
        """Do what waits of this kind; nothing where a worker has it in hand."""

    @abstractmethod
    def tell(self, found: Inspected) -> None:
        """Print what a finished one has found."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="The last part of the competition's address.")

    def handle(self, *args: Any, **options: Any) -> None:
        competition = Competition.objects.filter(slug=options["slug"]).first()
        if competition is None:
            raise CommandError(f"There is no competition {options['slug']!r}. `manage.py seed` makes the first ones.")
        inspection = self.ask(competition)
        while not inspection.is_finished:
            self.work()
            inspection.refresh_from_db()
            if not inspection.is_finished:
                time.sleep(LOOK_SECONDS)
        if inspection.state == JobState.FAILED:
            raise CommandError(inspection.failure)
        self.tell(inspection)
        if inspection.worst == Level.RED:
            sys.exit(1)
