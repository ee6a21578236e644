"""`manage.py clean_up [--dry-run]`: what the site removes by itself each day, now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from grading.keeping.cleaning import removals

NAMED = 10


class Command(BaseCommand):
    help = (
        "Remove uploads and predictions whose time is over, files that nothing names, what killed processes have left, "
        "and sessions, tokens and letters that have ended. On the scoring host: it looks into the label store."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Say what would go, and remove nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        counts: dict[str, int] = {}
        sizes: dict[str, int] = {}
        named: dict[str, list[str]] = {}
        for removal in removals():
            if not options["dry_run"] and removal.remove() is False:
                continue
            counts[removal.kind] = counts.get(removal.kind, 0) + removal.count
            sizes[removal.kind] = sizes.get(removal.kind, 0) + removal.size_bytes
            if removal.which:
                named.setdefault(removal.kind, []).append(removal.which)
        verb = "would go" if options["dry_run"] else "removed"
        for kind, count in counts.items():
            self.stdout.write(f"{kind}: {count:,}, {sizes[kind]:,} bytes {verb}")
            for which in named.get(kind, [])[:NAMED]:
                self.stdout.write(f"    {which}")
            if len(named.get(kind, [])) > NAMED:
                self.stdout.write(f"    … and {len(named[kind]) - NAMED:,} more")
        self.stdout.write(f"In all {sum(sizes.values()):,} bytes {verb}.")
