"""`submit`: from a file at home to its score on a real site, and what is said when that cannot be."""

import os
import subprocess
import sys

import nbclient
import nbformat
import pytest
import requests
from running_site import ROOT

PASSWORD = "a fine password"


def submit(site, file, user, work, *words, password=PASSWORD, page=None):
    page = page or f"{site.url}/competitions/goodreads/"
    return subprocess.run(
        [
            sys.executable, "-m", "starter_kit", "submit", str(file), "--user", user, "--page", page,
            "--work", str(work), "--description", "from home", *words,
        ],
        cwd=ROOT,
        env={**os.environ, "KIT_PASSWORD": password, "XDG_CONFIG_HOME": str(work)},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip


@pytest.fixture
def sample(site, tmp_path):
    path = tmp_path / "predictions.csv"
    path.write_bytes(site.sample())
    return path


def test_a_file_is_sent_and_its_score_told(site, sample, tmp_path):
    site.participants("kit-kim")
    done = submit(site, sample, "kit-kim", tmp_path)
    assert done.returncode == 0, done.stderr
    ((score, description),) = site.rows(
        "SELECT e.public_score, s.description FROM submissions_submission s "
        "JOIN submissions_evaluation e ON e.id = s.evaluation_id JOIN teams_team t ON t.id = s.team_id "
        "WHERE t.name = 'kit-kim'"
    )
    assert f"Public score: {score:.3f}; your team's rank is " in done.stdout
    assert description == "from home"


def test_a_ladder_board_answers_in_words(site, tmp_path):
    """The sample is the mean of train.csv, which is the weakest baseline itself; a better file comes above it."""
    page = f"{site.url}/competitions/secret-shelves/"
    site.participants("kit-lea", slug="secret-shelves")
    sample = tmp_path / "predictions.csv"
    sample.write_bytes(site.sample("secret-shelves"))
    for words in ([], ["--again"]):
        done = submit(site, sample, "kit-lea", tmp_path, *words, page=page)
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip().endswith("Scored: below baseline")


def test_a_rejected_file_ends_with_its_lines(site, sample, tmp_path):
    site.participants("kit-rob")
    lines = sample.read_text().splitlines()
    lines[16] = lines[16].split(",")[0] + ",n/a"
    sample.write_text("\n".join(lines))
    done = submit(site, sample, "kit-rob", tmp_path)
    assert done.returncode == 1
    assert "is rejected; it does not count against the limit." in done.stderr
    assert "Line 17: rating 'n/a' is not a number." in done.stderr


def test_a_refusal_is_the_sites_own_sentence(site, tmp_path):
    site.participants("kit-ref")
    model = tmp_path / "model.keras"
    model.write_bytes(b"anything")
    done = submit(site, model, "kit-ref", tmp_path)
    assert done.returncode == 1
    assert "'model.keras' is a model of a kind that is not run here." in done.stderr


def test_a_wrong_password_is_named(site, sample, tmp_path):
    site.participants("kit-pam")
    done = submit(site, sample, "kit-pam", tmp_path, password="another")
    assert done.returncode == 3
    assert "The username and/or password you specified are not correct." in done.stderr


def test_who_has_not_joined_is_told_where(site, sample, tmp_path):
    site.participants("kit-joe")
    done = submit(site, sample, "kit-joe", tmp_path, page=f"{site.url}/competitions/secret-shelves/")
    assert done.returncode == 3
    assert "Join with: python -m starter_kit join" in done.stderr


def test_a_site_that_is_away_is_named(sample, tmp_path):
    done = submit(None, sample, "kit-tim", tmp_path, page="http://localhost:9/competitions/goodreads/")
    assert done.returncode == 6
    assert "cannot be reached" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_password_is_not_sent_without_https_to_another_machine(sample, tmp_path):
    done = submit(None, sample, "kit-ann", tmp_path, page="http://holdout.example.org/competitions/goodreads/")
    assert done.returncode == 2
    assert "without https a password or token can be read on the way" in done.stderr


def test_which_competition_is_asked_before_any_name(sample, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "starter_kit", "submit", str(sample), "--work", str(tmp_path)],
        cwd=ROOT, env={**os.environ, "XDG_CONFIG_HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "Which competition? Name it" in done.stderr


def test_the_notebook_goes_from_the_files_to_a_scored_model(site, tmp_path, monkeypatch):
    site.participants("kit-nora")
    data = tmp_path / "data"
    data.mkdir()
    for name in ("train.csv", "test.csv", "books.csv"):
        answer = requests.get(f"{site.url}/competitions/goodreads/data/{name}", timeout=60)
        (data / name).write_bytes(answer.content)
    settings = {
        "KIT_DATA": str(data),
        "KIT_WORK": str(tmp_path / "kit"),
        "KIT_PAGE": f"{site.url}/competitions/goodreads/",
        "KIT_USER": "kit-nora",
        "KIT_PASSWORD": PASSWORD,
        "PYTHONPATH": str(ROOT),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    notebook = nbformat.read(ROOT / "starter_kit" / "first_submission.ipynb", as_version=4)
    nbclient.NotebookClient(notebook, timeout=200, kernel_name="python3").execute(cwd=str(tmp_path))
    printed = "".join(output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", []))
    ((score, kind),) = site.rows(
        "SELECT e.public_score, s.kind FROM submissions_submission s "
        "JOIN submissions_evaluation e ON e.id = s.evaluation_id JOIN teams_team t ON t.id = s.team_id "
        "WHERE t.name = 'kit-nora'"
    )
    assert kind == "saved_model"
    assert f"Public score: {score:.3f}; your team's rank is " in printed
