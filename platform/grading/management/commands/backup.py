"""`manage.py backup FOLDER|FILE|-`: the whole site in one file, while it works."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from grading.keeping.backup import CannotBackUp, back_up, write_backup


class Command(BaseCommand):
    help = (
        "Write database, files, labels and secret key into one tar, which manage.py restore puts back. "
        "It is secret: it holds hidden labels, addresses and the key that signs sessions."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "where", type=Path, help="A folder, a new file, or - for the standard output: | age -r … > site.tar.age"
        )
        parser.add_argument(
            "--without-labels",
            action="store_true",
            help="Leave out solutions, salts and a rehearsal's files. What is restored from it can score nothing.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        where, with_labels = options["where"], not options["without_labels"]
        try:
            if str(where) == "-":
                with TemporaryDirectory(dir=settings.UPLOAD_TEMP_DIR) as folder:
                    told = write_backup(sys.stdout.buffer, Path(folder), self._say, with_labels=with_labels)
                    sys.stdout.buffer.flush()
            else:
                where, told = back_up(where, self._say, with_labels=with_labels)
        except CannotBackUp as problem:
            raise CommandError(str(problem)) from problem
        except OSError as problem:
            raise CommandError(f"The backup was cut off: {problem.strerror or problem}. It is of no use.") from problem
        self._say(f"{where}: {told.files:,} files, {told.size_bytes:,} bytes.")
        for name in told.missing:
            self._say(f"! Named by a row and not in its store: {name}")
        if with_labels:
            self._say("It holds the hidden labels and the secret key: keep it as you keep those.")
        else:
            self._say("Without the hidden labels: a site restored from it scores nothing until they are uploaded.")

    def _say(self, line: str) -> None:
        """Beside the backup, which may go to the standard output."""
        self.stderr.write(line)
