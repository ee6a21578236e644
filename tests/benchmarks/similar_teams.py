"""How long it takes to compare the best files of a whole board with each other, in a process of its own.

`python -m tests.benchmarks.similar_teams` prints the row.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np

from grader.scoring.metrics import METRICS
from grader.scoring.similar_files import fingerprint, strongest_pairs
from tests.benchmarks.large_file import peak_megabytes
from tests.benchmarks.row import Row

ROWS, TEAMS, PAIRS = 20_827, 2_000, 50
SECONDS_TARGET, MEGABYTES_TARGET = 60.0, 1_000.0


def compare_a_board() -> dict[str, float]:
    """What the scoring worker does: files read and laid into the table, then all pairs; and its longest step."""
    random = np.random.default_rng(20261125)
    labels = random.integers(1, 6, ROWS).astype(np.float64)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.npy" for number in range(TEAMS)]
        for path in paths:
            np.save(path, random.normal(labels, 1.0))
        start = perf_counter()
        table = np.empty((TEAMS, ROWS), dtype=np.float32)
        for number, path in enumerate(paths):
            table[number] = fingerprint(METRICS["mse"], labels, np.load(path))
        longest = 0.0
        step_began = perf_counter()

        def end_step() -> None:
            nonlocal longest, step_began
            longest, step_began = max(longest, perf_counter() - step_began), perf_counter()

        found = strongest_pairs(table, np.zeros(TEAMS, dtype=np.bool_), PAIRS, end_step)
        seconds = perf_counter() - start
    assert len(found.teams) == PAIRS
    return {"seconds": seconds, "longest": longest, "megabytes": peak_megabytes()}


def measure() -> list[Row]:
    """The one row."""
    child = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.similar_teams", "board"], check=True, capture_output=True, text=True
    )
    found: dict[str, float] = json.loads(child.stdout)
    return [
        Row(
            f"similar files: all pairs of {TEAMS:,} teams, {ROWS:,} rows",
            f"{found['seconds']:.1f} s, {found['megabytes']:.0f} MB",
            f"a file that comes meanwhile waits {found['longest']:.2f} s at most",
            f"≤ {SECONDS_TARGET:.0f} s, ≤ {MEGABYTES_TARGET:,.0f} MB",
            found["seconds"] <= SECONDS_TARGET and found["megabytes"] <= MEGABYTES_TARGET,
        )
    ]


def main() -> None:
    """Print the row, or, as a child, what was measured."""
    if sys.argv[1:] == ["board"]:
        print(json.dumps(compare_a_board()))
        return
    for row in measure():
        print(" | ".join((row.what, row.measured, row.compared, row.target, "met" if row.is_met else "MISSED")))


if __name__ == "__main__":
    main()
