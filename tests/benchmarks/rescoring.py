"""10,000 submissions scored again by a corrected solution, on a real site with one scoring process, files coming in.

Three rows: until the preview stands, what a file waits meanwhile, and the step in which the version becomes active.
"""

import time
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks.row import Row, percentile
from tests.benchmarks.upload_to_score import site_at, until_scored
from tests.running_site import Participant, RunningSite

SUBMISSIONS = 10_000
TEAMS = 1_000
ALONE = 10
MAKE = "from tests.benchmarks.many_submissions import make; make('goodreads', {}, {})"
ASK = """
from competitions.models import Solution
from submissions.rescores import ask
ask(Solution.objects.get(competition__slug="goodreads", version=2), None)
"""
MAKE_ACTIVE = """
from competitions.models import Rescore
from submissions.rescores import make_active
assert make_active(Rescore.objects.get())
"""
STATE = "SELECT state FROM competitions_rescore"
UNDER_EACH = """
SELECT s.version, count(*), count(DISTINCT e.submission_id) FROM submissions_evaluation e
JOIN competitions_solution s ON s.id = e.solution_id JOIN competitions_competition c ON c.id = s.competition_id
WHERE c.slug = 'goodreads' AND e.is_live GROUP BY s.version ORDER BY s.version
"""


def measure(seeded_var: Path, folder: Path) -> list[Row]:
    """Seconds by the wall clock; the database is looked at every 2 ms."""
    site = site_at(seeded_var, folder / "rescoring", HOLDOUT_SCORING_PROCESSES="1")
    site.manage("shell", "-v", "0", "-c", MAKE.format(SUBMISSIONS, TEAMS))
    (sender,) = site.participants("sender")
    sample = site.sample()
    row_count = len(sample.splitlines()) - 1
    alone = [_seconds_to_score(site, sender, sample) for _ in range(ALONE)][1:]

    site.manage("shell", "-v", "0", "-c", ASK)
    beside = []
    while site.value(STATE) == "scoring":
        beside.append(_seconds_to_score(site, sender, sample))
    until_preview = _since(site, "asked_at")
    site.manage("shell", "-v", "0", "-c", MAKE_ACTIVE)
    while site.value(STATE) != "active":
        time.sleep(0.002)
    # The time is written as the transaction begins, and seen when it has ended.
    the_step = _since(site, "finished_at")
    (_, *under_old), (_, *under_new) = site.rows(UNDER_EACH)
    is_whole = under_old == under_new == [under_new[0]] * 2 and len(beside) + SUBMISSIONS < under_new[0]
    site.stop()
    p50, p95 = percentile(beside, 0.5), percentile(beside, 0.95)
    return [
        Row(
            f"{SUBMISSIONS:,} submissions of {row_count:,} rows scored again, until the preview stands",
            f"{until_preview:.1f} s, {'none lost or doubled' if is_whole else 'NOT WHOLE'}",
            f"{1000 * until_preview / SUBMISSIONS:.2f} ms each; {len(beside)} files were sent and scored meanwhile",
            "≤ 60 s",
            until_preview <= 60 and is_whole,
        ),
        Row(
            "a file → its score, beside the rescore, one process for both",
            f"p50 {p50:.2f} s, p95 {p95:.2f} s",
            f"alone p50 {percentile(alone, 0.5):.3f} s",
            "p95 ≤ 1 s",
            p95 <= 1,
        ),
        Row("the step that makes the version active", f"{the_step:.2f} s", f"{TEAMS:,} teams", "≤ 2 s", the_step <= 2),
    ]


def _seconds_to_score(site: RunningSite, sender: Participant, sample: bytes) -> float:
    begun = time.perf_counter()
    until_scored(site, sender.submit(sample))
    return time.perf_counter() - begun


def _since(site: RunningSite, column: str) -> float:
    """Seconds from a time of the rescore until now."""
    at = datetime.fromisoformat(str(site.value(f"SELECT {column} FROM competitions_rescore"))).replace(tzinfo=UTC)
    return (datetime.now(UTC) - at).total_seconds()
