"""`manage.py competition …`: competitions as files. With --solution, or for `labels`, on the scoring host."""

from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from competitions.as_files.cloning import clone
from competitions.as_files.planning import Plan, plan
from competitions.as_files.reading import Bundle, read
from competitions.as_files.refusal import FilesRefused
from competitions.as_files.source import Source, open_source
from competitions.as_files.writing import export_to_folder, export_to_zip
from competitions.codabench.importing import import_mapped
from competitions.codabench.mapping import Choice, mapped
from competitions.models import Competition, Solution
from grader.scoring.metrics import METRICS
from grading.label_files import add_solution, copy_out, new_file, refuse_another_solution
from grading.solutions import check
from leaderboard.consequences import apply, consequences


class Command(BaseCommand):
    help = "Competitions as files: competition.yaml, pages/*.md and data/*, in a folder or a zip."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True, metavar="WHAT")

        def command(name: str, text: str, *arguments: str) -> ArgumentParser:
            added: ArgumentParser = commands.add_parser(name, help=text, description=text)
            for argument in arguments:
                added.add_argument(argument, type=str if argument in ("slug", "new_slug") else Path)
            return added

        command("export", "Write a competition into a new folder or .zip; its labels stay here.", "slug", "path")
        command("plan", "Show what the files would change, and for whom. Writes nothing.", "path")
        for name, text in (
            ("apply", "Make a competition what the files say: all of it, or nothing."),
            ("import", "Make a new competition from the files."),
        ):
            changing = command(name, text, "path")
            changing.add_argument("--solution", type=Path, metavar="FILE", help="Labels to add as a version.")
            changing.add_argument(
                "--publish-because", default="", metavar="REASON", help="Publish against the launch check; recorded."
            )
            if name == "import":
                changing.add_argument("--slug", help="Its address, in place of the one in the files.")
            else:
                changing.add_argument("--against", default="", help="Apply only to what a plan showed this for.")
        bundle = command("import-codabench", "Report on a Codabench bundle; with --metric, import it.", "path")
        bundle.add_argument("--metric", choices=sorted(METRICS), help="What its scoring program computes.")
        bundle.add_argument("--metric-k", type=int, help="k of a metric “at k”.")
        bundle.add_argument("--phase", default="", help="Name or index of the phase that is meant; else the last.")
        bundle.add_argument("--slug", default="", help="Its address; else made from the title.")
        cloning = command("clone", "Copy pages, data and settings to a new, unpublished one.", "slug", "new_slug")
        cloning.add_argument("--title", help="Its title; else that of the first one.")
        command("labels", "Copy the labels that count to a new file, on the scoring host.", "slug", "path")

    def handle(self, *args: Any, **options: Any) -> None:
        what = options["what"]
        try:
            if what == "import-codabench":
                with open_source(options["path"]) as source:
                    self._import_bundle(source, options)
            elif what in ("plan", "apply", "import"):
                with open_source(options["path"]) as source:
                    self._with_bundle(what, read(source), options)
            else:
                self._with_competition(what, competition_called(options["slug"]), options)
        except FilesRefused as problem:
            raise CommandError(str(problem)) from problem

    def _with_bundle(self, what: str, bundle: Bundle, options: dict[str, Any]) -> None:
        if options.get("slug"):
            bundle = replace(bundle, description=replace(bundle.description, slug=options["slug"]))
        slug = bundle.description.slug
        competition = Competition.objects.filter(slug=slug).first()
        if what == "import" and competition:
            raise FilesRefused(f"There is a competition {slug!r} already. Apply the files to it, or give --slug.")
        if what == "apply" and not competition:
            raise FilesRefused(f"There is no competition {slug!r}. Import it.")
        planned = plan(bundle, competition)
        self._show(planned)
        if what == "plan":
            return
        if options.get("against") and options["against"] != planned.against:
            raise FilesRefused(f"{slug} was changed after that plan was made. Nothing was applied; make a new plan.")
        if options["solution"]:
            refuse_another_solution(options["solution"], bundle.description.solution_sha256)
        changed = apply(planned, by=None, override_reason=options["publish_because"])
        self.stdout.write(f"{changed.slug} is now as the files say.")
        if options["solution"]:
            self._add_solution(changed, options["solution"])

    def _import_bundle(self, source: Source, options: dict[str, Any]) -> None:
        metric = options["metric"]
        choice = Choice(metric or "mse", options["metric_k"], options["slug"], options["phase"])
        if metric is None:
            self.stdout.write(f"No --metric was given; this report takes {METRICS[choice.metric].label} for it.")
        with mapped(source, choice) as bundle:
            for line in bundle.report:
                self.stdout.write(str(line))
            if metric is None:
                self.stdout.write("Nothing was imported: say by --metric what the scoring program computes.")
                return
            competition, solution = import_mapped(bundle, by=None)
        self.stdout.write(f"{competition.slug} is made, unpublished. Give it organizers in the admin.")
        if solution is not None:
            check(solution)
            self._tell_verdict(solution)

    def _show(self, planned: Plan) -> None:
        if planned.is_empty:
            self.stdout.write("Nothing to change.")
        for change in planned.changes:
            self.stdout.write(str(change))
        for sentence in (*consequences(planned, timezone.now()), *planned.remarks):
            self.stdout.write(f"! {sentence}")
        for sentence in planned.refusals:
            self.stdout.write(f"✗ {sentence}")
        if planned.against:
            self.stdout.write(f"Planned against {planned.against}")

    def _add_solution(self, competition: Competition, path: Path) -> None:
        self._tell_verdict(add_solution(competition, path))

    def _tell_verdict(self, solution: Solution) -> None:
        solution.refresh_from_db()
        self.stdout.write(f"Its solution, version {solution.version}, is {solution.get_verdict_display()}.")
        if solution.verdict == Solution.Verdict.REFUSED:
            found = "\n".join(f"{problem['finding']} {problem['cure']}" for problem in solution.problems)
            raise FilesRefused(f"The competition is as the files say, and its solution was refused:\n{found}")

    def _with_competition(self, what: str, competition: Competition, options: dict[str, Any]) -> None:
        if what == "clone":
            made = clone(competition, options["new_slug"], options["title"] or competition.title, by=None)
            self.stdout.write(f"{made.slug} is made, unpublished, with the dates of {competition.slug}: set its own.")
            return
        path: Path = options["path"]
        if what == "labels":
            copy_out(competition, path)
        elif path.suffix == ".zip":
            write_zip(competition, path)
        else:
            export_to_folder(competition, path)
        self.stdout.write(f"Written to {path}.")


def competition_called(slug: str) -> Competition:
    """The competition with that address. Raises FilesRefused."""
    found = Competition.objects.filter(slug=slug).first()
    if found is None:
        raise FilesRefused(f"There is no competition {slug!r}. There are: {', '.join(_slugs()) or 'none'}.")
    return found


def write_zip(competition: Competition, path: Path) -> None:
    """Export into a new zip. Raises FilesRefused where something is already; what fails leaves no half of it."""
    with new_file(path) as file:
        export_to_zip(competition, file)


def _slugs() -> list[str]:
    return list(Competition.objects.order_by("slug").values_list("slug", flat=True))
