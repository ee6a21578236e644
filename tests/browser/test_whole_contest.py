"""An organizer's story: a whole contest, from an empty database to the final ranking, with wrong labels on the way.

All through the admin and the pages alone, on real ratings where the published ones are at hand.
"""

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from class_of_books import ClassOfBooks
from playwright.sync_api import Browser, Download, Page, expect
from running_site import ROOT, RunningSite, eventually
from test_organizer import sign_in

PASSWORD = "a rather fine password"


@pytest.fixture
def books(seeded_var: Path) -> ClassOfBooks:
    """Made of the train.csv that a fresh site gives its participants: the published one, or one made up."""
    seeded = RunningSite(seeded_var)
    name = seeded.value(
        "SELECT d.file FROM competitions_datafile d JOIN competitions_competition c ON c.id = d.competition_id "
        "WHERE c.slug = 'goodreads' AND d.name = 'train.csv'"
    )
    return ClassOfBooks.of(seeded_var / "competition_data" / str(name))


@pytest.fixture
def empty_site(tmp_path):
    site = RunningSite(tmp_path / "var", HOLDOUT_SEED="false", HOLDOUT_UPLOAD_GRACE_SECONDS="1").start()
    yield site
    site.stop()


@pytest.fixture
def window(chromium: Browser, empty_site):
    """window() is a browser of somebody new."""
    contexts = []

    def open_window() -> Page:
        context = chromium.new_context(base_url=empty_site.url, viewport={"width": 1280, "height": 900})
        contexts.append(context)
        return context.new_page()

    yield open_window
    for context in contexts:
        context.close()


def fill_moment(page: Page, field: str, at: datetime) -> None:
    page.locator(f"input[name={field}_0]").fill(f"{at:%Y-%m-%d}")
    page.locator(f"input[name={field}_1]").fill(f"{at:%H:%M:%S}")


def make_competition(page: Page, books: ClassOfBooks, tmp_path) -> None:
    """The organizer's part before anybody sees it: form, pages, files, and a solution with wrong labels."""
    now = datetime.now(UTC)
    page.goto("/admin/competitions/competition/add/")
    page.get_by_label("Title").fill("Class of books")
    page.get_by_label("Tagline").fill("Ratings to predict.")
    fill_moment(page, "opens_at", now - timedelta(hours=1))
    fill_moment(page, "closes_at", now + timedelta(days=2))
    page.get_by_role("button", name="Save and continue editing").click()
    for number in range(5):
        text = page.locator(f"textarea[name=pages-{number}-text]")
        if not text.input_value():
            text.fill("Ratings to predict, pages to read, and a **fair** game for all who are in this class.")
    for number, (name, content) in enumerate(books.files().items()):
        (tmp_path / name).write_text(content)
        page.get_by_role("button", name="Add another Data file").click()
        page.locator(f"input[name=data_files-{number}-name]").fill(name)
        page.locator(f"input[name=data_files-{number}-file]").set_input_files(tmp_path / name)
    page.get_by_role("button", name="Save", exact=True).click()

    upload_solution(page, tmp_path / "solution.csv", books.solution(is_corrected=False), "As it was exported.")


def upload_solution(page: Page, path: Path, labels: str, note: str) -> None:
    path.write_text(labels)
    page.goto("/admin/competitions/solution/add/")
    page.get_by_label("Competition").select_option(label="Class of books")
    page.get_by_label("File").set_input_files(path)
    page.get_by_label("Note").fill(note)
    page.get_by_role("button", name="Save", exact=True).click()


def correct_labels(page: Page, books: ClassOfBooks, tmp_path) -> None:
    """A second version with the right labels: everything is scored by it, and who would move is shown."""
    labels = books.solution(is_corrected=True)
    upload_solution(page, tmp_path / "corrected.csv", labels, "Threes and fours were exchanged.")
    # The version's own page looks by itself whether it was checked.
    again = page.get_by_role("button", name="Score everything by version 2, and show who would move")
    expect(again).to_be_visible(timeout=60_000)
    again.click()
    expect(page.get_by_role("heading", name="What version 2 changes")).to_be_visible(timeout=60_000)
    told = page.locator("#rescore")
    expect(told).to_contain_text("Of 3 submissions, 3 get another public score; the largest change is 0.600.")
    expect(told).to_contain_text("Public leaderboard: 2 of 2 teams move")
    expect(told).to_contain_text("Private leaderboard: 0 of 2 teams move")
    expect(told.get_by_role("row", name="alice")).to_have_text(re.compile(r"2 → 1\s+0\.200 → 0\.000\s+-0\.200"))


def make_version_2_count(page: Page) -> None:
    page.get_by_label("I have seen who moves; participants may see it too.").check()
    page.get_by_role("button", name="Make version 2 active").click()
    expect(page.locator("#rescore").get_by_role("heading").first).to_have_text("Made active", timeout=60_000)


def publish(page: Page, site: RunningSite) -> None:
    eventually(lambda: site.value("SELECT is_active FROM competitions_solution") == 1, "the solution is checked")
    page.goto("/competitions/class-of-books/launch/publish/")
    page.get_by_role("button", name="Publish all the same").click()
    expect(page.get_by_text("The launch check has not been run.").first).to_be_visible()
    page.goto("/competitions/class-of-books/launch/audit/")
    page.get_by_role("button", name="Run the audit").click()
    expect(page.locator("[data-state=done]")).to_be_visible(timeout=60_000)
    page.goto("/competitions/class-of-books/launch/")
    page.get_by_role("button", name="Run the launch check").click()
    expect(page.locator("#launch-check[data-state=done]")).to_be_visible(timeout=60_000)
    assert page.locator("li[data-level=red]").all_inner_texts() == []
    page.get_by_role("link", name="Go on to publishing").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Class of books is published.")).to_be_visible()


def sign_up_and_join(page: Page, name: str) -> None:
    page.goto("/accounts/signup/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Email").fill(f"{name}@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password (again)").fill(PASSWORD)
    page.get_by_role("button", name="Sign up", exact=True).click()
    page.get_by_role("link", name="Class of books").click()
    page.get_by_role("link", name="Join the competition").click()
    page.get_by_label("I have read the rules").check()
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_text(f"You have joined Class of books as {name}.")).to_be_visible()


def send(page: Page, path, content: str) -> None:
    path.write_text(content)
    page.goto("/competitions/class-of-books/submit/")
    page.get_by_label("Prediction file").set_input_files(path)
    page.get_by_role("button", name="Upload and score").click()
    page.wait_for_url(re.compile(r"/submissions/[0-9a-f-]{36}/$"))
    expect(page.locator("[data-status=scored], [data-status=rejected]")).to_be_visible(timeout=30_000)


def board(page: Page, query: str = "") -> list[str]:
    page.goto(f"/competitions/class-of-books/leaderboard/{query}")
    return [" ".join(row.split()) for row in page.locator("tbody tr").all_inner_texts()]


def publish_archive(organizer: Page, participant: Page) -> Download:
    """The organizer publishes it on the Archive page; the participant goes to it from the leaderboard."""
    organizer.goto("/competitions/class-of-books/launch/archive/")
    organizer.get_by_role("button", name="Publish the archive").click()
    organizer.get_by_label("I want everybody to have the hidden labels, for good.").check()
    organizer.get_by_role("button", name="Publish the archive").click()
    expect(organizer.get_by_text("Everybody can download it since")).to_be_visible(timeout=20_000)
    participant.goto("/competitions/class-of-books/leaderboard/?board=private")
    participant.get_by_role("link", name="the archive to replay the final ranking").click()
    with participant.expect_download() as download:
        participant.get_by_role("link", name="Download the archive").click()
    return download.value


def replay(download: Download, tmp_path) -> str:
    """What `python -m grader.verify` says of it."""
    download.save_as(tmp_path / "archive.zip")
    command = [sys.executable, "-m", "grader.verify", str(tmp_path / "archive.zip")]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def fits_a_telephone(page: Page, address: str) -> bool:
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto(address)
    width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size({"width": 1280, "height": 900})
    return bool(width <= 375)


@pytest.mark.timeout(600)
def test_from_an_empty_database_through_corrected_labels_to_the_final_ranking(empty_site, books, window, tmp_path):
    organizer, alice, bob, carol = (window() for _ in range(4))
    sign_in(organizer, empty_site)
    make_competition(organizer, books, tmp_path)
    assert alice.goto("/competitions/class-of-books/").status == 404
    publish(organizer, empty_site)

    for page, name in ((alice, "alice"), (bob, "bob"), (carol, "carol")):
        sign_up_and_join(page, name)
    send(alice, tmp_path / "safe.csv", books.predictions(exchanged=2, public=2, private=0))
    expect(alice.locator("[data-score]")).to_have_text("3.400")
    send(alice, tmp_path / "lucky.csv", books.predictions(exchanged=0, public=0, private=2))
    send(bob, tmp_path / "bob.csv", books.predictions(exchanged=1, public=0, private=1))
    send(carol, tmp_path / "oops.csv", "id,rating\n1,n/a\n")
    expect(carol.get_by_text("Line 2:")).to_be_visible()
    by_wrong_labels = [["1", "bob", "0.000"], ["2", "alice", "you"]]
    assert [row.split()[:3] for row in board(alice)] == by_wrong_labels
    correct_labels(organizer, books, tmp_path)
    assert [row.split()[:3] for row in board(alice)] == by_wrong_labels, "nobody sees the second version yet"
    make_version_2_count(organizer)
    assert [row.split()[:3] for row in board(alice)] == [["1", "alice", "you"], ["2", "bob", "0.200"]]
    alice.goto("/competitions/class-of-books/submissions/")
    alice.get_by_role("link", name="safe.csv").click()
    expect(alice.locator("[data-score]")).to_have_text("4.000")

    alice.goto("/competitions/class-of-books/team/")
    alice.get_by_label("Name of the other team").fill("carol")
    alice.get_by_role("button", name="Propose").click()
    carol.goto("/competitions/class-of-books/team/")
    carol.get_by_role("button", name="Accept").click()
    expect(carol.get_by_label("Members").get_by_text("alice").first).to_be_visible()
    carol.goto("/competitions/class-of-books/submissions/")
    carol.get_by_role("row", name="safe.csv").get_by_role("button", name="Choose").click()
    expect(carol.locator("[data-chosen]")).to_have_text("1 of 2")

    closes_at = datetime.now(UTC) + timedelta(seconds=8)
    organizer.goto("/admin/competitions/competition/")
    organizer.get_by_role("link", name="Class of books").first.click()
    fill_moment(organizer, "closes_at", closes_at)
    organizer.get_by_role("button", name="Save", exact=True).click()
    assert board(bob, "?board=private")[0].startswith("1 alice"), "nothing private is shown yet"

    def is_revealed() -> bool:
        bob.goto("/competitions/class-of-books/leaderboard/?board=private")
        return bob.get_by_role("link", name="Private (final)").is_visible()

    eventually(is_revealed, "private results are revealed")
    bob.goto("/competitions/class-of-books/submit/")
    expect(bob.get_by_text("No submission is taken any more")).to_be_visible()
    # What Alice and Carol chose has no error in private, though it was the worst in public; Bob's is off by one.
    final = board(bob, "?board=private")
    assert final[0].startswith("1 = the same place alice 0.000"), final
    assert final[1].startswith("2 = the same place bob you 1.000"), final
    assert len(final) == 2
    replayed = replay(publish_archive(organizer, bob), tmp_path)
    assert re.search(r"1 +0\.000 +alice\n +2 +1\.000 +bob", replayed), replayed
    for page, address in (
        (bob, "evaluation/"),
        (bob, "leaderboard/?board=private"),
        (organizer, "launch/archive/"),
    ):
        assert fits_a_telephone(page, f"/competitions/class-of-books/{address}"), address
    alice.goto("/competitions/class-of-books/submissions/")
    alice.get_by_role("link", name="lucky.csv").click()
    alice.get_by_role("link", name="Receipt").click()
    expect(alice.locator("[data-digest]")).to_have_text(re.compile("[0-9a-f]{64}"))
    assert fits_a_telephone(alice, alice.url)
