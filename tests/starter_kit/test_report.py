"""The report: a page that stands alone, and what it says of each rung."""

import re
from html.parser import HTMLParser

import pytest

from datasets.split import write_competition
from datasets.synthetic import make_world
from datasets.tables import read_test
from grader.scoring.predictions import PredictionFormat
from starter_kit.baselines.registry import BASELINES
from starter_kit.local_score import score_file
from starter_kit.predictions_file import write_predictions
from starter_kit.report import write_report
from starter_kit.rungs import Rung, read_rungs, write_rungs
from starter_kit.trouble import KitError

NAMES = ("global-mean", "biases", "biases-books", "item-knn", "als")


def silent(done: int, total: int) -> None:
    """Nobody watches the progress here."""


@pytest.fixture(scope="module")
def climbed(tmp_path_factory):
    """The folder of a small ladder: five rungs, one of which misses its mark and two of which learned in epochs."""
    world = make_world("report", users=60, books=80, ratings=1_500)
    folder = tmp_path_factory.mktemp("work") / "ladder"
    tables = {"train": world.train, "test": world.test, "books": world.books}
    write_competition(folder, folder / "solution.csv", **tables, secret="olga's secret")
    rungs = []
    for name in NAMES:
        model = BASELINES[name].fit(world.train, world.books, seed=1, report=silent)
        write_predictions(folder / f"predictions-{name}.csv", model, read_test(folder / "test.csv"), PredictionFormat())
        scored = score_file(folder / f"predictions-{name}.csv", folder / "solution.csv", PredictionFormat())
        must = 0.1 if name == "als" else 5.0
        losses = (0.9, 0.7, 0.6) if name in ("als", "item-knn") else ()
        rungs.append(Rung(name, BASELINES[name].family, scored.overall, 1.5, must, losses))
        write_rungs(folder, rungs)
    return folder


@pytest.fixture(scope="module")
def page(climbed) -> str:
    write_report(climbed, climbed / "report.html", PredictionFormat())
    return (climbed / "report.html").read_text(encoding="utf-8")


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


def test_the_page_stands_alone_and_has_every_rung_the_best_first(page, climbed):
    seen = Reader(page)
    assert seen.fetched == []
    assert seen.pictures == 5
    body = [row for row in seen.rows if row]
    rungs = sorted(read_rungs(climbed), key=lambda rung: rung.mse)
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


def test_without_epochs_there_is_no_picture_of_learning(climbed, tmp_path):
    kept = read_rungs(climbed)
    try:
        write_rungs(climbed, [rung for rung in kept if not rung.losses])
        write_report(climbed, tmp_path / "report.html", PredictionFormat())
    finally:
        write_rungs(climbed, kept)
    seen = Reader((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert seen.pictures == 4


def test_the_same_ladder_draws_the_same_page(page, climbed, tmp_path):
    write_report(climbed, tmp_path / "again.html", PredictionFormat())
    assert (tmp_path / "again.html").read_text(encoding="utf-8") == page


def test_the_command_says_where_the_page_is(alice, climbed):
    result = alice("report", "--work", climbed.parent)
    assert result.exit_code == 0, result.output
    assert "report.html: 5 baselines. Open it in a browser." in result.stdout


def test_rungs_come_back_as_they_were_written(tmp_path):
    rungs = [Rung("a", "family", 0.7, 3.2, None, (0.9, 0.8)), Rung("b", "family", 0.6, 0.1, 0.65)]
    write_rungs(tmp_path, rungs)
    assert read_rungs(tmp_path) == rungs
    assert [rung.holds for rung in rungs] == [True, True]


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
        (tmp_path / "rungs.json").write_text(text)
    with pytest.raises(KitError, match=sentence):
        read_rungs(tmp_path)
