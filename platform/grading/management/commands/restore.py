"""`manage.py restore FILE`: make this site what a backup is."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from grading.keeping.backup_file import BadBackup
from grading.keeping.restore import CannotRestore, Restored, restore

NAMED = 20


class Command(BaseCommand):
    help = "Put back what manage.py backup has written, with the site stopped. The file is checked whole first."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--replace", action="store_true", help="Also where there is a site already: its database is gone then."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = restore(options["file"], self._say, replace=options["replace"])
        except (BadBackup, CannotRestore) as problem:
            raise CommandError(str(problem)) from problem
        except OSError as problem:
            raise CommandError(
                f"Not restored: {problem.strerror or problem}. Mend that, and run it once more."
            ) from problem
        self._tell(done)
        if done.wrong_standings or done.missing:
            raise CommandError("Restored, but not as it was: see the lines above.")

    def _tell(self, done: Restored) -> None:
        self.stdout.write(f"Restored: {done.files:,} files, {done.rows:,} rows.")
        self.stdout.write(f"{done.wrong_standings:,} of {done.standings:,} standings were wrong.")
        for name in done.missing[:NAMED]:
            self.stdout.write(f"! Named by a row and not in its store: {name}")
        if len(done.missing) > NAMED:
            self.stdout.write(f"! … and {len(done.missing) - NAMED:,} more.")
        if not done.has_labels:
            self.stdout.write("The backup has no labels: upload each competition's solution before anything is scored.")
        if done.key_is_written:
            self.stdout.write("The secret key of the backup is this site's now: start every process anew.")
        if done.key_differs:
            self.stdout.write(
                "! This site has another SECRET_KEY: everybody signs in again, and links in letters sent before are "
                "dead. To keep them, set SECRET_KEY to the one in the backup: tar -xOf FILE secret_key"
            )

    def _say(self, line: str) -> None:
        self.stderr.write(line)
