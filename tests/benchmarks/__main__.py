"""`./run bench`: every number that this project promises, measured beside its target."""

import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks import (
    browser_check,
    coverage,
    flood,
    large_file,
    leaderboard_page,
    leaks,
    model_to_score,
    rescoring,
    saved_model,
    similar_teams,
    sure_boards,
    sure_rankings,
    upload_to_score,
)
from tests.running_site import RunningSite


def main() -> int:
    """Print the table; the exit code is 1 when a target is missed."""
    told = Console(width=160 if not sys.stdout.isatty() else None)
    table = Table("what", "measured", "in the same run", "target", "")
    with tempfile.TemporaryDirectory(prefix="holdout-bench-") as name:
        folder = Path(name)
        # Models run as users of their own, who must be able to pass.
        folder.chmod(0o755)
        told.print("Starting a site …")
        seeded = RunningSite(folder / "seeded").start()
        seeded.stop()
        told.print("Uploading …")
        rows = upload_to_score.measure(seeded.var, folder)
        told.print("Scoring everything again …")
        rows += rescoring.measure(seeded.var, folder)
        told.print("Reading the leaderboard of 10,000 teams …")
        rows += leaderboard_page.measure(seeded.var, folder)
        told.print("Asking how sure a board of 2,000 teams is …")
        rows += sure_boards.measure(seeded.var, folder)
        told.print("Sending models …")
        rows += model_to_score.measure(seeded.var, folder)
        told.print("Flooding the queues …")
        rows += flood.measure(seeded.var, folder)
        told.print("Running models …")
        rows += saved_model.measure(folder)
    told.print("Reading 10 million rows …")
    rows.append(large_file.measure_row())
    told.print("Checking a million rows in a browser …")
    rows += browser_check.measure()
    told.print("Ranking 2,000 teams, and 20,000 simulated contests …")
    rows += sure_rankings.measure() + coverage.measure()
    told.print("Comparing the files of 2,000 teams …")
    rows += similar_teams.measure()
    told.print("Mining the board …")
    rows += [row for row in leaks.measure() if row.target]
    for row in rows:
        table.add_row(row.what, row.measured, row.compared, row.target, "met" if row.is_met else "MISSED")
    told.print(table)
    return 0 if all(row.is_met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
