"""docker-compose.yml started for real, with two webs and two scoring workers, and looked at from all sides.

    python -m tests.compose [--engine FOLDER] [--built]

Needs a root Debian 12 machine (tests/compose/engine.py). Prints a table of what was seen; exit code 1 where something
was not as it should be. Takes everything down in the end, the engine too. `--built`: the images are there.
"""

import argparse
import sys
import time
from pathlib import Path

from tests.compose.containers import Containers
from tests.compose.engine import Engine, EngineFailed, say
from tests.compose.story import Seen, tell


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.compose", description=__doc__.splitlines()[0])
    parser.add_argument("--engine", type=Path, default=Path("/tmp/holdout-engine"), metavar="FOLDER")
    parser.add_argument("--built", action="store_true", help="the images are there already")
    chosen = parser.parse_args()
    engine = Engine(chosen.engine)
    seen = Seen()
    try:
        engine.up()
        containers = Containers(engine)
        if not chosen.built:
            began = time.monotonic()
            containers.build()
            seen.note("three images built", f"{time.monotonic() - began:.0f} s")
        containers.lay_out()
        try:
            tell(containers, seen)
        finally:
            print(seen.table(), flush=True)
            say("Taking it down …")
            containers.down()
    except EngineFailed as problem:
        sys.exit(f"No engine: {problem}")
    finally:
        engine.down()
    return 0 if seen.is_all_right else 1


if __name__ == "__main__":
    sys.exit(main())
