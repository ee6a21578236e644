"""`./run bench`: every number that this project promises, measured beside its target."""

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from config.environment import VAR
from tests.benchmarks import (
    browser_check,
    capacity,
    chaos,
    coverage,
    flood,
    growth,
    large_file,
    leaderboard_page,
    leaks,
    load,
    model_to_score,
    rescoring,
    saved_model,
    similar_teams,
    sure_boards,
    sure_rankings,
    upload_to_score,
)
from tests.benchmarks.bench import Bench, Part, chosen, read, rows_of, run, write
from tests.benchmarks.row import Row


def _saved_model(bench: Bench) -> list[Row]:
    rows = saved_model.measure(bench.folder)
    bench.facts["model"] = rows[-1].value
    return rows


def _growth(bench: Bench) -> list[Row]:
    rows, series = growth.measure(bench.seeded, bench.folder)
    for path in growth.draw(series, bench.beside / "upload-to-score"):
        bench.say(f"      drawn: {path}")
    bench.facts["growth"] = [[curve.title, list(curve.points)] for curve in series]
    return rows


def _load(bench: Bench) -> list[Row]:
    run = load.measure(bench.folder, say=lambda line: bench.say(f"      {line}"))
    if run.costs:
        bench.facts |= {"capacity": run.capacity, "others": run.others, "costs": run.costs}
    return run.rows


def _capacity(bench: Bench) -> list[Row]:
    # A load run has measured the steps between its plays: its capacity is of a machine as fast as that.
    if "costs" not in bench.facts:
        bench.facts["costs"] = capacity.measured_costs(bench.folder)
    return capacity.rows(bench.facts["costs"], capacity.measured_in(bench.facts))


PARTS = (
    Part("upload", "Uploading", lambda bench: upload_to_score.measure(bench.seeded, bench.folder)),
    Part("growth", "Uploading to larger and larger contests", _growth),
    Part("rescore", "Scoring everything again", lambda bench: rescoring.measure(bench.seeded, bench.folder)),
    Part(
        "leaderboard",
        "Reading the leaderboard of 10,000 teams",
        lambda bench: leaderboard_page.measure(bench.seeded, bench.folder),
    ),
    Part(
        "sure-boards",
        "Asking how sure a board of 2,000 teams is",
        lambda bench: sure_boards.measure(bench.seeded, bench.folder),
    ),
    Part("models", "Sending models", lambda bench: model_to_score.measure(bench.seeded, bench.folder)),
    Part("model-runs", "Running models", _saved_model),
    Part("large-file", "Reading 10 million rows", lambda _: [large_file.measure_row()]),
    Part("browser", "Checking a million rows in a browser", lambda _: browser_check.measure()),
    Part("rankings", "Ranking 2,000 teams", lambda _: sure_rankings.measure()),
    Part("coverage", "Simulating 20,000 contests", lambda _: coverage.measure()),
    Part("similar", "Comparing the files of 2,000 teams", lambda _: similar_teams.measure()),
    Part("leaks", "Mining the board", lambda _: [row for row in leaks.measure() if row.target]),
    Part("flood", "Flooding the queues", lambda bench: flood.measure(bench.seeded, bench.folder)),
    Part("chaos", "Killing everything under 1,000 submissions, three times", lambda bench: chaos.measure(bench.folder)),
    Part("load", "Playing 200 clients before a site set up as in production", _load),
    Part("capacity", "Simulating with the cost of each step", _capacity),
)


def main() -> int:
    """Print the table; the exit code is 1 when a target is missed."""
    asked = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    asked.add_argument("--only", action="append", default=[], metavar="NAME", help=", ".join(p.name for p in PARTS))
    asked.add_argument("--json", type=Path, default=VAR / "bench.json", help="kept here, with the pictures beside it")
    asked.add_argument("--show", action="store_true", help="print what is kept there, and measure nothing")
    given = asked.parse_args()
    told = Console(width=180 if not sys.stdout.isatty() else None)
    parts = chosen(PARTS, given.only)
    # Of a part that is not measured now, what was measured last stays.
    kept = read(given.json) if given.only or given.show else {}
    if not given.show:
        kept["machine"] = {"cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()}
        with tempfile.TemporaryDirectory(prefix="holdout-bench-") as name:
            folder = Path(name)
            # Models run as users of their own, who must be able to pass.
            folder.chmod(0o755)
            bench = Bench(
                folder, lambda line: told.print(line, markup=False, highlight=False), beside=given.json.parent
            )
            run(parts, bench, kept, lambda now: write(given.json, now))
    rows = rows_of(kept, PARTS)
    table = Table("what", "measured", "in the same run", "target", "")
    for row in rows:
        table.add_row(row.what, row.measured, row.compared, row.target, row.verdict)
    told.print(table)
    told.print(f"Kept in {given.json}", markup=False, highlight=False)
    return 0 if all(row.is_met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
