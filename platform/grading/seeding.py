"""The two competitions that a fresh site begins with, and the organizers' baselines on their leaderboards."""

import secrets
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from django.conf import settings
from django.core.files import File
from django.db import transaction

from competitions.models import TEST_FILE, Competition, DataFile, Page, PageKind, Solution
from config.environment import ROOT
from datasets import goodreads, synthetic
from datasets.split import write_competition
from datasets.tables import read_books, read_ratings
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
DESCRIPTIONS = {
    "train.csv": "Ratings to learn from.",
    TEST_FILE: "What to predict, with the ids that a submission names.",
    "books.csv": "What is known of each book.",
    "sample_submission.csv": "A valid submission: the mean of train.csv everywhere.",
}
Say = Callable[[str], None]


class SeedingFailed(Exception):
    """The seed could not be completed; the message says at what and why."""


@dataclass(frozen=True)
class Seed:
    """A competition to be: its tables (as datasets.tables reads them), words and settings."""

    slug: str
    title: str
    tagline: str
    train: pd.DataFrame
    test: pd.DataFrame
    books: pd.DataFrame
    labels_are_public: bool
    secret: str
    notice: str = ""
    facts: dict[str, float] = field(default_factory=dict)


def seed_all(say: Say, more_baselines: Mapping[str, str] | None = None) -> None:
    """Make whatever is missing of both competitions and their baselines. Raises SeedingFailed.

    `more_baselines`: what the kit calls further ones → what the leaderboard calls them; they may take minutes.
    """
    for slug, prepare in (("goodreads", goodreads_seed), ("secret-shelves", secret_shelves_seed)):
        competition = Competition.objects.filter(slug=slug).first()
        if competition is None:
            say(f"Preparing the competition '{slug}' …")
            competition = create(prepare(say))
        enter_baselines(competition, say, {**(more_baselines or {}), **BASELINES})


def goodreads_seed(say: Say) -> Seed:
    """The published ratings with the published test set; a made-up world of their shape where they cannot be had."""
    try:
        folder = goodreads.obtain(settings.VAR / "datasets" / "goodreads", goodreads.goodreads_dir())
    except goodreads.GoodreadsUnavailable as problem:
        if goodreads.goodreads_dir() is not None:
            raise SeedingFailed(f"GOODREADS_DIR is set, and cannot be used: {problem}") from problem
        say(f"The Goodreads data cannot be had: {problem}")
        say("A made-up world of the same shape stands in; the competition's page says so.")
        world = synthetic.make_world(secrets.token_hex(32))
        return Seed(
            slug="goodreads",
            title="The Goodreads challenge",
            secret=secrets.token_hex(32),
            tagline="Predict how many stars a reader gives a book. (Made-up data.)",
            train=world.train,
            test=world.test,
            books=world.books,
            labels_are_public=False,
            notice="**These are not the Goodreads ratings.** The data could not be had when this site was set up, so "
            "a made-up world of the same shape stands in. Numbers of rows and scores on these pages that speak of "
            f"Goodreads do not apply: the best possible MSE here is {world.best_mse:.3f}, by the known noise.",
        )
    return Seed(
        slug="goodreads",
        title="The Goodreads challenge",
        secret=secrets.token_hex(32),
        tagline="Predict how many stars a reader gives a book.",
        train=read_ratings(folder / "train.csv"),
        test=read_ratings(folder / "test.csv"),
        books=read_books(folder / "books.csv"),
        labels_are_public=True,
    )


def secret_shelves_seed(say: Say) -> Seed:
    """A made-up world from a seed that stays in the label store: labels that nobody has."""
    secret = secrets.token_hex(32)
    world = synthetic.make_world(secret)
    rating_count = len(world.train) + len(world.test)
    say(f"Made a world of {rating_count:,} ratings; its best possible MSE is {world.best_mse:.4f}.")
    return Seed(
        slug="secret-shelves",
        title="Secret shelves",
        tagline="Ratings from a made-up library: labels that nobody has seen.",
        train=world.train,
        test=world.test,
        books=world.books,
        labels_are_public=False,
        secret=secret,
        facts={
            "best_mse": world.best_mse,
            "train_count": len(world.train),
            "test_count": len(world.test),
            "book_count": len(world.books),
        },
    )


def create(seed: Seed) -> Competition:
    """Write the files, then the rows in one transaction. Raises SeedingFailed when its own solution is refused."""
    with TemporaryDirectory(dir=settings.UPLOAD_TEMP_DIR) as folder:
        public, solution_path = Path(folder) / "public", Path(folder) / "solution.csv"
        public.mkdir()
        write_competition(public, solution_path, train=seed.train, test=seed.test, books=seed.books, secret=seed.secret)
        with transaction.atomic():
            competition = Competition.objects.create(
                slug=seed.slug,
                title=seed.title,
                tagline=seed.tagline,
                notice=seed.notice,
                labels_are_public=seed.labels_are_public,
                daily_limit=10,
                takes_models=True,
                is_published=True,
            )
            for kind in PageKind:
                text = (Path(__file__).parent / "seeded" / seed.slug / f"{kind.value}.md").read_text()
                Page.objects.create(
                    competition=competition, kind=kind, text=text.format(**seed.facts) if seed.facts else text
                )
            for name, description in DESCRIPTIONS.items():
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
    # With the secret an organizer can make the same ids and the same split again.
    secret_file = settings.LABELS_DIR / f"{seed.slug}.secret"
    secret_file.touch(mode=0o600)
    secret_file.write_text(seed.secret + "\n")
    return competition


def enter_baselines(competition: Competition, say: Say, wanted: Mapping[str, str] = BASELINES) -> None:
    """Let the starter kit train each missing baseline on the competition's own files, and submit what it predicts.

    `wanted`: what the kit calls it → what the leaderboard calls it.
    """
    done = set(competition.teams.filter(is_baseline=True, submissions__isnull=False).values_list("name", flat=True))
    missing = {kit_name: name for kit_name, name in wanted.items() if name not in done}
    if not missing:
        return
    with TemporaryDirectory(dir=settings.UPLOAD_TEMP_DIR) as folder:
        data = Path(folder) / "data"
        data.mkdir()
        for data_file in competition.data_files.all():
            (data / data_file.name).symlink_to(data_file.file.path)
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
            submit_baseline(competition, name, predictions)


def submit_baseline(competition: Competition, name: str, predictions: Path) -> Submission:
    """Enter a prediction file as an organizers' baseline: on the leaderboard without a rank."""
    team, _ = Team.objects.get_or_create(competition=competition, name=name, defaults={"is_baseline": True})
    with predictions.open("rb") as file:
        upload = store_upload(competition, File(file, predictions.name))
    return lifecycle.submit(team, None, upload, "Made by the starter kit.")


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
