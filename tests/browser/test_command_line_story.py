"""A second participant's story: a SavedModel sent by the command line, and watched in the browser at the same time."""

import json
import os
import re
import signal
import subprocess
import sys
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from running_site import ROOT, RunningSite, eventually
from test_live_submission import LIST
from test_newcomer import solution_of

PASSWORD = "a fine password"
NEWEST = (
    "SELECT s.id FROM submissions_submission s JOIN teams_team t ON t.id = s.team_id "
    "WHERE t.name = 'terminal-tara' ORDER BY s.submitted_at DESC LIMIT 1"
)


class Terminal:
    """Where somebody types the kit's commands, with a settings folder of their own."""

    def __init__(self, home) -> None:
        self.home = home
        self.environment = {**os.environ, "XDG_CONFIG_HOME": str(home / "settings")}

    def begin(self, *words: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "starter_kit", *map(str, words)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, cwd=ROOT, env=self.environment, text=True, **pipes)

    def run(self, *words: object, typed: str = "") -> str:
        """What it printed on stdout; it must have gone well."""
        running = self.begin(*words)
        printed, complained = running.communicate(typed)
        assert running.returncode == 0, printed + complained
        return printed

    def work(self, *words: object) -> str:
        """A command that looks into the kit's folder, at what was downloaded and trained."""
        return self.run(*words, "--work", self.home / "kit")


def make_token(page: Page) -> str:
    """By the links of the account's pages; the password is asked once more."""
    page.goto("/")
    page.get_by_role("link", name="terminal-tara", exact=True).click()
    page.get_by_role("navigation", name="Your account").get_by_role("link", name="Tokens").click()
    expect(page.get_by_text("You have none.")).to_be_visible()
    page.get_by_role("link", name="Make a token").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name").fill("laptop")
    page.get_by_label("Lasts").select_option(label="7 days")
    page.get_by_role("button", name="Make the token").click()
    expect(page.get_by_text("it is shown only this once")).to_be_visible()
    return page.locator("[data-token]").inner_text()


def followed_in_both(terminal: Terminal, page: Page, beside: Page, site: RunningSite, model) -> str:
    """The model goes out by the command line; its page and the list of submissions change in place to its score.

    Returns what the command line said in the end.
    """
    # While nobody runs models, the pages are opened.
    site.hold("models worker")
    try:
        running = terminal.begin("submit", model, "--wait", "--description", "the kit's biases", "--competition",
                                 f"{site.url}/competitions/goodreads/")  # fmt: skip
        sent = str(eventually(lambda: site.value(NEWEST), "the model is received"))
        page.goto(f"/submissions/{UUID(sent)}/")
        expect(page.locator("[data-step=queued]")).to_contain_text("in the queue")
        beside.goto(LIST)
        expect(beside.get_by_role("row", name="the kit's biases")).to_contain_text("waiting")
        for opened in (page, beside):
            opened.evaluate("window.isTheSamePage = true")
    finally:
        site.signal_all("models worker", signal.SIGCONT)
    printed, complained = running.communicate()
    assert running.returncode == 0, printed + complained
    expect(page.locator("[data-score]")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Model run")).to_be_visible()
    expect(beside.get_by_role("row", name="the kit's biases")).to_contain_text(
        page.locator("[data-score]").inner_text()
    )
    for opened in (page, beside):
        assert opened.evaluate("window.isTheSamePage")
    return printed


def board_in_the_page(page: Page) -> list[tuple[str, ...]]:
    """Rank, team and score of each line."""
    page.goto("/competitions/goodreads/leaderboard/")
    lines = [row.get_by_role("cell").all_inner_texts() for row in page.locator("tbody tr").all()]
    return [(rank, re.sub(r" (you|baseline)$", "", team), score) for rank, team, score, *_ in lines]


def board_in_the_terminal(terminal: Terminal) -> list[tuple[str, ...]]:
    found = json.loads(terminal.run("leaderboard", "goodreads", "--top", "100", "--json"))["results"]
    return [("–" if row["is_baseline"] else str(row["rank"]), row["team"], row["score_text"]) for row in found]


@pytest.mark.timeout(600)
def test_a_model_is_sent_by_the_command_line_and_watched_in_the_browser(site, visit, tmp_path):
    # She takes part in another competition already; this one she joins at home.
    (tara,) = site.participants("terminal-tara", slug="secret-shelves")
    page, beside = (visit(tara.http.cookies["sessionid"]) for _ in range(2))
    terminal, model, predictions = Terminal(tmp_path), tmp_path / "saved_model.zip", tmp_path / "predictions.csv"
    said = terminal.run("login", "--site", site.url, "--token", typed=make_token(page) + "\n")
    assert f"Signed in at {site.url} as terminal-tara" in said
    assert "You have joined The Goodreads challenge" in terminal.run("join", "goodreads", "--accept-rules")
    terminal.work("download", "goodreads")
    terminal.work("train", "biases")
    terminal.work("predict", "biases", "--output", predictions)
    terminal.work("export", "biases", "--output", model)
    assert "seccomp" in terminal.work("check", model)

    told = followed_in_both(terminal, page, beside, site, model)
    score, rank = page.locator("[data-score]").inner_text(), page.locator("[data-rank]").inner_text()
    assert f"Public score: {score}; your team's rank is {rank}" in told
    at_home = terminal.work("score", predictions, "--solution", solution_of(site, "goodreads"), "--json")
    ((public, private),) = site.rows(
        "SELECT e.public_score, e.private_score FROM submissions_evaluation e JOIN submissions_submission s "
        "ON s.evaluation_id = e.id WHERE s.id = ?",
        site.value(NEWEST),
    )
    # A model answers in float32.
    expected = json.loads(at_home)
    assert (public, private) == pytest.approx((expected["public"], expected["private"]), abs=1e-6)
    assert "9 of 10 submissions left." in terminal.run("quota", "goodreads")

    shown = board_in_the_page(page)
    assert (rank, "terminal-tara", score) in shown
    assert board_in_the_terminal(terminal) == shown
    page.goto("/account/tokens/")
    expect(page.locator("[data-token-row]")).to_contain_text(re.compile(r"laptop.*last used", re.DOTALL))
