"""`manage.py rebuild_standings [SLUG]`: make the standings anew from the evaluations, and say what was not so."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from competitions.models import Competition
from leaderboard.standings import rebuild


class Command(BaseCommand):
    help = "Make the standings of one competition, or of all, anew from their evaluations."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "slug", nargs="?", help="The last part of the competition's address. Left out: all of them."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = Competition.objects.order_by("slug")
        if options["slug"] is not None:
            chosen = chosen.filter(slug=options["slug"])
            if not chosen:
                raise CommandError(f"There is no competition {options['slug']!r}. Look the name up in its address.")
        for competition in chosen:
            changed = rebuild(competition)
            count = competition.standings.count()
            self.stdout.write(f"{competition.slug}: {changed:,} of {count:,} standings changed")
