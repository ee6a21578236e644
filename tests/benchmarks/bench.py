"""Runs the parts of `./run bench` one after another, and keeps what they say: no part that fails loses the others."""

import json
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmarks.row import Row
from tests.running_site import RunningSite

Say = Callable[[str], None]


@dataclass
class Bench:
    """What the parts share: a folder to work in, a site that was started once, and numbers for later parts."""

    folder: Path
    say: Say
    # Numbers beside the rows, by name, as JSON can hold them.
    facts: dict[str, Any] = field(default_factory=dict)
    # Where files beside the JSON go.
    beside: Path = Path("var")
    _seeded: Path | None = None

    @property
    def seeded(self) -> Path:
        """The folder of a site with the seeded competitions, stopped; to be copied."""
        if self._seeded is None:
            self.say("Starting a site …")
            site = RunningSite(self.folder / "seeded").start()
            site.stop()
            self._seeded = site.var
        return self._seeded


@dataclass(frozen=True)
class Part:
    """`name` is for `--only`; `doing` is said when it begins."""

    name: str
    doing: str
    measure: Callable[[Bench], list[Row]]


def chosen(parts: Sequence[Part], names: Sequence[str]) -> list[Part]:
    """Those of these names, in their order; all where none is named. Raises SystemExit for an unknown one."""
    known = {part.name for part in parts}
    if unknown := sorted(set(names) - known):
        raise SystemExit(f"--only {unknown[0]}: there is no such part. There are: {', '.join(sorted(known))}.")
    return [part for part in parts if not names or part.name in names]


def run(parts: Sequence[Part], bench: Bench, kept: dict[str, Any], keep: Callable[[dict[str, Any]], None]) -> None:
    """Measure the parts; each one's rows take the place of its earlier ones in `kept`, which is kept at once."""
    kept.setdefault("parts", {})
    bench.facts = kept.setdefault("facts", {})
    for number, part in enumerate(parts, 1):
        bench.say(f"[{number}/{len(parts)}] {part.doing} …")
        began = time.perf_counter()
        try:
            rows = part.measure(bench)
        except (Exception, SystemExit) as problem:
            bench.say(traceback.format_exc())
            said = (str(problem).splitlines() or [""])[0][:200]
            rows = [Row(part.name, f"FAILED: {type(problem).__name__} {said}".strip(), "", "to be measured", False)]
        seconds = time.perf_counter() - began
        kept["parts"][part.name] = {"seconds": round(seconds, 1), "rows": [asdict(row) for row in rows]}
        keep(kept)
        missed = sum(not row.is_met for row in rows)
        bench.say(f"      {len(rows)} rows, {missed} missed, {seconds:.0f} s")


def rows_of(kept: dict[str, Any], parts: Sequence[Part]) -> list[Row]:
    """All rows that are kept, in the order of the parts."""
    return [Row(**row) for part in parts if part.name in kept["parts"] for row in kept["parts"][part.name]["rows"]]


def read(path: Path) -> dict[str, Any]:
    """What an earlier run has kept there; nothing where there is none."""
    found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return found


def write(path: Path, kept: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
