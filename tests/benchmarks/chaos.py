"""`python -m tests.benchmarks.chaos [COUNT [SEED]]`: 1,000 submissions on each set-up while everything dies."""

import random
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from tests.chaos.report import table
from tests.chaos.set_ups import SET_UPS
from tests.chaos.story import tell
from tests.chaos.verdict import broken_promises

COUNT = 1000


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
