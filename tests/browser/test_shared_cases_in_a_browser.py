"""Every shared case, given to the script that checks files before they are sent: it says what the server says."""

import base64

import pytest
from check_script_page import script_page
from shared_cases.answers import MODEL_LIMITS, PREDICTION_CASES
from shared_cases.archives import ARCHIVE_CASES
from shared_cases.case import Case, frozen_answers
from shared_cases.formats import FORMAT_CASES, FORMATS, USUAL
from shared_cases.packings import GOOD_GZIP, GOOD_ZIP

from grader.scoring.browser_format import browser_format
from grader.scoring.rejection import Problem, Rejected

EXPECTED, RUNS = browser_format(USUAL), [1, 5]
ASK_ALL = """
async ({ cases, ...asked }) => {
  const worker = new Worker("/worker.js", { type: "module" });
  const answers = {};
  for (const { name, content } of cases) {
    const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
    answers[name] = await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => data.outcome && resolve(data);
      worker.onerror = (event) => reject(new Error(`${name}: ${event.message}`));
      worker.postMessage({ file: new Blob([bytes]), ...asked });
    });
  }
  worker.terminate();
  return answers;
}
"""


@pytest.fixture(scope="module")
def page(chromium):
    with script_page(chromium) as page:
        yield page


def ask(page, cases, **asked):
    sent = [{"name": case.name, "content": base64.b64encode(case.content).decode()} for case in cases]
    answers = page.evaluate(ASK_ALL, {"cases": sent, **asked})
    return {name: in_words(answer) for name, answer in answers.items()}


def in_words(answer):
    """As the sender reads it: "" when the file is taken."""
    if answer["outcome"] == "refused":
        problems = [Problem(found["line"], found["finding"], found["cure"]) for found in answer["problems"]]
        return str(Rejected(problems, answer["problemCount"]))
    return "" if answer["outcome"] == "fine" else answer["outcome"]


def test_the_browser_says_of_every_prediction_file_what_the_server_says(page):
    answers = ask(page, PREDICTION_CASES, expected=browser_format(USUAL), runs=RUNS)
    assert answers == frozen_answers()["predictions"]


def test_the_browser_knows_every_competitions_format(page):
    answers = {
        f"{name}: {case}": answer
        for name, expected in FORMATS.items()
        for case, answer in ask(page, FORMAT_CASES, expected=browser_format(expected), runs=RUNS).items()
    }
    assert answers == frozen_answers()["formats"]


@pytest.mark.parametrize("runs", [[1, 2, 1, 1, 2, 2], [1, 2, 1, 1, 10**9, 2]])
def test_scattered_ids_are_found_and_the_first_missing_one_is_named(page, runs):
    # 1, 2 · 4 · then two more, near or far.
    fourth = 7 if len(runs) == 6 and runs[4] == 2 else 5 + 10**9
    rows = "".join(f"{number},3\n" for number in (fourth + 1, 4, 1, 3))
    said = ask(page, [Case("scattered", "p.csv", f"id,rating\n{rows}".encode())], expected=EXPECTED, runs=runs)
    assert said["scattered"].splitlines() == [
        "2 of 5 ids are missing; the first is 2. Write one row for each id of test.csv.",
        "Line 5: id 3 is not in the test set. Copy the ids from test.csv.",
    ]


def test_without_ids_everything_else_is_checked(page):
    cases = [Case("good", "p.csv", b"id,rating\n7,3\n7,4\n"), Case("bad", "p.csv", b"id,rating\n7,6\n")]
    said = ask(page, cases, expected=EXPECTED, runs=None)
    assert said == {"good": "", "bad": "Line 2: rating '6' is above 5. Write a decimal between 1 and 5, such as 3.7."}


def test_what_only_the_server_reads_is_left_to_it(page):
    zip64 = GOOD_ZIP[:-22] + b"PK\x06\x07" + bytes(16) + GOOD_ZIP[-22:]
    two_members = GOOD_GZIP + GOOD_GZIP
    cases = [Case("zip64", "p.zip", zip64), Case("two gzips", "p.gz", two_members)]
    assert ask(page, cases, expected=EXPECTED, runs=RUNS) == {"zip64": "left", "two gzips": "left"}


def test_the_browser_says_of_every_archive_what_the_server_says(page):
    limits = {
        "maxZipBytes": MODEL_LIMITS.max_zip_bytes,
        "maxUnpackedBytes": MODEL_LIMITS.max_unpacked_bytes,
        "maxEntries": MODEL_LIMITS.max_entries,
    }
    assert ask(page, ARCHIVE_CASES, isModel=True, limits=limits) == frozen_answers()["archives"]
