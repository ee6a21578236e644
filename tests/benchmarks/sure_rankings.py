"""How long it takes to say how sure a ranking is: replicates of a submission, and rank intervals of a whole board.

`python -m tests.benchmarks.sure_rankings` prints the rows. The best of some rounds counts for what takes
milliseconds, so that a busy neighbour does not; the memory of the board is that of a process of its own.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from time import perf_counter

import numpy as np

from grader.scoring.metrics import METRICS
from grader.scoring.rank_intervals import chances_of_top, sure_order
from grader.scoring.resampled_scores import ResampledScores
from grader.scoring.uncertainty import Resampling
from tests.benchmarks.large_file import peak_megabytes
from tests.benchmarks.row import Row

ROWS, BATCH, TEAMS, REPLICATES = 20_827, 256, 2_000, 1_000
ONE_TARGET, EACH_TARGET = 5.0, 0.5
BOARD_SECONDS_TARGET, BOARD_MEGABYTES_TARGET = 10.0, 1_000.0


def milliseconds(work: Callable[[], object], rounds: int) -> float:
    """The best of so many rounds."""
    taken = []
    for _ in range(rounds):
        start = perf_counter()
        work()
        taken.append(perf_counter() - start)
    return min(taken) * 1_000


def replicate_rows() -> list[Row]:
    """Replicates of one submission, and of many at once; beside them the drawing and the metrics without row loss."""
    random = np.random.default_rng(20261125)
    start = perf_counter()
    draws = Resampling(ROWS, seed=1)
    drawing = perf_counter() - start
    losses = random.exponential(1.0, (BATCH, ROWS))
    one = milliseconds(lambda: draws.means_of(losses[0]), rounds=20)
    each = milliseconds(lambda: draws.means_of_many(losses), rounds=4) / BATCH
    is_one = (random.random(ROWS) < 0.3).astype(np.float64)
    others = []
    for name in ("auc", "macro_f1"):
        scores = ResampledScores(METRICS[name], is_one, seed=1)
        predictions = np.round(random.random(ROWS)) if name == "macro_f1" else random.random(ROWS)
        others.append(f"{METRICS[name].short} {milliseconds(lambda s=scores, p=predictions: s.of(p), rounds=4):.0f} ms")
    return [
        Row(
            f"{REPLICATES:,} replicates of {ROWS:,} rows, one at a time",
            f"{one:.1f} ms",
            f"{', '.join(others)}; drawn once in {drawing:.2f} s, {draws.nbytes / 1e6:.0f} MB",
            f"≤ {ONE_TARGET:.0f} ms",
            one <= ONE_TARGET,
        ),
        Row(
            f"… in batches of {BATCH}, each",
            f"{each:.2f} ms",
            f"{each / one:.2f} × one at a time",
            f"≤ {EACH_TARGET} ms",
            each <= EACH_TARGET,
        ),
    ]


def rank_a_board() -> dict[str, float]:
    """What a child does: rank intervals, groups and chances of the first and the first ten, from replicates alone."""
    random = np.random.default_rng(20261125)
    scores = 0.8 + 0.0001 * np.arange(TEAMS)
    luck = 0.01 * random.standard_normal(REPLICATES) + 0.002 * random.standard_normal((TEAMS, REPLICATES))
    replicates = (scores[:, np.newaxis] + luck).astype(np.float32)
    start = perf_counter()
    order = sure_order(replicates)
    order.rank_intervals()
    order.groups(np.arange(TEAMS))
    for k in (1, 10):
        chances_of_top(replicates, k)
    return {"seconds": perf_counter() - start, "megabytes": peak_megabytes()}


def board_row() -> Row:
    """The board of 2,000 teams, made in a process of its own."""
    child = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.sure_rankings", "board"], check=True, capture_output=True, text=True
    )
    found: dict[str, float] = json.loads(child.stdout)
    return Row(
        f"rank intervals, groups, chances of {TEAMS:,} teams",
        f"{found['seconds']:.1f} s, {found['megabytes']:.0f} MB",
        "",
        f"≤ {BOARD_SECONDS_TARGET:.0f} s, ≤ {BOARD_MEGABYTES_TARGET:,.0f} MB",
        found["seconds"] <= BOARD_SECONDS_TARGET and found["megabytes"] <= BOARD_MEGABYTES_TARGET,
    )


def measure() -> list[Row]:
    """All rows."""
    return [*replicate_rows(), board_row()]


def main() -> None:
    """Print the rows, or, as a child, the measurement of the board."""
    if sys.argv[1:] == ["board"]:
        print(json.dumps(rank_a_board()))
        return
    for row in measure():
        print(" | ".join((row.what, row.measured, row.compared, row.target, "met" if row.is_met else "MISSED")))


if __name__ == "__main__":
    main()
