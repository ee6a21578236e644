"""The submit page in a real browser: a file is chosen or dropped, checked, sent, sent again, and lost on the way."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from shared_cases.archives import ARCHIVES

ADDRESS = "/competitions/goodreads/submit/"
TAKEN = re.compile(r"/submissions/[0-9a-f-]{36}/$")
# Puts a file onto the form as a hand does that lets it go there.
DROP = """
(form, [name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    form.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}
"""
# What a script does so that a test can wait for it: the page forbids the eval() by which Playwright polls a function.
MARKED = "document.documentElement.dataset.marked = '';"


@pytest.fixture(scope="module")
def nora(site):
    return site.participants("nimble-nora")[0]


@pytest.fixture
def page(chromium, site, nora):
    """Nora's browser. That requests fail belongs to the story; anything else that is complained of does not."""
    complaints = []
    context = chromium.new_context(base_url=site.url, viewport={"width": 375, "height": 800})
    context.add_cookies([{"name": "sessionid", "value": nora.http.cookies["sessionid"], "url": site.url}])
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    page.goto(ADDRESS)
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def lines(site):
    return site.sample().decode().splitlines()


def choose(page, lines, name="predictions.csv"):
    file = {"name": name, "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
    page.get_by_label("Prediction file").set_input_files(file)


def upload(page):
    page.get_by_role("button", name="Upload and score").click()


def test_a_file_is_checked_dropped_sent_lost_and_noticed(page, site, lines):
    # A file with mistakes: line by line, the first 20 shown and the rest counted; nothing has been sent.
    spoiled = [*lines[:50], *(f"{line.split(',')[0]},3,5" for line in lines[50:80]), *lines[80:]]
    choose(page, spoiled)
    verdict, problems = page.locator("[data-check-verdict]"), page.locator("[data-check-problems] > li")
    expect(verdict).to_have_text("The server would refuse this file. Problems: 31.")
    expect(problems).to_have_count(20)
    expect(problems.first).to_have_text(
        f"30 of {len(lines) - 1:,} ids are missing; the first is 50. Write one row for each id of test.csv."
    )
    expect(problems.nth(1)).to_contain_text("Line 51: 3 columns instead of 2: '50,3,5'.")
    expect(page.locator("[data-check-hint]")).to_contain_text("Further problems: 11.")
    found = Axe().run(page, context="form[data-max-bytes]")
    assert found.violations_count == 0, found.generate_report()
    expect(page.get_by_role("button", name="Upload and score")).to_be_enabled()
    sent = "SELECT COUNT(*) FROM submissions_submission WHERE team_id IN (SELECT id FROM teams_team WHERE name = ?)"
    assert site.value(sent, "nimble-nora") == 0

    # The mended one, dropped onto the form: everything is in order.
    page.locator("form[data-max-bytes]").evaluate(DROP, ["mended.csv", "\n".join(lines)])
    rows = f"{len(lines) - 1:,}"
    expect(verdict).to_have_text(f"Rows: {rows}. Nothing is wrong with this file; the server gives it its score.")
    expect(page.locator("[data-check-name]")).to_have_text("mended.csv")
    expect(problems).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    # The connection is lost: it is said, and tried again.
    page.route(f"**{ADDRESS}", lambda route: route.abort("connectionreset") if is_post(route) else route.continue_())
    upload(page)
    expect(page.locator("[data-upload-note]")).to_contain_text("The site does not answer. Try again")
    assert site.value(sent, "nimble-nora") == 0
    page.unroute(f"**{ADDRESS}")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_url(TAKEN)
    first = page.url

    # The same file under another name is noticed before it is sent, and sent all the same.
    page.goto(ADDRESS)
    choose(page, lines, "another name.csv")
    known = page.locator("[data-check-before]")
    expect(known).to_contain_text("Your team has sent this very file before, as 'mended.csv'")
    expect(known.get_by_role("link", name="See that submission")).to_have_attribute(
        "href", first.removeprefix(site.url)
    )
    upload(page)
    page.get_by_role("button", name="Send it all the same").click()
    page.wait_for_url(TAKEN)
    assert page.url != first
    assert site.value(sent, "nimble-nora") == 2


def is_post(route):
    return route.request.method == "POST"


def test_a_check_that_ends_without_a_word_is_said_and_the_file_may_be_sent(page, lines):
    page.clock.install()
    silent = f"postMessage() {{ {MARKED} }} terminate() {{}}"
    page.add_init_script(f"window.Worker = class extends EventTarget {{ {silent} }};")
    page.reload()
    choose(page, lines)
    verdict = page.locator("[data-check-verdict]")
    expect(verdict).to_have_text("Checking…")
    expect(page.locator(":root[data-marked]")).to_be_attached()
    page.clock.fast_forward(21_000)
    expect(verdict).to_contain_text("could not be checked here. You can send it all the same")
    expect(page.get_by_role("button", name="Upload and score")).to_be_enabled()


def test_what_a_cancelled_upload_has_still_to_say_is_not_heard(page, lines):
    page.evaluate(f"XMLHttpRequest.prototype.send = function () {{ window.held = this; {MARKED} }}")
    choose(page, lines)
    upload(page)
    expect(page.locator(":root[data-marked]")).to_be_attached()
    page.get_by_role("button", name="Cancel").click()
    # An error on the page would be found at the end.
    page.evaluate("window.held.upload.dispatchEvent(new ProgressEvent('progress', { loaded: 5 }))")
    expect(page.locator("[data-upload-note]")).to_have_text("Cancelled. Nothing was counted.")
    expect(page.locator("[data-upload-progress]")).to_be_hidden()


def test_two_files_at_once_and_a_wrong_kind_are_told(page):
    second = "data.items.add(new File(['x'], 'second.csv'));"
    drop_two = DROP.replace("  for (const kind", f"  {second}\n  for (const kind")
    page.locator("form[data-max-bytes]").evaluate(drop_two, ["first.csv", "x"])
    expect(page.locator("[data-check-verdict]")).to_have_text("Drop one file, not several.")
    file = {"name": "model.keras", "mimeType": "", "buffer": b"x"}
    page.get_by_label("Prediction file").set_input_files(file)
    expect(page.locator("[data-check-before]")).to_contain_text(
        "'model.keras' is a model of a kind that is not run here"
    )


def test_ids_that_did_not_come_are_asked_for_again(page, lines):
    ids, hint = "**/competitions/goodreads/submit/ids/", page.locator("[data-check-hint]")
    page.route(ids, lambda route: route.abort("connectionreset"))
    choose(page, [*lines[:-1], "1000000,3"])
    verdict = page.locator("[data-check-verdict]")
    expect(verdict).to_contain_text("Nothing is wrong with this file")
    expect(hint).not_to_be_empty()
    page.unroute(ids)
    choose(page, [*lines[:-1], "1000000,3"], "again.csv")
    expect(verdict).to_contain_text("The server would refuse this file.")


def test_a_models_archive_is_judged_by_its_list_of_files(page):
    for name, content, told in (
        ("good.zip", ARCHIVES["a model"], "Files in the archive: 4. Its layout is right"),
        ("code.zip", ARCHIVES["code beside the model"], "The server would refuse this file. Problems: 1."),
    ):
        page.get_by_label("Prediction file").set_input_files({"name": name, "mimeType": "", "buffer": content})
        expect(page.locator("[data-check-verdict]")).to_contain_text(told)
    expect(page.locator("[data-check-problems] > li")).to_contain_text("'model/train.py' in the archive is Python code")


def test_without_javascript_the_form_is_as_it_was(chromium, site, lines):
    (nell,) = site.participants("plain-nell")
    context = chromium.new_context(base_url=site.url, java_script_enabled=False)
    context.add_cookies([{"name": "sessionid", "value": nell.http.cookies["sessionid"], "url": site.url}])
    page = context.new_page()
    page.goto(ADDRESS)
    expect(page.locator("[data-file-check]")).to_be_hidden()
    choose(page, lines)
    upload(page)
    page.wait_for_url(TAKEN)
    context.close()
