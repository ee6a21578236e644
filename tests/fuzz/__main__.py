"""`python -m tests.fuzz --inputs 20000 --seed 1`: broken files for everything that reads a stranger's; prints a table.

`--target NAME --number N` makes one input again, says what it does, and with `--output FILE` keeps it.
"""

import argparse
import sys
import time
from pathlib import Path

# The cases that all readers share are imported by their own name, as in the tests.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.fuzz.driving import bound_memory, drive, numbered
from tests.fuzz.targets import TARGETS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.split("\n")[0])
    parser.add_argument("--inputs", type=int, default=20_000, help="how many in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", choices=[target.name for target in TARGETS], help="this one alone")
    parser.add_argument("--number", type=int, help="this input of it alone")
    parser.add_argument("--output", type=Path, help="where to keep that input")
    asked = parser.parse_args()
    if asked.number is not None:
        return again(asked)
    bound_memory()
    print(f"{'what reads':20} {'inputs':>9} {'taken':>9} {'refused':>9} {'faults':>7} {'µs each':>8}", flush=True)
    fault_count = 0
    for target in TARGETS:
        if asked.target not in (None, target.name):
            continue
        count = asked.inputs if asked.target else round(asked.inputs * target.share)
        begun = time.process_time()
        found = drive(target, asked.seed, range(count))
        each = (time.process_time() - begun) / max(count, 1) * 1e6
        answers = found.answers
        print(
            f"{target.name:20} {count:9,} {answers['taken']:9,} {answers['refused']:9,} {answers['FAULT']:7,}",
            f"{each:8,.0f}",
            flush=True,
        )
        for number, fault in found.faults.items():
            print(f"  {fault[:500]}")
            print(f"  python -m tests.fuzz --seed {asked.seed} --target '{target.name}' --number {number}")
        fault_count += answers["FAULT"]
    return 1 if fault_count else 0


def again(asked: argparse.Namespace) -> int:
    target = next(target for target in TARGETS if target.name == asked.target)
    content, random = numbered(target, asked.seed, asked.number)
    print(f"{len(content)} bytes: {content[:2000]!r}")
    if asked.output:
        asked.output.write_bytes(content)
    print(target.check(content, random))
    return 0


if __name__ == "__main__":
    sys.exit(main())
