"""`python -m grader.audit`, as olga runs it on her own machine."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def write_files(look, shop, tmp_path):
    """Write the shop's tables, and its solution as olga uploads it."""

    def write_files() -> None:
        look(shop)
        usage = ["Public" if public else "Private" for public in shop.is_public]
        rows = zip(shop.test["id"], shop.labels, usage, strict=True)
        text = "".join(f"{number},{label:g},{part}\n" for number, label, part in rows)
        (tmp_path / "solution.csv").write_text(f"id,rating,Usage\n{text}")

    return write_files


@pytest.fixture
def run(tmp_path):
    """Run the command on the files that were written, with more arguments."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        files = {name: str(tmp_path / f"{name}.csv") for name in ("train", "test", "solution")}
        given = [word for name, path in files.items() for word in (f"--{name}", path)]
        return subprocess.run(
            [sys.executable, "-m", "grader.audit", *given, *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        )

    return run


def test_a_clean_competition_ends_with_0_and_a_line_for_each_check(write_files, run, tmp_path):
    write_files()
    done = run("--more", str(tmp_path / "books.csv"), "--verbose")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (0, "Looking at public against private ranks")
    assert "OK      shared_rows         No row of test.csv that counts stands in train.csv." in done.stdout
    assert done.stdout.splitlines()[-1].endswith("info")


def test_a_red_finding_ends_with_1_and_can_be_had_as_json(write_files, run, shop):
    shop.test["copy"] = shop.labels
    write_files()
    done = run("--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["worst"]) == (1, "red")
    assert {"check": "constant_columns", "level": "ok"}.items() <= report["findings"][11].items()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("train", b"", "train.csv: The file is empty (0 bytes)."),
        ("train", b"user_id,title\n1,\xff\n", "train.csv: line 2 is not UTF-8. Save the file as UTF-8."),
        ("train", b"user_id,title\n", "train.csv: no row stands below the header."),
        ("train", b"user_id,user_id\n1,2\n", "train.csv: the header names 'user_id' twice."),
        ("train", b"user_id,\n1,2\n", "train.csv: a column of the header has no name."),
        ("train", b"a,b\n1,2,3\n", "train.csv: this is not a CSV table (Error tokenizing data."),
        ("test", b"number,title\n1,a\n", "test.csv: there is no column 'id'; found number, title."),
        ("test", b"id,title\n1.5,a\n", "test.csv: line 2: id '1.5' is not a whole number."),
        ("test", None, "test.csv: cannot be read (No such file or directory). Check the path."),
        ("solution", b"id,rating\n1,2\n", "Line 1: the header 'id,rating' lacks 'Usage'."),
        ("solution", None, "solution.csv: cannot be read (No such file or directory). Check the path."),
    ],
)
def test_a_file_that_cannot_be_audited_ends_with_2_and_a_sentence(write_files, run, tmp_path, name, content, sentence):
    write_files()
    path = tmp_path / f"{name}.csv"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    done = run()
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
