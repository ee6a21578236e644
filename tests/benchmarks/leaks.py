"""`python -m tests.benchmarks.leaks`: what either board gives away to each attack, beside what the meter says."""

import dataclasses
import math
import sys
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from grader.scoring.disclosure import Policy, recommended_decimals, squared_error_difference_spread
from grader.scoring.leak_meter import ACCOUNTS, BOOSTING_TARGET, labels_per_file, recommended_rows, worst_gain
from grader.scoring.leak_meter import Board as Meter
from tests.benchmarks.row import Row
from tests.grader.attacks.board_oracle import Board, board_of_stars, honest_model
from tests.grader.attacks.boosting import boosting_gain, head_start_gain
from tests.grader.attacks.label_oracles import labels_decoded

ROWS = 20_000
FILES = 300
MANY_FILES = 900
# What an organizer may show who does not ask how many digits mean something.
USUAL_DECIMALS = 5
MSE_OF_A_GOOD_MODEL = 0.7


def measure() -> Iterator[Row]:
    """Each attack on a plain board with the usual decimals, one with the recommended ones, and the ladder with those.

    A target is set for the ladder alone; the other rows show what it is for.
    """
    recommended = recommended_decimals(ROWS, squared_error_difference_spread(0.95))
    for policy, decimals in (
        (Policy.PLAIN, USUAL_DECIMALS),
        (Policy.PLAIN, recommended),
        (Policy.LADDER, recommended),
    ):
        board = board_of_stars(ROWS, policy, decimals)
        name = f"{policy} board, {decimals} decimals: "
        meter = Meter(ROWS, decimals, float(board.labels.std()), policy)
        yield _labels(board, meter, name)
        for files, accounts in ((FILES, 1), (MANY_FILES, 1), (FILES, ACCOUNTS)):
            is_target = policy == Policy.LADDER and (files, accounts) == (FILES, 1)
            yield _boosting(board, meter, name, files, accounts, is_target)
        if policy == Policy.LADDER:
            yield from (_head_start(board, meter, name, accounts) for accounts in (1, ACCOUNTS))
        yield Row(
            f"{name}public rows for {FILES} files to gain less than {BOOSTING_TARGET:.0%}",
            f"{recommended_rows(meter, FILES):,}",
            "",
            "",
            True,
        )


def _labels(board: Board, meter: Meter, name: str) -> Row:
    reference = None if board.policy == Policy.PLAIN else honest_model(board, MSE_OF_A_GOOD_MODEL)
    found = labels_decoded(board, board.highest - board.lowest, reference=reference)
    is_target = board.policy == Policy.LADDER
    return Row(
        f"{name}labels that one file spells out",
        str(found),
        f"the meter: {labels_per_file(meter)}",
        "≤ 1" if is_target else "",
        found <= 1 or not is_target,
    )


def _boosting(board: Board, meter: Meter, name: str, files: int, accounts: int, is_target: bool) -> Row:
    gain = boosting_gain(board, files, accounts)
    return Row(
        f"{name}{files} random files from {accounts} account{'s' if accounts > 1 else ''}",
        f"-{max(0.0, gain):.2%} of the public MSE",
        f"the meter: {worst_gain(meter, files, accounts):.2%}",
        f"< {BOOSTING_TARGET:.0%}" if is_target else "",
        gain < BOOSTING_TARGET or not is_target,
    )


def _head_start(board: Board, meter: Meter, name: str, accounts: int) -> Row:
    """No target: these files know something, and the meter tells the organizer what a weak baseline costs."""
    model = honest_model(board, MSE_OF_A_GOOD_MODEL)
    own = board.judged(model).score
    head_start = board.judged(board.baseline).score - own
    of_model = dataclasses.replace(meter, residual_spread=math.sqrt(own), head_start=head_start)
    gain = head_start_gain(board, model, FILES, accounts)
    return Row(
        f"{name}{FILES} files of {accounts}, a model {head_start:.2f} above the baseline shown in small steps",
        f"-{max(0.0, gain):.2%} of the public MSE",
        f"the meter: {worst_gain(of_model, FILES, accounts):.2%}",
        "",
        True,
    )


def main() -> int:
    """Print the table; the exit code is 1 when a target is missed."""
    told = Console(width=160 if not sys.stdout.isatty() else None)
    table = Table(f"{ROWS:,} public rows of 1 to 5 stars", "measured", "closed form", "target", "")
    is_met = True
    for row in measure():
        is_met = is_met and row.is_met
        verdict = "met" if row.is_met else "MISSED"
        table.add_row(row.what, row.measured, row.compared, row.target, verdict if row.target else "")
    told.print(table)
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
