"""A flood from one team: what the others notice of it, and whether what the queue tells is what comes.

`python -m tests.benchmarks.flood` prints its rows alone. On a busy site everybody's wait is made of others' files; a
team that has 500 of them waiting, or 50 models, must count as one team among the others.
"""

import json
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.model_to_score import kits_model
from tests.benchmarks.row import Row, percentile
from tests.benchmarks.upload_to_score import STATUS, site_at
from tests.running_site import Participant, RunningSite, eventually

TEAMS = 12
PENDING_FILES, FILES_EACH = 500, 25
PENDING_MODELS, MODELS_EACH = 50, 4
QUEUED_FILES_EACH, QUEUED_MODELS_EACH = 20, 2
LOOK_SECONDS = 0.02
WORKERS = {"file": "worker", "model": "models worker"}
PENDING = (
    "SELECT count(*) FROM submissions_submission s JOIN teams_team t ON t.id = s.team_id "
    "WHERE t.name = '{}' AND s.status NOT IN ('scored', 'failed')"
)


def measure(seeded_var: Path, folder: Path) -> list[Row]:
    """Each flood and each queue on a site of its own, with one process for the queue in question."""
    rows = []
    for kind, name, pending, each, queued in (
        ("file", "predictions.csv", PENDING_FILES, FILES_EACH, QUEUED_FILES_EACH),
        ("model", "model.zip", PENDING_MODELS, MODELS_EACH, QUEUED_MODELS_EACH),
    ):
        site = site_at(seeded_var, folder / f"flood of {kind}s", HOLDOUT_SCORING_PROCESSES="1")
        people = site.participants(*(f"team{number:02}" for number in range(TEAMS)), "mallory")
        content = site.sample() if kind == "file" else kits_model(site, folder / "kit of the flood")
        path = folder / name
        path.write_bytes(content)
        rows.append(_beside_a_flood(site, kind, people, path, pending, each))
        rows += _told_and_came(site, kind, people[:-1], path, queued)
        site.stop()
    return rows


def _asked(site: RunningSite, call: str) -> object:
    said = site.manage("shell", "-v", "0", "-c", f"from tests.benchmarks import flooding; flooding.{call}")
    return json.loads(said.splitlines()[-1])


def _beside_a_flood(
    site: RunningSite, kind: str, people: Sequence[Participant], path: Path, pending: int, each: int
) -> Row:
    *others, mallory = people
    _waits(site, others, path, 1)
    alone = _waits(site, others, path, each)
    worker = WORKERS[kind]
    site.hold(worker)
    _queue_up(site, path, [mallory.name], pending)
    site.signal_all(worker, signal.SIGCONT)
    beside = _waits(site, others, path, each)
    left = site.value(PENDING.format(mallory.name))
    p95, p95_alone = percentile(beside, 0.95), percentile(alone, 0.95)
    _wait_for_the_end(site, PENDING.format(mallory.name))
    return Row(
        f"a {kind} → its score, {len(others)} teams that always have one under way, beside {pending} of another team",
        f"p95 {p95:.2f} s, p50 {percentile(beside, 0.5):.2f} s; {left} of the {pending} still wait",
        f"{p95 / p95_alone:.2f} × without them (p95 {p95_alone:.2f} s, p50 {percentile(alone, 0.5):.2f} s)",
        "≤ 1.10 ×",
        p95 <= 1.1 * p95_alone and left not in (0, None),
    )


def _waits(site: RunningSite, people: Sequence[Participant], path: Path, each: int) -> list[float]:
    """Everybody sends the next one when the last has its score."""

    def send(person: Participant) -> list[str]:
        sent = []
        for _ in range(each):
            sent.append(person.submit(path.read_bytes(), path.name))
            while site.value(STATUS, sent[-1]) != "scored":
                time.sleep(LOOK_SECONDS)
        return sent

    with ThreadPoolExecutor(len(people)) as crowd:
        sent = list(chain.from_iterable(crowd.map(send, people)))
    return _asked(site, f"waits({sent!r})")  # type: ignore[return-value]


def _queue_up(site: RunningSite, path: Path, names: Sequence[str], each: int) -> list[str]:
    return _asked(site, f"queue_up('goodreads', {str(path)!r}, {list(names)!r}, {each})")  # type: ignore[return-value]


def _told_and_came(site: RunningSite, kind: str, people: Sequence[Participant], path: Path, each: int) -> list[Row]:
    """What each submission is told while the queue stands still, and what came once it moves."""
    worker = WORKERS[kind]
    _wait_for_the_end(site, "SELECT count(*) FROM submissions_submission WHERE status IN ('queued', 'scoring')")
    site.hold(worker)
    sent = _queue_up(site, path, [person.name for person in people], each)
    told: dict[str, tuple[int, float]] = _asked(site, "told()")  # type: ignore[assignment]
    site.signal_all(worker, signal.SIGCONT)
    ids = "', '".join(sent)
    _wait_for_the_end(site, f"SELECT count(*) FROM submissions_submission WHERE id IN ('{ids}') AND status != 'scored'")
    came: dict[str, tuple[float, float]] = _asked(site, f"came({sent!r})")  # type: ignore[assignment]
    in_order = sorted(came, key=lambda pk: came[pk][0])
    misplaced = sum(told[pk][0] != number for number, pk in enumerate(in_order, 1))
    factors = sorted(told[pk][1] / came[pk][1] for pk in sent)
    last = in_order[-1]
    return [
        Row(
            f"place in a queue of {len(sent)} {kind}s as told, and as taken up",
            f"{misplaced} of {len(sent)} at another place",
            "",
            "within a factor of 2",
            all(0.5 <= told[pk][0] / number <= 2 for number, pk in enumerate(in_order, 1)),
        ),
        Row(
            "… wait as told, by the wait as it came",
            f"{factors[0]:.2f} to {factors[-1]:.2f}",
            f"the last: told {told[last][1]:.1f} s, came after {came[last][1]:.1f} s",
            "0.5 to 2",
            factors[0] >= 0.5 and factors[-1] <= 2,
        ),
    ]


def _wait_for_the_end(site: RunningSite, pending: str) -> None:
    eventually(lambda: site.value(pending) == 0, "all have their scores", seconds=900)


def main() -> int:
    """The exit code is 1 when a target is missed."""
    told = Console(width=200 if not sys.stdout.isatty() else None)
    table = Table("what", "measured", "in the same run", "target", "")
    with tempfile.TemporaryDirectory(prefix="holdout-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        seeded = RunningSite(folder / "seeded").start()
        seeded.stop()
        rows = measure(seeded.var, folder)
        shutil.rmtree(seeded.var)
    for row in rows:
        table.add_row(row.what, row.measured, row.compared, row.target, "met" if row.is_met else "MISSED")
    told.print(table)
    return 0 if all(row.is_met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
