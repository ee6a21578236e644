"""What a newcomer meets beside the story of test_participants_story.py: models, refusals, limits, and the files."""

import csv
import io
import json
import os
import re
import socket
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
import requests
from playwright.sync_api import expect
from running_site import ROOT


def kit(*arguments, work):
    """The starter kit, as a participant runs it at home."""
    done = subprocess.run(
        [sys.executable, "-m", "starter_kit", *map(str, arguments), "--work", str(work)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def upload(page, path, description=""):
    """Choose a file on the submit page and send it; the browser then stands on the submission's page."""
    page.goto("/competitions/goodreads/submit/")
    page.get_by_label("Prediction file").set_input_files(path)
    page.get_by_label("Description").fill(description)
    page.get_by_role("button", name="Upload and score").click()
    page.wait_for_url(re.compile(r"/submissions/[0-9a-f-]{36}/$"))
    return page.url.strip("/").split("/")[-1].replace("-", "")


def solution_of(site, slug):
    name = site.value(
        "SELECT s.file FROM competitions_solution s JOIN competitions_competition c ON c.id = s.competition_id "
        "WHERE c.slug = ? AND s.is_active",
        slug,
    )
    return site.var / "labels" / name


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", ["best-keras", pytest.param("pipeline", marks=pytest.mark.slow)])
def test_a_model_of_the_kit_scores_as_the_file_of_its_predictions_does(name, site, visit, tmp_path):
    (mira,) = site.participants(f"mira-of-{name}")
    page = visit(mira.http.cookies["sessionid"])
    work, predictions, model = tmp_path / "kit", tmp_path / "predictions.csv", tmp_path / "saved_model.zip"
    kit("fetch", f"{site.url}/competitions/goodreads/", work=work)
    kit("train", name, work=work)
    kit("predict", name, "--output", predictions, work=work)
    kit("export", name, "--output", model, work=work)
    assert "seccomp" in kit("check", model, work=work)
    scores = []
    for sent in (predictions, model):
        submission = upload(page, sent)
        expect(page.locator("[data-status=scored]")).to_be_visible(timeout=60_000)
        ((public, private),) = site.rows(
            "SELECT public_score, private_score FROM submissions_evaluation WHERE submission_id = ?", submission
        )
        scores.append((public, private))
    expect(page.get_by_text("Model run")).to_be_visible()
    at_home = json.loads(kit("score", predictions, "--solution", solution_of(site, "goodreads"), "--json", work=work))
    assert scores[0] == (at_home["public"], at_home["private"])
    # A model answers in float32.
    assert scores[1] == pytest.approx(scores[0], abs=1e-6)


def test_a_failing_model_says_why_on_rows_that_all_may_see(site, visit, tmp_path, sent_models):
    (tess,) = site.participants("tess-of-the-models")
    page = visit(tess.http.cookies["sessionid"])
    (tmp_path / "telling.zip").write_bytes(sent_models["telling"])
    upload(page, tmp_path / "telling.zip")
    expect(page.locator("[data-status=rejected]")).to_be_visible(timeout=30_000)
    expect(page.locator("[data-run-log]")).to_contain_text("assertion failed")
    expect(page.get_by_text("It does not count against your limit")).to_be_visible()


def test_a_rejected_file_says_its_lines_and_two_browsers_do_not_disturb_each_other(site, visit, tmp_path):
    alice, bob = site.participants("rejected-alice", "steady-bob")
    lines = site.sample().decode().splitlines()
    lines[16] = lines[16].split(",")[0] + ",n/a"
    lines[20] = lines[20].split(",")[0] + ",7.5"
    bad, good = tmp_path / "bad.csv", tmp_path / "good.csv"
    bad.write_text("\n".join(lines))
    good.write_bytes(site.sample())
    first, second = visit(alice.http.cookies["sessionid"]), visit(bob.http.cookies["sessionid"])
    upload(first, bad)
    upload(second, good)
    expect(second.locator("[data-status=scored]")).to_be_visible(timeout=30_000)
    expect(first.locator("[data-status=rejected]")).to_be_visible(timeout=30_000)
    problems = first.locator(".problems li").all_inner_texts()
    assert len(problems) == 2
    assert problems[0].startswith("Line 17:")
    assert "n/a" in problems[0]
    assert problems[1].startswith("Line 21:")
    assert "7.5" in problems[1]
    first.goto("/competitions/goodreads/submit/")
    expect(first.get_by_text("10 a UTC day")).to_be_visible()
    left = first.locator("dt", has_text="Left now").locator("xpath=following-sibling::dd[1]")
    expect(left).to_have_text("10")


def test_a_file_above_the_limit_is_refused_in_the_browser_and_by_its_head_alone(site, visit, tmp_path):
    (carol,) = site.participants("large-carol")
    large = tmp_path / "large.csv"
    large.write_bytes(b"x" * 20_000_001)
    page = visit(carol.http.cookies["sessionid"])
    page.goto("/competitions/goodreads/submit/")
    page.get_by_label("Prediction file").set_input_files(large)
    expect(page.locator("[data-upload-note]")).to_contain_text("20,000,001 bytes; at most 20,000,000")
    assert not page.evaluate("document.querySelector('form[data-max-bytes]').checkValidity()")

    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as line:
        cookies = "; ".join(f"{name}={value}" for name, value in carol.http.cookies.items())
        line.sendall(
            (
                "POST /competitions/goodreads/submit/ HTTP/1.1\r\nHost: localhost\r\n"
                f"Cookie: {cookies}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
                "Content-Length: 900000000\r\n\r\n"
            ).encode()
        )
        # Not one byte of the body is sent, and the answer comes.
        answer = line.recv(65536).decode()
    assert answer.startswith("HTTP/1.1 413")


def test_titles_with_commas_quotes_and_other_scripts_survive_the_way_out(site, tmp_path):
    stored = {
        name: (site.var / "competition_data" / file).read_bytes()
        for name, file in site.rows(
            "SELECT d.name, d.file FROM competitions_datafile d JOIN competitions_competition c "
            "ON c.id = d.competition_id WHERE c.slug = 'goodreads'"
        )
    }
    titles = set()
    for name in ("train.csv", "test.csv", "books.csv"):
        served = requests.get(f"{site.url}/competitions/goodreads/data/{name}", timeout=60).content
        assert served == stored[name]
        titles |= {row["book_name"] for row in csv.DictReader(io.StringIO(served.decode()))}
    assert any("," in title for title in titles)
    assert any('"' in title for title in titles)
    assert any(ord(letter) > 0x2000 for title in titles for letter in title)


def test_the_published_train_file_is_served_byte_for_byte(site):
    folder = os.environ.get("GOODREADS_DIR")
    if not folder:
        pytest.skip("GOODREADS_DIR is not set: the published ratings are not at hand")
    served = requests.get(f"{site.url}/competitions/goodreads/data/train.csv", timeout=60).content
    assert sha256(served).digest() == sha256((Path(folder) / "train.csv").read_bytes()).digest()
