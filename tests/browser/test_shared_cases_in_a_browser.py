"""Every shared case, given to the script that checks files before they are sent: it says what the server says."""

import base64

import pytest
from check_script_page import script_page
from shared_cases.answers import EXPECTED_FORMAT, MODEL_LIMITS, PREDICTION_CASES
from shared_cases.archives import ARCHIVE_CASES
from shared_cases.case import frozen_answers

from grader.scoring.rejection import Problem, Rejected

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
    expected = {
        "columns": EXPECTED_FORMAT.columns,
        "targetColumn": EXPECTED_FORMAT.target_column,
        "cure": EXPECTED_FORMAT.number_cure,
        "lowest": 1,
        "highest": 5,
        "lowestShown": "1",
        "highestShown": "5",
        "clips": False,
        "integersOnly": False,
        "maxBytes": EXPECTED_FORMAT.max_bytes,
        "maxUnpackedBytes": EXPECTED_FORMAT.max_unpacked_bytes,
    }
    assert ask(page, PREDICTION_CASES, expected=expected, runs=[1, 5]) == frozen_answers()["predictions"]


def test_the_browser_says_of_every_archive_what_the_server_says(page):
    limits = {
        "maxZipBytes": MODEL_LIMITS.max_zip_bytes,
        "maxUnpackedBytes": MODEL_LIMITS.max_unpacked_bytes,
        "maxEntries": MODEL_LIMITS.max_entries,
    }
    assert ask(page, ARCHIVE_CASES, isModel=True, limits=limits) == frozen_answers()["archives"]
