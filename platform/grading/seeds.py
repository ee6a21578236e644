"""What the competitions are that a fresh site begins with: one by each kind of metric."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pandas as pd
from django.conf import settings

from competitions.models import SAMPLE_FILE, TEST_FILE, DisclosurePolicy
from datasets import goodreads, synthetic
from datasets.book_lists import LIST_LENGTH, write_list_competition
from datasets.finished_books import make_readings, write_yes_no_competition
from datasets.split import write_competition
from datasets.tables import read_books, read_ratings

RATINGS = {
    "train.csv": "Ratings to learn from.",
    TEST_FILE: "What to predict, with the ids that a submission names.",
    "books.csv": "What is known of each book.",
    SAMPLE_FILE: "A valid submission: the mean of train.csv everywhere.",
}
# By whom and about what a row is.
READERS_AND_BOOKS = {"cluster_column": "user_id", "item_column": "book_name"}
Say = Callable[[str], None]


class SeedCannotBeMade(Exception):
    """The data of a seed cannot be had; the message says why."""


@dataclass(frozen=True)
class Seed:
    """A competition to be: what writes its files (public folder, solution), its words and its settings."""

    slug: str
    title: str
    tagline: str
    secret: str
    write: Callable[[Path, Path], None]
    files: Mapping[str, str] = field(default_factory=lambda: RATINGS)
    notice: str = ""
    facts: Mapping[str, float] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Ratings:
    """The Goodreads tables, or a made-up world in their place, which `notice` then says."""

    train: pd.DataFrame
    test: pd.DataFrame
    books: pd.DataFrame
    notice: str = ""


def goodreads_seed(say: Say) -> Seed:
    """The published ratings with the published test set; a made-up world of their shape where they cannot be had."""
    ratings = _ratings(say)
    secret = secrets.token_hex(32)
    return Seed(
        slug="goodreads",
        title="The Goodreads challenge",
        tagline="Predict how many stars a reader gives a book." + (" (Made-up data.)" if ratings.notice else ""),
        secret=secret,
        write=_writing(write_competition, ratings, secret),
        notice=ratings.notice,
        settings={"labels_are_public": not ratings.notice, "takes_models": True, **READERS_AND_BOOKS},
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
        secret=secret,
        write=_writing(write_competition, Ratings(world.train, world.test, world.books), secret),
        facts={
            "best_mse": world.best_mse,
            "train_count": len(world.train),
            "test_count": len(world.test),
            "book_count": len(world.books),
        },
        settings={"takes_models": True, "disclosure": DisclosurePolicy.LADDER, **READERS_AND_BOOKS},
    )


def top_books_seed(say: Say) -> Seed:
    """The same ratings as lists: the ten books that a reader likes best, by NDCG@10."""
    ratings = _ratings(say)
    secret = secrets.token_hex(32)
    return Seed(
        slug="top-books",
        title="Ten books for each reader",
        tagline="Put the books first that a reader will like.",
        secret=secret,
        write=_writing(write_list_competition, ratings, secret),
        files=RATINGS
        | {
            TEST_FILE: f"{LIST_LENGTH} books for each reader, to be put in order.",
            SAMPLE_FILE: "A valid submission: how often the book was rated in train.csv.",
        },
        notice=ratings.notice,
        facts={"length": LIST_LENGTH},
        settings={
            "metric": "ndcg_at_k",
            "metric_k": 10,
            "decimals": 4,
            "target_column": "score",
            "lowest": None,
            "highest": None,
            "labels_are_public": not ratings.notice,
        },
    )


def finished_seed(say: Say) -> Seed:
    """A made-up question of yes and no, by log loss."""
    secret = secrets.token_hex(32)
    readings = make_readings(secret)
    reading_count = len(readings.train) + len(readings.test)
    say(f"Made {reading_count:,} readings; the best possible log loss is {readings.best_log_loss:.4f}.")
    return Seed(
        slug="finished",
        title="Will they finish it?",
        tagline="The chance that a reader finishes a book. (Made-up data.)",
        secret=secret,
        write=partial(write_yes_no_competition, readings=readings, secret=secret),
        files={
            "train.csv": "Readings to learn from, with what became of them.",
            TEST_FILE: "Readings to give a chance to, with the ids that a submission names.",
            SAMPLE_FILE: "A valid submission: the share of train.csv that was finished.",
        },
        facts={
            "best_log_loss": readings.best_log_loss,
            "train_count": len(readings.train),
            "test_count": len(readings.test),
        },
        settings={
            "metric": "log_loss",
            "decimals": 4,
            "target_column": "finished",
            "lowest": 0.0,
            "highest": 1.0,
        },
    )


def _writing(write: Callable[..., None], ratings: Ratings, secret: str) -> Callable[[Path, Path], None]:
    return partial(write, train=ratings.train, test=ratings.test, books=ratings.books, secret=secret)


def _ratings(say: Say) -> Ratings:
    """Raises SeedCannotBeMade where GOODREADS_DIR is set and cannot be used."""
    try:
        folder = goodreads.obtain(settings.VAR / "datasets" / "goodreads", goodreads.goodreads_dir())
    except goodreads.GoodreadsUnavailable as problem:
        if goodreads.goodreads_dir() is not None:
            raise SeedCannotBeMade(f"GOODREADS_DIR is set, and cannot be used: {problem}") from problem
        say(f"The Goodreads data cannot be had: {problem}")
        say("A made-up world of the same shape stands in; the competition's page says so.")
        world = synthetic.make_world(secrets.token_hex(32))
        return Ratings(
            world.train,
            world.test,
            world.books,
            notice="**These are not the Goodreads data.** The site could not fetch them when it was set up, so "
            "a made-up world of the same shape stands in. Numbers of rows and scores on these pages that speak of "
            f"Goodreads do not apply: for predicted ratings the best possible MSE is {world.best_mse:.3f}, by the "
            "known noise.",
        )
    return Ratings(
        read_ratings(folder / "train.csv"), read_ratings(folder / "test.csv"), read_books(folder / "books.csv")
    )
