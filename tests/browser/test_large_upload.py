"""A large file in a real browser: in chunks, through lost connections, a killed web server and a reloaded page."""

import re
from hashlib import sha256

import pytest
import requests
from playwright.sync_api import expect
from running_site import eventually

ADDRESS = "/competitions/goodreads/submit/"
CHUNK = re.compile(r"/uploads/[0-9a-f-]{36}/\?offset=")


@pytest.fixture
def small_chunks(run_site):
    """A site that takes 60 MB, in chunks of 1 MB."""
    site = run_site(HOLDOUT_CHUNK_MB="1")
    code = "from competitions.models import Competition; Competition.objects.update(max_upload_bytes=60_000_000)"
    site.manage("shell", "-v", "0", "-c", code)
    return site


@pytest.fixture
def large_file(small_chunks, tmp_path):
    """The sample submission with so many digits that it has more than 20 MB."""
    path = tmp_path / "large.csv"
    head, *lines = small_chunks.sample().decode().splitlines()
    rows = [f"{line.split(',')[0]},{float(line.split(',')[1]):.1000f}" for line in lines]
    path.write_text("\n".join([head, *rows]) + "\n")
    assert path.stat().st_size > 20_000_000
    return path


@pytest.fixture
def window(chromium, small_chunks):
    """window(name) opens a browser window of a participant. That requests fail belongs to the stories."""
    contexts, complaints = [], []

    def open_window(name):
        (participant,) = small_chunks.participants(name)
        context = chromium.new_context(base_url=small_chunks.url, viewport={"width": 375, "height": 800})
        contexts.append(context)
        session = participant.http.cookies["sessionid"]
        context.add_cookies([{"name": "sessionid", "value": session, "url": small_chunks.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert complaints == []


def choose(page, path, description=""):
    page.goto(ADDRESS)
    page.get_by_label("Prediction file").set_input_files(path)
    page.get_by_label("Description").fill(description)
    page.get_by_role("button", name="Upload and score").click()


class Line:
    """The connection of a page: so many chunks more go through, and every further one is lost."""

    def __init__(self, page, chunks_left):
        self.page = page
        self.chunks_left = chunks_left
        page.route(CHUNK, self._decide)

    def _decide(self, route):
        self.chunks_left -= 1
        if self.chunks_left < 0:
            route.abort("connectionreset")
        else:
            route.continue_()

    def wait_until(self, look, what):
        """The page goes on meanwhile, which it would not while we slept."""
        for _ in range(300):
            if look():
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"after 30 s still not: {what}")


def wait_until_taken(page):
    page.wait_for_url(re.compile(r"/submissions/[0-9a-f-]{36}/$"), timeout=60_000)
    return page.url.strip("/").split("/")[-1].replace("-", "")


def wait_until_it_answers(site):
    def answers():
        try:
            return requests.get(f"{site.url}/healthz", timeout=2).ok
        except requests.RequestException:
            return False

    eventually(answers, "the web server answers again")


@pytest.mark.timeout(300)
def test_a_large_file_goes_on_after_a_lost_connection_a_killed_server_and_a_reload(small_chunks, window, large_file):
    page = window("patient-paula")

    # The connection is lost after five chunks; it goes on by itself, and is lost again.
    line = Line(page, chunks_left=5)
    choose(page, large_file, "more than 20 MB")
    expect(page.locator("[data-upload-state]")).to_contain_text("The connection was lost", timeout=30_000)
    received = "SELECT received_bytes FROM submissions_chunkedupload"
    assert small_chunks.value(received) == 5_000_000
    line.chunks_left = 3
    line.wait_until(lambda: small_chunks.value(received) == 8_000_000, "three chunks more have come")
    assert page.get_by_role("progressbar", name="Upload").evaluate("bar => bar.value") > 0.3

    # The page is loaded again, and the web server killed: the same file, chosen again, goes on where it was.
    line.chunks_left = 100
    page.goto("about:blank")
    small_chunks.kill("web")
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "PUT" else None)
    wait_until_it_answers(small_chunks)
    choose(page, large_file, "more than 20 MB")
    submission = wait_until_taken(page)
    assert int(sent[0].split("offset=")[1]) == 8_000_000
    ((size, digest, description, file),) = small_chunks.rows(
        "SELECT size_bytes, sha256, description, file FROM submissions_submission WHERE id = ?", submission
    )
    content = large_file.read_bytes()
    assert (size, digest, description) == (len(content), sha256(content).hexdigest(), "more than 20 MB")
    assert (small_chunks.var / "submissions" / file).read_bytes() == content
    expect(page.locator("[data-status=scored]")).to_be_visible(timeout=60_000)

    # The same file once more is noticed before a byte of it is sent.
    sent.clear()
    choose(page, large_file)
    note = page.locator("[data-upload-note]")
    expect(note).to_contain_text("Your team has sent this very file before", timeout=30_000)
    expect(note.get_by_role("link", name="See that submission")).to_be_visible()
    assert sent == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Send it all the same").click()
    assert wait_until_taken(page) != submission


@pytest.mark.timeout(300)
def test_a_cancelled_upload_leaves_nothing_and_another_can_be_begun(small_chunks, window, large_file):
    page = window("hasty-hans")
    line = Line(page, chunks_left=2)
    choose(page, large_file)
    expect(page.locator("[data-upload-state]")).to_contain_text("The connection was lost", timeout=30_000)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("[data-upload-note]")).to_have_text("Cancelled. Nothing was counted.")
    look = "SELECT stored_name FROM submissions_chunkedupload WHERE abandoned_at IS NOT NULL"
    eventually(lambda: small_chunks.rows(look) == [("",)], "the upload is forgotten")
    line.chunks_left = 100
    page.get_by_role("button", name="Upload and score").click()
    wait_until_taken(page)
    assert (
        small_chunks.value(
            "SELECT count(*) FROM submissions_submission s JOIN teams_team t ON t.id = s.team_id "
            "WHERE t.name = 'hasty-hans'"
        )
        == 1
    )


@pytest.mark.timeout(300)
def test_without_a_script_a_large_file_goes_in_one_request(small_chunks, chromium, large_file):
    (nora,) = small_chunks.participants("plain-nora")
    context = chromium.new_context(base_url=small_chunks.url, java_script_enabled=False)
    session = nora.http.cookies["sessionid"]
    context.add_cookies([{"name": "sessionid", "value": session, "url": small_chunks.url}])
    page = context.new_page()
    choose(page, large_file)
    wait_until_taken(page)
    assert small_chunks.value("SELECT count(*) FROM submissions_chunkedupload") == 0
    context.close()
