"""From an upload to its score: a real site, real HTTP, files of 20,827 rows.

Three rows: one file at a time, a burst of 50 with one worker process, and the worker's CPU time per file.
"""

import re
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import psutil

from grader.grade import score
from grader.scoring.prediction_format import PredictionFormat
from grader.scoring.predictions import read_predictions
from grader.scoring.solution import read_solution
from tests.benchmarks.row import Row, percentile
from tests.running_site import Participant, RunningSite

ONE_BY_ONE = 40
BURST = 50
SENDERS = 16
LIMIT = "from competitions.models import Competition; Competition.objects.update(daily_limit=1_000_000)"
STATUS = "SELECT status FROM submissions_submission WHERE id = ?"


def measure(seeded_var: Path, folder: Path) -> list[Row]:
    """Seconds by the wall clock, taken at the sender's side; the database is looked at every 2 ms."""
    rows = [*_one_at_a_time(site_at(seeded_var, folder / "one"))]
    rows += _burst(site_at(seeded_var, folder / "burst", HOLDOUT_SCORING_PROCESSES="1"))
    return rows


def site_at(seeded_var: Path, var: Path, **settings: str) -> RunningSite:
    shutil.copytree(seeded_var, var)
    site = RunningSite(var, LOG_LEVEL="WARNING", **settings).start()
    site.manage("shell", "-v", "0", "-c", LIMIT)
    return site


def _one_at_a_time(site: RunningSite) -> list[Row]:
    (sender,) = site.participants("sender")
    sample = site.sample()
    row_count = len(sample.splitlines()) - 1
    floor = _floor(site, sample)
    until_scored(site, sender.submit(sample))  # The worker's first file loads pandas.
    stored, shown = [], []
    for _ in range(ONE_BY_ONE):
        begun = time.perf_counter()
        submission = sender.submit(sample)
        until_scored(site, submission)
        stored.append(time.perf_counter() - begun)
    for _ in range(ONE_BY_ONE // 4):
        begun = time.perf_counter()
        _follow_the_page(site, sender, sender.submit(sample))
        shown.append(time.perf_counter() - begun)
    site.stop()
    p50, p95 = percentile(stored, 0.5), percentile(stored, 0.95)
    return [
        Row(
            f"upload of {row_count:,} rows → score stored, one at a time",
            f"p50 {p50:.3f} s, p95 {p95:.3f} s",
            f"{p50 / floor:.0f} × read + check + score alone ({1000 * floor:.1f} ms)",
            "p50 ≤ 0.2 s, p95 ≤ 0.5 s",
            p50 <= 0.2 and p95 <= 0.5,
        ),
        Row("… until the open page shows it", f"slowest {max(shown):.2f} s", "", "≤ 1 s", max(shown) <= 1),
    ]


def _burst(site: RunningSite) -> list[Row]:
    senders = site.participants(*(f"sender{number}" for number in range(BURST)))
    sample = site.sample()
    until_scored(site, senders[0].submit(sample))
    worker = site.top("worker")
    ranked = "SELECT count(*) FROM leaderboard_standing s JOIN teams_team t ON t.id = s.team_id WHERE t.name GLOB 's*'"
    evaluations = "SELECT count(*) FROM submissions_evaluation"
    before, cpu_before = site.value(evaluations), _cpu_seconds(worker)
    begun = time.perf_counter()
    with ThreadPoolExecutor(SENDERS) as crowd:
        sent = list(crowd.map(lambda sender: sender.submit(sample), senders))
    for submission in sent:
        until_scored(site, submission)
    seconds = time.perf_counter() - begun
    cpu = (_cpu_seconds(worker) - cpu_before) / BURST
    is_whole = site.value(ranked) == BURST and site.value(evaluations) == before + BURST
    floor = _floor(site, sample)
    site.stop()
    return [
        Row(
            f"burst of {BURST} such files, one worker",
            f"{seconds:.2f} s, {'none lost or doubled' if is_whole else 'NOT WHOLE'}",
            f"{seconds / BURST / floor:.0f} × read + check + score alone, per file",
            "all ranked ≤ 5 s after the first request",
            seconds <= 5 and is_whole,
        ),
        Row(
            "grading work per file, worker's CPU",
            f"{1000 * cpu:.1f} ms",
            f"{cpu / floor:.1f} × read + check + score alone",
            "≤ 25 ms",
            cpu <= 0.025,
        ),
    ]


def until_scored(site: RunningSite, submission: str) -> None:
    while site.value(STATUS, submission) != "scored":
        time.sleep(0.002)


def _follow_the_page(site: RunningSite, sender: Participant, submission: str) -> None:
    """Do what the open page does: load, then ask again after the pause that the page itself names."""
    address = f"{site.url}/submissions/{submission}/"
    page = sender.http.get(address, timeout=30).text
    while pause := re.search(r"hx-trigger=\"every ([0-9.]+)s", page):
        time.sleep(float(pause.group(1)))
        page = sender.http.get(f"{address}status/", timeout=30).text


def _cpu_seconds(top: psutil.Process) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in [top, *top.children(recursive=True)])


def _floor(site: RunningSite, sample: bytes) -> float:
    """Seconds to read, check and score the same file in this process: the median of 20, warm."""
    name = site.value("SELECT file FROM competitions_solution WHERE is_active ORDER BY id LIMIT 1")
    path, expected = site.var / "sample.csv", PredictionFormat()
    path.write_bytes(sample)
    solution = read_solution(site.var / "labels" / str(name), expected)
    seconds = []
    for _ in range(21):
        begun = time.perf_counter()
        score(read_predictions(path, solution.row_ids, expected), solution)
        seconds.append(time.perf_counter() - begun)
    return median(seconds[1:])
