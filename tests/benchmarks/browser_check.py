"""Checking a file of a million rows in a browser before it is sent, against merely reading it there.

`python -m tests.benchmarks.browser_check` prints the rows. Without a Chromium on the PATH there are none.
"""

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from grader.scoring.browser_format import browser_format
from grader.scoring.prediction_format import PredictionFormat
from tests.benchmarks.large_file import write_predictions
from tests.benchmarks.row import Row
from tests.check_script_page import script_page

ROWS = 1_000_000
ROUNDS = 3
SECONDS_TARGET = 2.0
CHECK = """
async ({ expected, rows }) => {
  const [file] = document.querySelector("input").files;
  const began = performance.now();
  const worker = new Worker("/worker.js", { type: "module" });
  const answer = await new Promise((resolve) => {
    worker.onmessage = ({ data }) => data.outcome && resolve(data);
    worker.postMessage({ file, expected, runs: [1, rows] });
  });
  worker.terminate();
  return [performance.now() - began, answer];
}
"""
READ = """
async () => {
  const [file] = document.querySelector("input").files;
  const began = performance.now();
  const reader = file.stream().getReader();
  while (!(await reader.read()).done);
  return performance.now() - began;
}
"""


def measure(row_count: int = ROWS) -> list[Row]:
    """The best of three rounds, from the file's choice to the answer, the script's start included."""
    browser_path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser_path is None:
        return []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "predictions.csv"
        write_predictions(path, row_count)
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"])
        with script_page(browser) as page:
            page.locator("input").set_input_files(path)
            rounds = [
                page.evaluate(CHECK, {"expected": browser_format(PredictionFormat()), "rows": row_count})
                for _ in range(ROUNDS)
            ]
            floor = min(page.evaluate(READ) for _ in range(ROUNDS)) / 1000
        browser.close()
        megabytes = path.stat().st_size / 1e6
    answers = [answer for _, answer in rounds]
    if answers != [{"outcome": "fine", "rows": row_count}] * ROUNDS:
        raise RuntimeError(f"The file is in order, and the browser says {answers}.")
    seconds = min(milliseconds for milliseconds, _ in rounds) / 1000
    return [
        Row(
            f"check {row_count:,} rows in a browser ({megabytes:.0f} MB)",
            f"{seconds:.2f} s",
            f"{floor:.2f} s to read the file there",
            f"≤ {SECONDS_TARGET:.0f} s",
            seconds <= SECONDS_TARGET,
        )
    ]


if __name__ == "__main__":
    for row in measure():
        print(" | ".join((row.what, row.measured, row.compared, row.target, "met" if row.is_met else "MISSED")))
