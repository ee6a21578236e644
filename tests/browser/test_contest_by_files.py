"""A whole contest that its organizer writes as files: uploaded, planned, applied, changed, closed and revealed."""

import io
import zipfile
from datetime import UTC, datetime, timedelta

from codabench_bundles import bundle
from playwright.sync_api import expect
from running_site import eventually
from test_organizer import sign_in

YAML = """\
holdout: 1
slug: five-books
title: "Five books: by files"
tagline: Five ratings to predict.
is_published: true
opens_at: 2026-01-01T00:00:00Z
closes_at: {closes_at}
daily_limit: {daily_limit}
id_column: id
target_column: rating
organizers: [organizer]
data:
  - name: test.csv
    description: What to predict.
"""
TEST = "id,user_id,book_name\n1,7,Emma\n2,7,1984\n3,8,Emma\n4,8,Persuasion\n5,9,Emma\n"
SOLUTION = "id,rating,Usage\n1,5,Public\n2,3,Public\n3,4,Private\n4,1,Private\n5,2,Private\n"


def packed(path, closes_at, daily_limit):
    files = {
        "competition.yaml": YAML.format(closes_at=f"{closes_at:%Y-%m-%dT%H:%M:%SZ}", daily_limit=daily_limit),
        "pages/rules.md": "Play **fair**.\n",
        "data/test.csv": TEST,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"five-books/{name}", content)
    path.write_bytes(buffer.getvalue())
    return path


def show_plan(page, path):
    page.goto("/admin/competitions/competition/")
    page.get_by_role("link", name="From files").click()
    page.get_by_label("Zip").set_input_files(path)
    page.get_by_role("button", name="Show the plan").click()
    expect(page.get_by_role("heading", name="Plan for five-books")).to_be_visible()


def fits_a_telephone(page) -> bool:
    page.set_viewport_size({"width": 375, "height": 800})
    fits = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.set_viewport_size({"width": 1280, "height": 900})
    return fits


def test_a_contest_runs_whole_from_competition_yaml(site, visit, tmp_path):
    page = visit()
    sign_in(page, site)
    show_plan(page, packed(tmp_path / "first.zip", datetime.now(UTC) + timedelta(days=30), 3))
    expect(page.get_by_text("Publishing: from now on everyone sees the competition")).to_be_visible()
    assert fits_a_telephone(page)
    page.screenshot(path=tmp_path / "plan.png", full_page=True)
    page.get_by_label("Why it is published").fill("The rules hang in the class room.")
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("Five books: by files is now as the files say.")).to_be_visible()

    labels = tmp_path / "solution.csv"
    labels.write_text(SOLUTION)
    page.goto("/admin/competitions/solution/add/")
    page.get_by_label("Competition").select_option(label="Five books: by files")
    page.get_by_label("File").set_input_files(labels)
    page.get_by_role("button", name="Save", exact=True).click()
    newest = "SELECT is_active FROM competitions_solution ORDER BY id DESC LIMIT 1"
    eventually(lambda: site.value(newest) == 1, "the solution is checked")

    erik, fay = site.participants("erik", "fay", slug="five-books")
    for participant, sent in (
        (erik, b"id,rating\n1,4\n2,3\n3,4\n4,4\n5,2\n"),
        (fay, b"id,rating\n1,5\n2,5\n3,4\n4,1\n5,2\n"),
    ):
        participant.wait_for(participant.submit(sent), "scored")
    page.goto("/competitions/five-books/leaderboard/")
    expect(page.locator("tbody tr").nth(0)).to_contain_text("erik")

    show_plan(page, packed(tmp_path / "second.zip", datetime.now(UTC) - timedelta(hours=1), 1))
    expect(page.get_by_text("3 → 1")).to_be_visible()
    expect(page.get_by_text("closes_at is earlier than 2 submissions already sent in time")).to_be_visible()
    expect(page.get_by_text("Private scores and the final ranking would be shown to everyone at once.")).to_be_visible()
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("Five books: by files is now as the files say.")).to_be_visible()
    page.goto("/competitions/five-books/leaderboard/?board=private")
    # Of the private rows fay has all right, erik is off by 3 in one of three.
    expect(page.locator("tbody tr").nth(0)).to_contain_text("fay")

    show_plan(page, tmp_path / "second.zip")
    expect(page.get_by_text("Nothing to change: the competition is as the files say.")).to_be_visible()


def test_a_codabench_bundle_is_reported_on_and_imported(site, visit, tmp_path):
    page = visit()
    sign_in(page, site)
    (tmp_path / "bundle.zip").write_bytes(bundle())
    page.goto("/admin/competitions/competition/")
    page.get_by_role("link", name="From Codabench").click()
    page.get_by_label("Bundle").set_input_files(tmp_path / "bundle.zip")
    page.get_by_label("Metric:", exact=True).select_option("r2")
    page.get_by_role("button", name="Show the report").click()
    expect(page.get_by_role("cell", name="docker_image")).to_be_visible()
    page.get_by_label("Metric:", exact=True).select_option("mse")
    page.get_by_role("button", name="Show the report for this choice").click()
    expect(page.get_by_text("The bundle sorts desc, higher is better; of Mean squared error")).to_be_visible()
    assert fits_a_telephone(page)
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("Ratings: who likes what? is made, unpublished.")).to_be_visible()
    newest = "SELECT verdict FROM competitions_solution ORDER BY id DESC LIMIT 1"
    eventually(lambda: site.value(newest) == "accepted", "the solution is checked")
