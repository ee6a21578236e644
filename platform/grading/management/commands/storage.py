"""`manage.py storage`: what each competition's files take, by what they are."""

from typing import Any

from django.core.management.base import BaseCommand

from competitions.models import Competition
from submissions.storage_use import StorageUse, storage_use

COLUMNS = ("uploads", "predictions", "data", "archives", "labels")


class Command(BaseCommand):
    help = "Bytes of uploads, predictions, data, archives and labels by competition, as the rows tell them."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        self._line("competition", *COLUMNS, "in all")
        in_all = 0
        for competition in Competition.objects.order_by("slug"):
            use = storage_use(competition)
            in_all += use.in_all
            self._line(competition.slug, *(_cell(use, column) for column in COLUMNS), f"{use.in_all:,}")
        self.stdout.write(f"{in_all:,} bytes in all. What nothing names is not in it: manage.py clean_up --dry-run.")

    def _line(self, name: str, *cells: str) -> None:
        self.stdout.write(f"{name:<24}" + "".join(f"{cell:>18}" for cell in cells))


def _cell(use: StorageUse, column: str) -> str:
    value = getattr(use, column)
    return "not seen here" if value is None else f"{value:,}"
