"""The leaderboard's page and the recording of a score at 10,000 teams and 150,000 submissions, against 100 teams."""

import json
from pathlib import Path

from tests.benchmarks.row import Row
from tests.benchmarks.upload_to_score import site_at

MEASURE = "from tests.benchmarks.board_at_size import measure; measure()"
PAGES = {
    "first": "first page",
    "middle": "middle page",
    "final": "final board with the changes of place",
    "final, last": "its last page",
}


def measure(seeded_var: Path, folder: Path) -> list[Row]:
    """Milliseconds of a signed-in member's requests through the whole of Django, in one process beside nothing else."""
    site = site_at(seeded_var, folder / "board")
    site.stop()
    told = json.loads(site.manage("shell", "-v", "0", "-c", MEASURE).splitlines()[-1])
    rows = []
    for key, name in PAGES.items():
        (few, _), (p50, p95) = told[key]["few"], told[key]["many"]
        rows.append(
            Row(
                f"leaderboard of 10,000 teams and 150,000 submissions: {name}",
                f"p50 {p50:.1f} ms, p95 {p95:.1f} ms",
                f"{p50 / few:.2f} × the same page at 100 teams ({few:.1f} ms)",
                "p50 ≤ 15 ms, p95 ≤ 30 ms, ≤ 1.3 ×",
                p50 <= 15 and p95 <= 30 and p50 <= 1.3 * few,
            )
        )
    few, many = told["score"]["few"][0], told["score"]["many"][0]
    rows.append(
        Row(
            "a score recorded at 150,000 submissions",
            f"p50 {many:.1f} ms",
            f"{many / few:.2f} × at 1,000 ({few:.1f} ms)",
            "≤ 1.2 ×",
            many <= 1.2 * few,
        )
    )
    return rows
