"""The kit's own models on the boards that a fresh site begins with: who is tied, who is surely better, what is told."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import requests
from playwright.sync_api import Page, expect
from running_site import RunningSite, eventually
from test_newcomer import solution_of

from datasets.tables import read_books, read_ratings, read_test
from grader.certainty import seed_of
from grader.scoring.board_certainty import half_width_step
from grader.scoring.disclosure import disclosed
from grader.scoring.metrics import METRICS
from grader.scoring.rank_intervals import paired_interval
from grader.scoring.resampled_scores import ResampledScores
from starter_kit.baselines.registry import BASELINES

WIDTHS = (1280, 375)
COMPARED = """
SELECT count(*) FROM leaderboard_placecertainty place JOIN leaderboard_boardcertainty board ON board.id = certainty_id
JOIN competitions_competition c ON c.id = board.competition_id JOIN teams_team team ON team.id = place.team_id
JOIN leaderboard_standing standing ON standing.team_id = team.id AND standing.best_id = place.evaluation_id
WHERE c.slug = ? AND board.board = 'public' AND NOT team.is_baseline
"""


def silent(done: int, total: int) -> None:
    """Nobody watches the progress here."""


@pytest.fixture
def site(run_site) -> RunningSite:
    """A site of its own: nobody else stands on its boards."""
    return run_site()


@pytest.fixture
def answers(site: RunningSite, tmp_path_factory) -> Callable[..., dict[str, pd.Series]]:
    """answers(slug, names): what baselines of the kit predict, fitted on the files that the site gives; by id."""

    def fitted(slug: str, *names: str) -> dict[str, pd.Series]:
        folder = tmp_path_factory.mktemp(slug)
        for file in ("train.csv", "test.csv", "books.csv"):
            served = requests.get(f"{site.url}/competitions/{slug}/data/{file}", timeout=60)
            (folder / file).write_bytes(served.content)
        train, books = read_ratings(folder / "train.csv"), read_books(folder / "books.csv")
        test = read_test(folder / "test.csv")
        pairs = test["user_id"].tolist(), test["book_name"].tolist()
        found = {}
        for name in names:
            ratings = BASELINES[name].fit(train, books, seed=1, report=silent).predict(*pairs)
            # As a file says it, so that it is compared by the very numbers that were sent.
            found[name] = pd.Series(np.clip(ratings, 1.0, 5.0).astype(float).round(6), test["id"], name="rating")
        return found

    return fitted


def as_file(ratings: pd.Series) -> bytes:
    return ratings.to_csv(index_label="id").encode()


def lines_of(page: Page, address: str, width: int) -> list[str]:
    """The lines of the table there; the page must not be broader than the window."""
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    return [" ".join(row.split()) for row in page.locator("tbody tr").all_inner_texts()]


def line_of(lines: list[str], team: str) -> str:
    (found,) = [line for line in lines if f" {team} " in line]
    return found


@pytest.mark.timeout(900)
def test_two_close_models_are_tied_and_the_best_is_surely_better_than_biases(site, visit, answers):
    sent = answers("goodreads", "deepfm", "fm", "biases")
    for participant, ratings in zip(site.participants(*(f"sure-{name}" for name in sent)), sent.values(), strict=True):
        participant.wait_for(participant.submit(as_file(ratings)), "scored")
    ranked = "SELECT count(*) FROM leaderboard_standing s JOIN competitions_competition c ON c.id = s.competition_id "
    ranked += "WHERE c.slug = 'goodreads' AND s.is_ranked"
    eventually(lambda: site.value(COMPARED, "goodreads") == site.value(ranked), "everybody is compared")

    # What the page must say, from the labels themselves.
    solution = pd.read_csv(solution_of(site, "goodreads"), index_col="id")
    labels = solution.loc[solution["Usage"] == "Public", "rating"]
    sha256 = site.value("SELECT s.sha256 FROM competitions_solution s WHERE s.file LIKE 'goodreads/%' AND s.is_active")
    draws = ResampledScores(METRICS["mse"], labels.to_numpy(float), seed=seed_of(sha256, "public"))
    replicates = {name: draws.of(ratings.loc[labels.index].to_numpy()) for name, ratings in sent.items()}
    exact = {name: ((ratings.loc[labels.index] - labels) ** 2).mean() for name, ratings in sent.items()}
    best, second = sorted(("deepfm", "fm"), key=exact.__getitem__)
    between = paired_interval(replicates[second], replicates[best])
    # Nor may few rows weigh as much as the scores differ.
    apart = disclosed(exact[second], 3) - disclosed(exact[best], 3)
    is_tied = 0.0 in between or apart <= half_width_step(METRICS["mse"], labels.size, 1.0, 5.0) + 0.001
    assert 0.0 not in paired_interval(replicates["biases"], replicates[best])

    page = visit()
    for width in WIDTHS:
        lines = lines_of(page, "/competitions/goodreads/leaderboard/certainty/", width)
        assert lines[0].startswith(f"1 sure-{best} ")
        assert ("tied with the first" in line_of(lines, f"sure-{second}")) == is_tied
        assert f"1–{2 if is_tied else 1}" in lines[0]
        for sure in ("sure-biases", "Damped biases", "Global mean"):
            assert "tied" not in line_of(lines, sure)
        expect(page.locator("svg.chart, svg[role=img]").first).to_be_visible()
        lines_of(page, "/competitions/goodreads/leaderboard/", width)
        told = page.locator("[data-certainty]").inner_text()
        assert ("The first 2 teams cannot be told apart" in told) == is_tied
        assert ("The first team is surely ahead" in told) != is_tied


@pytest.mark.timeout(900)
def test_a_ladder_tells_what_is_clearly_better_and_keeps_the_order_of_the_kits_models(site, visit, answers):
    sent = answers("secret-shelves", "user-mean", "biases", "biases-books")
    (lena,) = site.participants("sure-lena", slug="secret-shelves")
    page = visit(lena.http.cookies["sessionid"])
    told = {}
    # From the weakest to the best; then once more, a little moved.
    files = {**sent, "again": (sent["biases-books"] + 0.0001).clip(upper=5.0)}
    for name, ratings in files.items():
        submission = lena.submit(as_file(ratings), f"{name}.csv")
        lena.wait_for(submission, "scored")
        told[name] = site.value(
            "SELECT e.told FROM submissions_submission s JOIN submissions_evaluation e ON e.id = s.evaluation_id "
            "WHERE s.id = ?",
            submission,
        )
    assert told["user-mean"] == "score"
    assert told["biases"] == "score"
    assert told["again"] == "no_improvement"
    last = (
        f"/submissions/{submission[:8]}-{submission[8:12]}-{submission[12:16]}-{submission[16:20]}-{submission[20:]}/"
    )
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(last)
        expect(page.get_by_text("no significant improvement").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    eventually(lambda: site.value(COMPARED, "secret-shelves") >= 1, "the ladder's board is compared")
    for width in WIDTHS:
        lines = lines_of(page, "/competitions/secret-shelves/leaderboard/certainty/", width)
        assert "tied" not in line_of(lines, "Global mean")
        order = [line.split(" ", 1)[1] for line in lines_of(page, "/competitions/secret-shelves/leaderboard/", width)]
        assert [line for line in order if line.startswith(("Global mean", "sure-lena"))][-1].startswith("Global mean")
