"""A small bookshop's competition in which nothing is wrong, and a way to spoil one thing at a time."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from datasets.goodreads import goodreads_dir
from grader.audit import Finding, audit
from grader.scoring.solution import Solution

TRAIN_ROWS, TEST_ROWS, USERS, BOOKS = 4_000, 2_000, 150, 100
NAMES = ["Ash", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Ginkgo", "Hazel", "Ivy", "Juniper"]


@pytest.fixture(scope="session")
def goodreads_folder() -> Path:
    """The published Goodreads files, as GOODREADS_DIR names them."""
    folder = goodreads_dir()
    if folder is None:
        pytest.skip("GOODREADS_DIR is not set: the published ratings are not at hand")
    return folder


@pytest.fixture
def shop() -> SimpleNamespace:
    """train, test and books as participants get them, and labels and is_public beside the rows of test."""
    random = np.random.default_rng(7)
    pairs = random.permutation(USERS * BOOKS)[: TRAIN_ROWS + TEST_ROWS]
    user, book = pairs // BOOKS, pairs % BOOKS
    titles = np.array([f"{NAMES[number // 10]} and {NAMES[number % 10]}" for number in range(BOOKS)])
    opinion = 3.5 + random.normal(0, 0.5, USERS)[user] + random.normal(0, 0.5, BOOKS)[book]
    rows = pd.DataFrame({"user_id": user + 1, "title": titles[book], "weight": random.lognormal(5, 0.3, user.size)})
    rows["rating"] = np.clip(np.round(opinion + random.normal(0, 0.8, user.size)), 1, 5).astype(int)
    train, test = rows[:TRAIN_ROWS].copy(), rows[TRAIN_ROWS:].reset_index(drop=True)
    test.insert(0, "id", random.permutation(TEST_ROWS) + 1)
    books = pd.DataFrame(
        {
            "title": titles,
            "pages": random.integers(80, 900, BOOKS),
            "publish_year": random.integers(1950, 2020, BOOKS),
            "publish_month": random.integers(1, 13, BOOKS),
            "publish_day": random.integers(1, 29, BOOKS),
        }
    )
    return SimpleNamespace(
        train=train,
        test=test.drop(columns="rating"),
        books=books,
        labels=test["rating"].to_numpy(dtype=np.float64),
        is_public=random.random(TEST_ROWS) < 0.3,
        groups=None,
        ignored=[],
    )


@pytest.fixture
def look(tmp_path: Path) -> Callable[..., dict[str, Finding]]:
    """Write a shop's files, audit them, and give the findings by their check."""

    def look(shop: SimpleNamespace, **options) -> dict[str, Finding]:
        paths = {name: tmp_path / f"{name}.csv" for name in ("train", "test", "books")}
        for name, path in paths.items():
            if getattr(shop, name) is not None:
                getattr(shop, name).to_csv(path, index=False)
        ids = shop.test["id"].to_numpy(dtype=np.int64)
        order = np.argsort(ids)
        groups = None if shop.groups is None else shop.groups[order]
        is_public = shop.is_public[order]
        counts = ~np.isin(ids[order], shop.ignored)
        solution = Solution(ids[order], shop.labels[order], is_public & counts, ~is_public & counts, groups)
        report = audit(
            None if shop.train is None else paths["train"],
            paths["test"],
            solution,
            more={} if shop.books is None else {"books.csv": paths["books"]},
            **{"id_column": "id", "target_column": "rating", **options},
        )
        return {finding.check: finding for finding in report.findings}

    return look
