"""How often the intervals hold the truth, in simulated contests whose truth is known.

`python -m tests.benchmarks.coverage` simulates 10,000 contests of 20 teams on 1,000 rows for each of two boards:
one spread out, where neighbours differ by about 1.6 standard errors of their difference, and one bunched, where
all 20 lie within one. Squared errors of correlated, normal errors: skewed, as real ones are.
"""

import argparse
from dataclasses import dataclass

import numpy as np

from grader.scoring.rank_intervals import paired_interval, sure_order
from grader.scoring.uncertainty import Resampling
from tests.benchmarks.row import Row

CONTESTS, TEAMS, ROWS = 10_000, 20, 1_000
BEST_MSE, CORRELATION = 0.8, 0.98
# How much worse each team is than the one before it, in MSE.
BOARDS = {"spread": 0.016, "bunched": 0.0005}
# So many contests share their draws, as those on one split of a solution do.
CONTESTS_PER_SEED = 100
RANKS_TARGET, DIFFERENCE_TARGET = 0.95, (0.94, 0.96)


@dataclass(frozen=True)
class Coverage:
    """Shares of intervals that hold the truth: of ranks, over all teams, the best alone, and all of a contest at once.

    `differences` is of MSE between the two best; `width` how many ranks an interval holds in the mean.
    """

    ranks: float
    rank_of_best: float
    whole_boards: float
    differences: float
    width: float


def simulate(gap: float, contests: int, seed: int = 1) -> Coverage:
    """So many contests with `gap` between neighbours, whose MSE is known: how often the intervals hold it."""
    random = np.random.default_rng(seed)
    truth = np.arange(1, TEAMS + 1)
    scales = np.sqrt(BEST_MSE + gap * np.arange(TEAMS))[:, np.newaxis]
    holds = np.empty((contests, TEAMS), np.bool_)
    difference_holds = np.empty(contests, np.bool_)
    width = 0.0
    for contest in range(contests):
        if contest % CONTESTS_PER_SEED == 0:
            draws = Resampling(ROWS, seed=seed + contest)
        shared, own = random.standard_normal(ROWS), random.standard_normal((TEAMS, ROWS))
        errors = scales * (np.sqrt(CORRELATION) * shared + np.sqrt(1 - CORRELATION) * own)
        replicates = draws.means_of_many(np.square(errors))
        ranks = sure_order(replicates).rank_intervals()
        holds[contest] = (ranks.low <= truth) & (truth <= ranks.high)
        width += float((ranks.high - ranks.low + 1).mean()) / contests
        difference_holds[contest] = -gap in paired_interval(replicates[0], replicates[1])
    return Coverage(
        ranks=float(holds.mean()),
        rank_of_best=float(holds[:, 0].mean()),
        whole_boards=float(holds.all(axis=1).mean()),
        differences=float(difference_holds.mean()),
        width=width,
    )


def measure(contests: int = CONTESTS) -> list[Row]:
    """Two rows for each board: the rank intervals, and the interval of a difference."""
    rows = []
    for board, gap in BOARDS.items():
        found = simulate(gap, contests)
        rows.append(
            Row(
                f"95 % rank intervals, {contests:,} contests, {board} board of {TEAMS}",
                f"hold the truth {found.ranks:.2%}, {found.width:.1f} ranks wide",
                f"the best team's {found.rank_of_best:.2%}, all of a contest at once {found.whole_boards:.2%}",
                f"≥ {RANKS_TARGET:.0%}",
                found.ranks >= RANKS_TARGET,
            )
        )
        low, high = DIFFERENCE_TARGET
        rows.append(
            Row(
                "… 95 % interval of a difference",
                f"holds the truth {found.differences:.2%}",
                "",
                f"{low:.0%} to {high:.0%}",
                low <= found.differences <= high,
            )
        )
    return rows


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contests", type=int, default=CONTESTS)
    for row in measure(parser.parse_args().contests):
        print(" | ".join((row.what, row.measured, row.compared, row.target, "met" if row.is_met else "MISSED")))


if __name__ == "__main__":
    main()
