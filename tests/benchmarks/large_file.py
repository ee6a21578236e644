"""Reading, checking and scoring a file of 10 million rows, against pandas' own chunked read of the same file.

`python -m tests.benchmarks.large_file` prints one row. Each contender works in a process of its own, so
that each has its own peak of memory; the rounds alternate, and the best of each counts, so that a busy
neighbour hits both alike.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np

from grader.grade import score
from grader.scoring.predictions import PredictionFormat, read_predictions
from grader.scoring.solution import Solution
from tests.benchmarks.row import Row

ROWS = 10_000_000
CHUNK_ROWS = 1_000_000
ROUNDS = 3
RATIO_TARGET = 1.5
MEGABYTES_TARGET = 500.0


def write_predictions(path: Path, row_count: int) -> None:
    """A file with the ids 1 to `row_count` in a random order and ratings of four decimals."""
    import pandas as pd

    random = np.random.default_rng(20261124)
    ids = random.permutation(row_count) + 1
    for start in range(0, row_count, CHUNK_ROWS):
        part = ids[start : start + CHUNK_ROWS]
        frame = pd.DataFrame({"id": part, "rating": random.uniform(1, 5, part.size).round(4)})
        frame.to_csv(path, index=False, mode="a", header=start == 0)


def pandas_reads(path: Path, row_count: int) -> Callable[[], object]:
    """The floor: every chunk parsed, nothing kept, nothing checked."""
    import pandas as pd

    def work() -> int:
        dtypes = {"id": "int64", "rating": "float64"}
        with pd.read_csv(path, dtype=dtypes, na_filter=False, chunksize=CHUNK_ROWS) as chunks:
            read_count = sum(len(chunk) for chunk in chunks)
        if read_count != row_count:
            raise RuntimeError(f"pandas read {read_count:,} rows of {row_count:,}.")
        return read_count

    return work


def grader_scores(path: Path, row_count: int) -> Callable[[], object]:
    """Ours: read, checked, aligned and scored against labels that are at hand."""
    import pandas as pd  # noqa: F401  as in a worker that has read a file before

    row_ids = np.arange(1, row_count + 1)
    solution = Solution(row_ids, targets=(1 + row_ids % 5).astype(np.float64), is_public=row_ids % 10 < 3)
    return lambda: score(read_predictions(path, row_ids, PredictionFormat()), solution)


CONTENDERS = {"pandas": pandas_reads, "grader": grader_scores}


def measure(contender: str, path: Path, row_count: int) -> dict[str, float]:
    """Seconds of the best of two runs and the peak of resident memory in MB, taken in a child process."""
    command = [sys.executable, "-m", "tests.benchmarks.large_file", "--rows", str(row_count)]
    child = subprocess.run(
        [*command, "--contender", contender, "--file", str(path)], check=True, capture_output=True, text=True
    )
    measured: dict[str, float] = json.loads(child.stdout)
    return measured


def run_contender(contender: str, path: Path, row_count: int) -> dict[str, float]:
    """What the child does: the work twice, the first time on cold memory."""
    work = CONTENDERS[contender](path, row_count)
    seconds = []
    for _ in range(2):
        start = perf_counter()
        work()
        seconds.append(perf_counter() - start)
    return {"seconds": min(seconds), "megabytes": peak_megabytes()}


def peak_megabytes() -> float:
    """The highest resident memory of this process so far, on Linux; a new program starts at zero."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError("This system does not tell the peak of a process's memory.")


def measure_row(row_count: int = ROWS) -> Row:
    """Both contenders in alternating rounds; the best time and the highest memory of each count."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "predictions.csv"
        write_predictions(path, row_count)
        best: dict[str, dict[str, float]] = {}
        for _ in range(ROUNDS):
            for contender in CONTENDERS:
                found = measure(contender, path, row_count)
                kept = best.setdefault(contender, found)
                kept["seconds"] = min(kept["seconds"], found["seconds"])
                kept["megabytes"] = max(kept["megabytes"], found["megabytes"])
    ours, floor = best["grader"], best["pandas"]
    ratio = ours["seconds"] / floor["seconds"]
    return Row(
        f"read + check + score {row_count:,} rows",
        f"{ours['seconds']:.2f} s, {ours['megabytes']:.0f} MB",
        f"{ratio:.2f} × pandas' chunked read ({floor['seconds']:.2f} s, {floor['megabytes']:.0f} MB)",
        f"≤ {RATIO_TARGET} ×, ≤ {MEGABYTES_TARGET:.0f} MB",
        ratio <= RATIO_TARGET and ours["megabytes"] <= MEGABYTES_TARGET,
    )


def main() -> None:
    """Print the row, or, as a child, the measurement of one contender."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--contender", choices=sorted(CONTENDERS))
    parser.add_argument("--file", type=Path)
    asked = parser.parse_args()
    if asked.contender:
        print(json.dumps(run_contender(asked.contender, asked.file, asked.rows)))
        return
    row = measure_row(asked.rows)
    print(" | ".join((row.what, row.measured, row.compared, row.target, "met" if row.is_met else "MISSED")))


if __name__ == "__main__":
    main()
