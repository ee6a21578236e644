"""An organizer's first competition, in the admin, with the printed password."""

import re

from playwright.sync_api import expect
from running_site import eventually


def sign_in(page, site):
    page.goto("/admin/")
    page.get_by_label("Username or e-mail address").fill("organizer")
    page.get_by_label("Password").fill((site.var / "organizer_password").read_text().strip())
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Your competitions")).to_be_visible()


def upload_solution(page, site, text, tmp_path):
    file = tmp_path / "solution.csv"
    file.write_text(text)
    page.goto("/admin/competitions/solution/add/")
    page.get_by_label("Competition").select_option(label="Three books")
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Save", exact=True).click()
    newest = "SELECT id, verdict FROM competitions_solution ORDER BY id DESC LIMIT 1"
    eventually(lambda: site.rows(newest)[0][1] != "waiting", "the solution is checked")
    page.goto(f"/admin/competitions/solution/{site.rows(newest)[0][0]}/change/")


def test_from_an_empty_form_to_a_graded_submission(site, visit, tmp_path):
    page = visit()
    sign_in(page, site)
    page.goto("/admin/competitions/competition/add/")
    page.get_by_label("Title").fill("Three books")
    page.get_by_label("Tagline").fill("Three ratings to predict.")
    expect(page.get_by_label("Slug")).to_have_value("three-books")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.locator("select[name=pages-0-kind]")).to_have_value("data")

    test_csv = tmp_path / "test.csv"
    test_csv.write_text('id,user_id,book_name\n1,7,"Emma, ""annotated"""\n2,7,百年孤独\n3,8,1984\n')
    page.locator("textarea[name=pages-0-text]").fill("Three rows of **data**.")
    page.get_by_role("button", name="Add another Data file").click()
    page.locator("input[name=data_files-0-name]").fill("test.csv")
    page.locator("input[name=data_files-0-file]").set_input_files(test_csv)
    page.get_by_role("button", name="Save", exact=True).click()

    upload_solution(page, site, "id,rating,Usage\n1,5,Public\n2,9,Public\n3,4,Private\n", tmp_path)
    expect(page.locator(".field-verdict")).to_contain_text("refused")
    expect(page.locator(".field-what_was_found")).to_contain_text("Line 3:")
    upload_solution(page, site, "id,rating,Usage\n1,5,Public\n2,3,Public\n3,4,Private\n", tmp_path)
    expect(page.locator(".field-verdict")).to_contain_text("accepted")

    page.goto("/competitions/three-books/launch/")
    page.get_by_role("button", name="Run the launch check").click()
    expect(page.get_by_role("button", name="Run the launch check again")).to_be_visible(timeout=60_000)
    perfect = page.get_by_role("listitem").filter(has_text="Perfect answer gets the best score")
    expect(perfect).to_contain_text("in order")
    expect(page.locator("[data-level=red]")).to_contain_text("Nothing is written on Overview, Evaluation")
    page.get_by_role("link", name="Go on to publishing").click()
    page.get_by_label("Why it is published all the same").fill("The rules hang in the class room.")
    page.get_by_role("button", name="Publish all the same").click()
    expect(page.get_by_text("Three books is published.")).to_be_visible()

    (dora,) = site.participants("dora", slug="three-books")
    submission = dora.submit(b"id,rating\n1,4\n2,3\n3,4\n")
    dora.wait_for(submission, "scored")
    assert site.value("SELECT public_score FROM submissions_evaluation WHERE submission_id = ?", submission) == 0.5

    page.goto("/admin/submissions/submission/?q=dora")
    page.get_by_label("Select this object for an action - predictions.csv of dora", exact=True).check()
    page.locator("select[name=action]").select_option(label="Grade again (scored ones)")
    page.locator("button[name=index]").click()
    expect(page.get_by_text("1 submissions wait to be graded.")).to_be_visible()
    count = "SELECT count(*) FROM submissions_evaluation WHERE submission_id = ?"
    eventually(lambda: site.value(count, submission) == 2, "it is graded again")
    dora.wait_for(submission, "scored")
    page.goto("/competitions/three-books/data/")
    expect(page.get_by_text("Three rows of data.")).to_be_visible()
    assert re.search(r"http://localhost:\d+/competitions/three-books/", page.locator("pre").inner_text())
