"""Making the seeded competitions, and entering the organizers' baselines on their leaderboards."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from competitions.models import SAMPLE_FILE, TEST_FILE, Competition, DataFile, Page, PageKind, Solution, label_storage
from competitions.publishing import publish
from config.environment import ROOT
from config.stored_files import local_copy_of
from grading.seeds import (
    Say,
    Seed,
    SeedCannotBeMade,
    finished_seed,
    goodreads_seed,
    secret_shelves_seed,
    top_books_seed,
)
from grading.solutions import check
from submissions import lifecycle
from submissions.models import Submission
from submissions.uploads import store_upload
from teams.models import Team

# What the starter kit calls it → what the leaderboard calls it.
BASELINES = {
    "global-mean": "Global mean",
    "biases": "Damped biases",
    "biases-books": "Biases with books.csv prior",
}
# No worker runs yet that could rehearse; an organizer runs the launch check whenever they like.
WITHOUT_A_CHECK = "Made by the seed, whose data, pages and solution come with this site and are tested with it."


class SeedingFailed(Exception):
    """The seed could not be completed; the message says at what and why."""


def seed_all(say: Say, more_baselines: Mapping[str, str] | None = None) -> None:
    """Make whatever is missing of the seeded competitions and their baselines. Raises SeedingFailed.

    What was made once is not made again, however it is called since; what was deleted stays away.
    `more_baselines`: what the kit calls further ones → what the leaderboard calls them; they may take minutes.
    """
    kit_baselines = {**(more_baselines or {}), **BASELINES}
    for slug, prepare in (("goodreads", goodreads_seed), ("secret-shelves", secret_shelves_seed)):
        if competition := _competition(slug, prepare, say):
            enter_baselines(competition, say, kit_baselines)
    for slug, prepare, name in (
        ("top-books", top_books_seed, "Most read first"),
        ("finished", finished_seed, "The same chance for all"),
    ):
        if competition := _competition(slug, prepare, say):
            _enter_sample(competition, name, say)


def _competition(slug: str, prepare: Callable[[Say], Seed], say: Say) -> Competition | None:
    """The seeded competition that first bore this slug, made now if none ever did. None: it was deleted."""
    bore_it = list(Competition.history.filter(slug=slug).order_by("history_id").values_list("id", flat=True))
    if bore_it:
        found: Competition | None = min(
            Competition.objects.filter(pk__in=bore_it), key=lambda one: bore_it.index(one.pk), default=None
        )
        if found is None:
            say(f"The competition '{slug}' was deleted; it is not made again.")
        return found
    say(f"Preparing the competition '{slug}' …")
    try:
        return create(prepare(say))
    except SeedCannotBeMade as problem:
        raise SeedingFailed(str(problem)) from problem


def create(seed: Seed) -> Competition:
    """Write the files, then the rows in one transaction. Raises SeedingFailed when its own solution is refused."""
    with TemporaryDirectory(dir=settings.UPLOAD_TEMP_DIR) as folder:
        public, solution_path = Path(folder) / "public", Path(folder) / "solution.csv"
        seed.write(public, solution_path)
        with transaction.atomic():
            competition = Competition.objects.create(
                slug=seed.slug,
                title=seed.title,
                tagline=seed.tagline,
                notice=seed.notice,
                daily_limit=10,
                **seed.settings,
            )
            for kind in PageKind:
                text = (Path(__file__).parent / "seeded" / seed.slug / f"{kind.value}.md").read_text()
                Page.objects.create(
                    competition=competition, kind=kind, text=text.format(**seed.facts) if seed.facts else text
                )
            for name, description in seed.files.items():
                with (public / name).open("rb") as file:
                    DataFile.objects.create(
                        competition=competition, name=name, description=description, file=File(file, name)
                    )
            with solution_path.open("rb") as file:
                solution = Solution.objects.create(competition=competition, version=1, file=File(file))
            check(solution)
            solution.refresh_from_db()
            if not solution.is_active:
                raise SeedingFailed(f"The solution of '{seed.slug}' was refused: {solution.problems}")
            # It opens once its solution is committed to.
            competition.opens_at = timezone.now()
            competition.save(update_fields=["opens_at"])
            publish(competition, None, WITHOUT_A_CHECK)
    # With the secret an organizer can make the same ids and the same split again.
    label_storage().delete(f"{seed.slug}.secret")
    label_storage().save(f"{seed.slug}.secret", ContentFile(seed.secret.encode() + b"\n"))
    return competition


def enter_baselines(competition: Competition, say: Say, wanted: Mapping[str, str] = BASELINES) -> None:
    """Let the starter kit train each missing baseline on the competition's own files, and submit what it predicts.

    `wanted`: what the kit calls it → what the leaderboard calls it.
    """
    done = _entered(competition)
    missing = {kit_name: name for kit_name, name in wanted.items() if name not in done}
    if not missing:
        return
    with TemporaryDirectory(dir=settings.UPLOAD_TEMP_DIR) as folder, ExitStack() as copies:
        data = Path(folder) / "data"
        data.mkdir()
        for data_file in competition.data_files.all():
            (data / data_file.name).symlink_to(copies.enter_context(local_copy_of(data_file.file)))
        for kit_name, name in missing.items():
            say(f"  Baseline: {name} …")
            predictions = Path(folder) / f"{kit_name}.csv"
            _kit("train", kit_name, "--data", str(data), "--work", folder)
            _kit(
                "predict",
                kit_name,
                "--test",
                str(data / TEST_FILE),
                "--output",
                str(predictions),
                "--work",
                folder,
            )
            submit_baseline(competition, name, predictions, "Made by the starter kit.")


def _entered(competition: Competition) -> set[str]:
    """By name; of one that an organizer has renamed, by the name of the file that was entered."""
    teams = competition.teams.filter(is_baseline=True, submissions__isnull=False)
    rows = teams.values_list("name", "submissions__original_name")
    return {called for name, file in rows for called in (name, file.removesuffix(".csv"))}


def _enter_sample(competition: Competition, name: str, say: Say) -> None:
    """The sample submission, as a baseline of that name."""
    if name not in _entered(competition):
        say(f"  Baseline: {name} …")
        sample = competition.data_files.get(name=SAMPLE_FILE)
        with local_copy_of(sample.file) as path:
            submit_baseline(competition, name, path, "The sample submission.")


def submit_baseline(competition: Competition, name: str, predictions: Path, description: str) -> Submission:
    """Enter a prediction file as an organizers' baseline: on the leaderboard without a rank."""
    team, _ = Team.objects.get_or_create(competition=competition, name=name, defaults={"is_baseline": True})
    with predictions.open("rb") as file:
        upload = store_upload(competition, File(file, f"{name}.csv"))
    return lifecycle.submit(team, None, upload, description)


def _kit(*arguments: str) -> None:
    # The kit as a participant runs it: a process of its own, so that the site never loads it.
    done = subprocess.run(
        [sys.executable, "-m", "starter_kit", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SeedingFailed(f"The starter kit could not do `{' '.join(arguments)}`: {done.stderr.strip()[-2000:]}")
