"""A participant's story: from the first visit to a place on the leaderboard, with mistakes on the way."""

import json
import re
import signal

import pytest
import requests
from playwright.sync_api import Page, expect
from running_site import RunningSite, eventually
from test_newcomer import kit, solution_of, upload

# From the weakest to the best.
BASELINES = ("global-mean", "biases", "biases-books", "mf")
PASSWORD = "a rather fine password"
TITLE = "The Goodreads challenge"


def card(page: Page):
    """What the landing page says of the competition."""
    return page.get_by_role("article").filter(has_text=TITLE)


def next_step(page: Page):
    return page.locator("[data-next-step]")


def tab(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Competition").get_by_role("link", name=name, exact=True).click()


def sign_up(page: Page, site: RunningSite) -> None:
    """From the competition's page to the form and on to the rules; then the link in the letter that comes of it."""
    card(page).get_by_role("link", name=TITLE).click()
    expect(next_step(page)).to_contain_text("Sign up or sign in, then join.")
    next_step(page).get_by_role("link", name="Join the competition").click()
    page.get_by_role("main").get_by_role("link", name="Sign up").click()
    page.get_by_label("Username").fill("newcomer")
    page.get_by_label("Email").fill("newcomer@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password (again)").fill(PASSWORD)
    page.get_by_role("button", name="Sign up", exact=True).click()
    expect(page.get_by_label("I have read the rules")).to_be_visible()

    def link() -> str | None:
        letters = "\n".join(path.read_text() for path in (site.var / "mail").glob("*.log"))
        found = re.search(r"the account newcomer on Holdout\.[^\n]*\n(http\S+)", letters)
        return found.group(1) if found else None

    page.goto(str(eventually(link, "a letter with a link to newcomer@example.org")))
    expect(page.get_by_text("Is newcomer@example.org the address of the account newcomer?")).to_be_visible()
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("status").filter(has_text="newcomer@example.org")).to_contain_text("confirmed")


def join(page: Page) -> None:
    page.get_by_role("link", name="Competitions", exact=True).click()
    expect(card(page)).to_contain_text("Join to take part: read the rules and accept them.")
    card(page).get_by_role("link", name="Join the competition").click()
    page.get_by_label("I have read the rules").check()
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_text(f"You have joined {TITLE} as newcomer.")).to_be_visible()
    expect(next_step(page)).to_contain_text("Get the data, then send your first predictions.")


def download_test_file(page: Page, tmp_path) -> bytes:
    """The Data tab: what test.csv holds is seen before it is downloaded."""
    tab(page, "Data")
    expect(next_step(page)).to_contain_text("Get the data, then send your first predictions.")
    preview = page.get_by_role("region", name="First rows of test.csv")
    shown = [cell.inner_text() for cell in preview.get_by_role("row").nth(1).get_by_role("cell").all()]
    with page.expect_download() as download:
        page.get_by_role("link", name="Download test.csv").click()
    download.value.save_as(tmp_path / "test.csv")
    content = (tmp_path / "test.csv").read_bytes()
    assert content.decode().splitlines()[1].split(",")[0] == shown[0]
    assert len(shown) == 3
    return content


def with_mistakes(predictions: str) -> str:
    """A decimal comma, a missing value, a rating above the range, and one row twice in the place of another."""
    lines = predictions.splitlines()
    lines[10] = lines[10].replace(".", ",")
    lines[16] = lines[16].split(",")[0] + ",n/a"
    lines[20] = lines[20].split(",")[0] + ",7.5"
    lines[30] = lines[29]
    return "\n".join(lines) + "\n"


def problems(page: Page) -> list[str]:
    return [" ".join(line.split()) for line in page.locator(".problems:visible > li").all_inner_texts()]


def try_with_mistakes(page: Page, path) -> None:
    """The browser names the lines before anything is sent; the site names the very same, and takes no slot."""
    tab(page, "Submit")
    page.get_by_label("Prediction file").set_input_files(path)
    expect(page.locator("[data-check-verdict]")).to_have_text("The server would refuse this file. Problems: 5.")
    named = problems(page)
    for line in (11, 17, 21, 31):
        assert any(said.startswith(f"Line {line}:") for said in named), named
    page.get_by_role("button", name="Upload and score").click()
    page.wait_for_url(re.compile(r"/submissions/[0-9a-f-]{36}/$"))
    expect(page.locator("[data-status=rejected]")).to_be_visible(timeout=30_000)
    assert problems(page) == named
    expect(page.get_by_text("It does not count against your limit")).to_be_visible()
    expect(next_step(page)).to_contain_text("Get the data, then send your first predictions.")
    page.get_by_role("link", name="Upload it again").click()
    expect(page.locator("[data-allowance]")).to_contain_text("Your team may send 10 more now: 10 of 10 today")


def watch_the_first_score(page: Page, site: RunningSite, path) -> None:
    """The time line goes on while it is looked at, on the page that was loaded once."""
    site.hold("worker")
    try:
        upload(page, path, "the kit's global-mean")
        expect(page.locator("[data-step=queued]")).to_contain_text("in the queue")
        page.evaluate("window.isTheSamePage = true")
    finally:
        site.signal_all("worker", signal.SIGCONT)
    expect(page.locator("[data-status=scored]")).to_be_visible(timeout=60_000)
    steps = page.locator("ol.steps > li[data-step]")
    expect(steps).to_have_text(
        [re.compile(rf"{step}.*\d\d:\d\d:\d\d") for step in ("Received", "Queued", "Checked", "Scored")]
    )
    assert page.evaluate("window.isTheSamePage")


@pytest.mark.timeout(600)
def test_from_the_printed_address_to_the_leaderboard_with_mistakes_on_the_way(site, visit, tmp_path):
    (early,) = site.participants("early-erin")
    early.wait_for(early.submit(site.sample()), "scored")
    page = visit()
    address = re.search(r"http://localhost:\d+/", site.said()).group()
    page.goto(address)
    expect(card(page)).to_contain_text("open")
    expect(card(page).locator(".leader")).to_have_text(re.compile(r"Leader.*\d\.\d{3} MSE", re.DOTALL))
    sign_up(page, site)
    join(page)
    test_csv = download_test_file(page, tmp_path)

    work = tmp_path / "kit"
    kit("fetch", f"{address}competitions/goodreads/", work=work)
    assert test_csv == requests.get(f"{address}competitions/goodreads/data/test.csv", timeout=60).content
    files, scores = {}, {}
    for name in BASELINES:
        files[name] = tmp_path / f"{name}.csv"
        kit("train", name, work=work)
        kit("predict", name, "--output", files[name], work=work)
    spoiled = tmp_path / "spoiled.csv"
    spoiled.write_text(with_mistakes(files["biases"].read_text()))
    try_with_mistakes(page, spoiled)
    for name, predictions in files.items():
        if name == BASELINES[0]:
            watch_the_first_score(page, site, predictions)
        else:
            upload(page, predictions, f"the kit's {name}")
            expect(page.locator("[data-status=scored]")).to_be_visible(timeout=30_000)
        at_home = json.loads(
            kit("score", predictions, "--solution", solution_of(site, "goodreads"), "--json", work=work)
        )
        (told,) = site.rows(
            "SELECT e.public_score, e.private_score FROM submissions_evaluation e JOIN submissions_submission s "
            "ON s.evaluation_id = e.id WHERE s.id = ?",
            page.url.strip("/").split("/")[-1].replace("-", ""),
        )
        assert told == (at_home["public"], at_home["private"]), name
        scores[name] = f"{at_home['public']:.3f}"
        expect(page.locator("[data-score]")).to_have_text(scores[name])
        expect(page.locator("[data-rank]")).to_be_visible()
    expect(next_step(page)).to_contain_text("Your team may send 6 more files now.")
    find_oneself_on_the_board(page, scores)


def find_oneself_on_the_board(page: Page, scores: dict[str, str]) -> None:
    """By the best of what was sent, above the baselines, with the places that it may have; and who leads."""
    rank, best = page.locator("[data-rank]").inner_text(), min(scores.values())
    page.get_by_role("link", name="leaderboard", exact=True).click()
    expect(page.locator("[data-where-am-i]")).to_contain_text(f"Your team is number {rank} of")

    # The places come once the board was compared.
    def has_places() -> bool:
        page.reload()
        return page.locator("tr.mine").get_by_text(re.compile(r"^\d+(–\d+)?$")).count() >= 3

    eventually(has_places, "the newcomer's line has its places")
    expect(page.get_by_role("columnheader", name="Places, 95 %")).to_be_visible()
    mine = page.locator("tr.mine")
    expect(mine).to_contain_text(re.compile(rf"^\s*{rank}\s*newcomer you\s*{best}"))
    expect(page.locator("tr.baseline")).to_have_count(3)
    # The organizers' baselines are the kit's own, made from the same files.
    shown = page.locator("tr.baseline").all_inner_texts()
    for name in BASELINES[:3]:
        assert any(scores[name] in line for line in shown), (name, shown)
    # A baseline has no rank, so the first team leads.
    _, leader, score, *_ = page.locator("tbody tr:not(.baseline)").first.get_by_role("cell").all_inner_texts()
    page.get_by_role("link", name="Competitions", exact=True).click()
    expect(card(page).locator(".leader")).to_contain_text(f"{leader.removesuffix(' you')} {score}")
