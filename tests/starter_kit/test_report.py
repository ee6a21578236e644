"""The report: a page that stands alone, and what it says of each rung."""

import re
from html.parser import HTMLParser

import pytest

from datasets.synthetic import make_world
from grader.scoring.errors import mean_squared_error
from grader.scoring.predictions import PredictionFormat
from starter_kit.baselines.registry import BASELINES
from starter_kit.ladder import JudgingFolder, Rung, keep, read_rungs
from starter_kit.local_score import score_file
from starter_kit.report import write_report
from starter_kit.trouble import KitError

NAMES = ("global-mean", "biases", "biases-books", "item-knn", "als")


def silent(done: int, total: int) -> None:
    """Nobody watches the progress here."""


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """A kit folder after a ladder of five rungs: one misses its mark, two have learned in epochs."""
    world = make_world("report", users=60, books=80, ratings=1_500)
    work = tmp_path_factory.mktemp("work")
    judging = JudgingFolder.of(work / "ladder", world.train, world.test, world.books)
    rungs = []
    for name in NAMES:
        model = BASELINES[name].fit(world.train, world.books, seed=1, report=silent)
        predictions = model.predict(world.test["user_id"].tolist(), world.test["book_name"].tolist())
        mse = mean_squared_error(world.test["rating"].to_numpy(), predictions)
        must = 0.1 if name == "als" else 5.0
        losses = (0.9, 0.7, 0.6) if name in ("als", "item-knn") else ()
        rungs.append(Rung(name, BASELINES[name].family, mse, must, 1.5, 1_000, losses))
        judging.keep(name, predictions)
        keep(rungs, work / "ladder.json")
    return work


def drawn(work, target, rungs=None) -> str:
    write_report(rungs or read_rungs(work / "ladder.json"), work / "ladder", target, PredictionFormat())
    return target.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(work) -> str:
    return drawn(work, work / "report.html")


class Reader(HTMLParser):
    """What a browser would see: the cells of the table, the pictures, and everything it would fetch or run."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.pictures = 0
        self.fetched: list[str] = []
        self.cell: str | None = None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.pictures += tag == "svg"
        if tag in ("script", "link", "img", "iframe"):
            self.fetched.append(tag)
        self.fetched += [value for key, value in attrs if key in ("src", "href", "xlink:href") and value[:1] != "#"]
        if tag == "tr":
            self.rows.append([])
        if tag == "td":
            self.cell = ""

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data

    def handle_endtag(self, tag):
        if tag == "td":
            self.rows[-1].append(self.cell or "")
            self.cell = None


def test_the_page_stands_alone_and_has_every_rung_the_best_first(page, work):
    seen = Reader(page)
    assert seen.fetched == []
    assert seen.pictures == 5
    body = [row for row in seen.rows if row]
    rungs = sorted(read_rungs(work / "ladder.json"), key=lambda rung: rung.mse)
    assert [row[0] for row in body] == [rung.name for rung in rungs]
    assert [row[2] for row in body] == [f"{rung.mse:.4f}" for rung in rungs]
    assert body[0][4] == "best"


def test_a_mark_that_was_missed_is_told_from_one_that_was_reached(page):
    musts = {row[0]: row[5] for row in Reader(page).rows if row}
    assert musts["als"] == "0.100 ✗"
    assert musts["biases"] == "5.000 ✓"


def test_the_mean_is_clearly_behind_the_best(page):
    behind = {row[0]: row[4] for row in Reader(page).rows if row}
    assert re.fullmatch(r"\+0\.\d{4}", behind["global-mean"])


def test_without_epochs_there_is_no_picture_of_learning(work, tmp_path):
    rungs = [rung for rung in read_rungs(work / "ladder.json") if not rung.losses]
    assert Reader(drawn(work, tmp_path / "report.html", rungs)).pictures == 4


def test_the_same_ladder_draws_the_same_page(page, work, tmp_path):
    assert drawn(work, tmp_path / "again.html") == page


def test_the_files_that_the_ladder_leaves_are_scored_as_it_scored_them(work):
    for rung in read_rungs(work / "ladder.json"):
        file = work / "ladder" / f"predictions-{rung.name}.csv"
        assert score_file(file, work / "ladder" / "solution.csv", PredictionFormat()).overall == rung.mse


def test_the_command_draws_the_last_ladder_again(alice, work, tmp_path):
    result = alice("report", "--work", work, "--output", tmp_path / "page.html")
    assert result.exit_code == 0, result.output
    assert "page.html: 5 baselines. Open it in a browser." in result.stdout


def test_rungs_come_back_as_they_were_kept(tmp_path):
    rungs = [Rung("a", "family", 0.7, None, 3.2, 10, (0.9, 0.8)), Rung("b", "family", 0.6, 0.65, 0.1, 20)]
    keep(rungs, tmp_path / "ladder.json")
    assert read_rungs(tmp_path / "ladder.json") == rungs


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "First run: python -m starter_kit ladder"),
        ("[{]", "cannot be read"),
        ("[]", "no baseline has been fitted"),
    ],
)
def test_no_ladder_no_report(tmp_path, text, sentence):
    if text is not None:
        (tmp_path / "ladder.json").write_text(text)
    with pytest.raises(KitError, match=sentence):
        read_rungs(tmp_path / "ladder.json")
