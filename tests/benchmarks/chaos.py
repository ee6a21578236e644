"""`python -m tests.benchmarks.chaos [COUNT [SEED]]`: 1,000 submissions on each set-up while everything dies."""

import random
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from tests.benchmarks.row import Row
from tests.chaos.report import table
from tests.chaos.set_ups import SET_UPS
from tests.chaos.story import tell
from tests.chaos.verdict import accepted, broken_promises, longest_wait

COUNT = 1000


def measure(folder: Path, count: int = COUNT) -> list[Row]:
    """A row for each set-up, with a seed that nobody has chosen."""
    rows = []
    for number, set_up in enumerate(SET_UPS):
        seed = random.randrange(10**6)
        own = folder / f"chaos-{number}"
        own.mkdir()
        told = tell(set_up, own, count, seed)
        broken, (wait, _) = broken_promises(told), longest_wait(told)
        rows.append(
            Row(
                f"everything killed at random under {len(accepted(told)):,} submissions, {set_up.name}",
                "; ".join(broken) or "none lost, none doubled, none stuck",
                f"seed {seed}; {sum(told.struck.values())} blows; longest wait {wait:.1f} s",
                "0 lost, 0 doubled, 0 stuck over 60 s without a cause",
                not broken,
            )
        )
    return rows


def main() -> int:
    """The exit code is 1 when a promise is broken."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10**6)
    said = Console(width=200 if not sys.stdout.isatty() else None)
    tales = []
    for set_up in SET_UPS:
        said.print(f"{set_up.name}, seed {seed} …")
        with tempfile.TemporaryDirectory(prefix="holdout-chaos-") as folder:
            tales.append(tell(set_up, Path(folder), count, seed))
    said.print(table(tales))
    return 1 if any(broken_promises(told) for told in tales) else 0


if __name__ == "__main__":
    sys.exit(main())
