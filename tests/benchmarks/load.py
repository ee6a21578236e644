"""Uploads at a set rate for 20 s while 200 clients follow theirs and read the board; a site set up as in production.

First the capacity is found: the largest rate at which all is accepted, the queue keeps up and pages stay quick. Then
half of it, twice of it, and how fast a queue that has piled up is worked off beside the same clients.

`python -m tests.benchmarks.load` prints the rows; `--rate 12` plays that one rate, `--capacity 12` takes that for the
capacity, `--seconds 5` shortens each run.
"""

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.benchmarks.capacity import costs_on, mean_costs
from tests.benchmarks.compose_like import ComposeLike, compose_like, why_not_here
from tests.benchmarks.load_generator import IDLE_SECONDS, Client, Heard, look_on, play
from tests.benchmarks.row import Row, percentile

SLUG = "goodreads"
CLIENTS = 200
SECONDS = 20.0
FIRST_RATE, LOWEST_RATE, HIGHEST_RATE = 4.0, 0.5, 512.0
# The capacity is known when the rate that is too much lies within this of one that is not.
CLOSE_ENOUGH = 1.15
# The queue keeps up when what waits in the end has come within this time; pages are quick enough below this one.
KEEPS_UP_SECONDS = 2.0
QUICK_PAGE_SECONDS = 1.0
PAGE_TARGET_SECONDS = 0.3
DRAIN_TARGET = 0.7
QUEUED = 300
NOT_DONE = "SELECT count(*) FROM submissions_submission WHERE status NOT IN ('scored', 'rejected', 'cancelled')"
SCORED = "SELECT count(*) FROM submissions_submission WHERE id = ANY(?::uuid[]) AND status = 'scored'"
DOUBLED = """
SELECT count(*) FROM (
    SELECT 1 FROM submissions_evaluation WHERE submission_id = ANY(?::uuid[]) GROUP BY submission_id HAVING count(*) > 1
) twice
"""
ALL = "SELECT count(*) FROM submissions_submission"
QUEUE = "from tests.benchmarks.scoring_costs import queue; queue({!r}, {!r}, {})"
SCORE_ALL = "from tests.benchmarks.scoring_costs import score_all; score_all()"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Played:
    """What one rate has brought. `unheard`: rows of files whose senders were not told that they were taken."""

    rate: float
    heard: Heard
    lost: int
    doubled: int
    unheard: int

    @property
    def keeps_up(self) -> bool:
        return self.heard.waiting <= KEEPS_UP_SECONDS * max(1.0, self.rate)

    @property
    def is_borne(self) -> bool:
        heard = self.heard
        refused = heard.busy_uploads + heard.busy_pages + len(heard.failures)
        return self.keeps_up and not refused and heard.page_percentile(0.95) <= QUICK_PAGE_SECONDS

    def told(self) -> str:
        heard = self.heard
        upload = percentile(heard.upload_seconds, 0.95) if heard.upload_seconds else 0.0
        failed = f"; FAILED {dict(Counter(heard.failures))}" if heard.failures else ""
        return (
            f"{self.rate:.1f} uploads/s: {len(heard.accepted)} accepted, {heard.busy_uploads} answered 503; "
            f"{len(heard.page_seconds) / heard.seconds:.0f} pages/s, p50 {1000 * heard.page_percentile(0.5):.0f} ms, "
            f"p95 {1000 * heard.page_percentile(0.95):.0f} ms, {heard.busy_pages} answered 503; upload p95 "
            f"{upload:.2f} s; {heard.waiting} waiting in the end, scored {heard.drained_seconds:.1f} s later; "
            f"{self.lost} lost, {self.doubled} doubled; generator {100 * heard.own_share:.0f} % of a core, "
            f"{100 * heard.stolen_share:.0f} % of the machine stolen{failed}"
        )


@dataclass(frozen=True)
class LoadRun:
    """The rows, and for the simulation: uploads a second that are borne, the cores that others than the site took
    meanwhile (these visitors, and the host for its other guests), and what each step cost in the same minutes.
    """

    rows: list[Row]
    capacity: float = 0.0
    others: float = 0.0
    costs: dict[str, Any] = field(default_factory=dict)


class Stand:
    """The site, its clients and the file that they send."""

    def __init__(self, site: ComposeLike, seconds: float, say: Say, idle: float = IDLE_SECONDS) -> None:
        self.site, self.seconds, self.say, self.idle = site, seconds, say, idle
        self.accounts = site.accounts(CLIENTS)
        self.sample = site.sample()
        self.file = site.var.parent / "sample.csv"
        self.file.write_bytes(self.sample)

    def warm_up(self) -> None:
        """Each process's first file loads pandas, its first page the templates."""
        self.play(4.0, 10.0)

    def play(self, rate: float, seconds: float | None = None) -> Played:
        """From an empty queue to an empty queue."""
        heard, before = Heard(), self._count(ALL)
        asyncio.run(play(self._clients(heard), heard, SLUG, rate, seconds or self.seconds, self.waiting))
        played = Played(
            rate=rate,
            heard=heard,
            lost=len(heard.accepted) - self._count(SCORED, heard.accepted),
            doubled=self._count(DOUBLED, heard.accepted),
            unheard=self._count(ALL) - before - len(heard.accepted),
        )
        self.say(played.told())
        return played

    def costs(self) -> dict[str, Any]:
        """What each step costs on this site, now."""
        return costs_on(self.site, self.file)

    def waiting(self) -> int:
        """How many files have no score yet."""
        return self._count(NOT_DONE)

    def bare(self) -> dict[str, float]:
        """The bare scoring loop over a queue, in one process, beside nothing else. Seconds for each file."""
        with self.site.scoring_held():
            queued = self.site.measured(QUEUE.format(SLUG, str(self.file), QUEUED))
            return queued | self.site.measured(SCORE_ALL)

    def drain(self) -> float:
        """Files a second that the workers score out of a queue that has piled up, beside the clients."""
        with self.site.scoring_held():
            self.site.measured(QUEUE.format(SLUG, str(self.file), QUEUED))
        return QUEUED / asyncio.run(look_on(self._clients(Heard()), SLUG, self.waiting))

    def _clients(self, heard: Heard) -> list[Client]:
        return [Client(self.site.url, account, self.sample, heard, self.idle) for account in self.accounts]

    def _count(self, query: str, *values: object) -> int:
        found = self.site.value(query, *values)
        assert isinstance(found, int)
        return found


class TooSlow(Exception):
    """Not even the lowest rate is borne; the message says what came of it."""


def find_capacity(stand: Stand) -> Played:
    """The largest rate that is borne, within CLOSE_ENOUGH. Raises TooSlow."""
    best, too_much, rate = None, HIGHEST_RATE, FIRST_RATE
    while best is None or too_much / best.rate > CLOSE_ENOUGH:
        tried = stand.play(rate)
        if tried.is_borne:
            best = tried
        elif rate < LOWEST_RATE:
            raise TooSlow(tried.told())
        else:
            too_much = rate
        if best is None:
            rate /= 2
        else:
            # Up in large steps until one is too much, then between the two.
            rate = min(2 * best.rate, (too_much * best.rate) ** 0.5)
    return best


def measure(
    folder: Path,
    seconds: float = SECONDS,
    say: Say = print,
    known: float | None = None,
    idle: float = IDLE_SECONDS,
) -> LoadRun:
    """All of it. `known`: the capacity, which is then not looked for. `idle`: seconds between two looks of a client."""
    if problem := why_not_here():
        return LoadRun([Row("load on a production set-up", f"not measured: {problem}", "", "", False)])
    with compose_like(folder) as site:
        stand = Stand(site, seconds, say, idle)
        # Before and after all the plays, for the machine may become slower or quicker meanwhile.
        before = stand.costs()
        stand.warm_up()
        capacity = stand.play(known) if known else find_capacity(stand)
        # The worst of three counts: what holds in one play only does not hold.
        halves = [stand.play(capacity.rate / 2) for _ in range(3)]
        half = max(halves, key=lambda one: one.heard.page_percentile(0.95))
        twice = stand.play(2 * capacity.rate)
        bare, drained = stand.bare(), stand.drain()
        costs = mean_costs(before, stand.costs())
    rows = [_capacity(capacity), _half(half), *_twice(twice), _drain(drained, bare)]
    others = capacity.heard.own_share + capacity.heard.stolen_share * psutil.cpu_count()
    return LoadRun(rows, capacity.rate, others, costs)


def _capacity(played: Played) -> Row:
    heard = played.heard
    return Row(
        f"capacity: uploads of 20,827 rows a second, {CLIENTS} clients looking on, PostgreSQL, 2 × 4 web, 2 scoring",
        f"{played.rate:.1f}/s; p95 of pages {1000 * heard.page_percentile(0.95):.0f} ms",
        f"{len(heard.page_seconds) / heard.seconds:.0f} pages/s; generator {100 * heard.own_share:.0f} % of a core; "
        f"{100 * heard.stolen_share:.0f} % of the machine stolen",
        "",
        True,
        played.rate,
    )


def _half(played: Played) -> Row:
    p95 = played.heard.page_percentile(0.95)
    return Row(
        f"half of it, {played.rate:.1f}/s, the worst of three runs",
        f"p95 of pages {1000 * p95:.0f} ms; {played.heard.waiting} waiting in the end",
        f"p50 {1000 * played.heard.page_percentile(0.5):.0f} ms; "
        f"{100 * played.heard.stolen_share:.0f} % of the machine stolen",
        f"≤ {1000 * PAGE_TARGET_SECONDS:.0f} ms, and the queue keeps up",
        p95 <= PAGE_TARGET_SECONDS and played.is_borne,
    )


def _twice(played: Played) -> list[Row]:
    heard = played.heard
    accepted, busy = len(heard.accepted), heard.busy_uploads
    waited = percentile(heard.busy_seconds, 0.95) if heard.busy_seconds else 0.0
    return [
        Row(
            f"twice of it, {played.rate:.1f}/s",
            f"{accepted} taken, {played.lost} lost, {played.doubled} doubled, {len(heard.failures)} without an answer",
            f"{played.unheard} taken and not told; scored {heard.drained_seconds:.1f} s after the last",
            "none lost, none doubled",
            not (played.lost or played.doubled or played.unheard or heard.failures),
        ),
        Row(
            "… and the surplus is told to come back",
            f"{busy} of {accepted + busy} uploads, {heard.busy_pages} pages answered 503",
            f"after {waited:.1f} s (p95); p95 of the other pages {heard.page_percentile(0.95):.2f} s",
            "503 with Retry-After",
            busy > 0,
        ),
    ]


def _drain(drained: float, bare: dict[str, float]) -> Row:
    share = drained * bare["each"]
    return Row(
        f"a queue of {QUEUED} files is worked off, {CLIENTS} clients looking on",
        f"{drained:.1f}/s",
        f"{100 * share:.0f} % of the bare loop in one process ({1 / bare['each']:.1f}/s)",
        f"≥ {100 * DRAIN_TARGET:.0f} %",
        share >= DRAIN_TARGET,
    )


def main() -> int:
    """Print the rows; the exit code is 1 when a target is missed."""
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks.load", description=__doc__)
    asked.add_argument("--seconds", type=float, default=SECONDS, help="of each run")
    asked.add_argument("--rate", type=float, help="play this rate alone")
    asked.add_argument("--capacity", type=float, help="take this for the capacity, and do not look for it")
    asked.add_argument("--idle", type=float, default=IDLE_SECONDS, help="seconds between two looks of a client")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="holdout-load-") as name:
        if given.rate:
            with compose_like(Path(name)) as site:
                stand = Stand(site, given.seconds, print, given.idle)
                stand.warm_up()
                stand.play(given.rate)
            return 0
        rows = measure(Path(name), given.seconds, known=given.capacity, idle=given.idle).rows
    for row in rows:
        print(row.line())
    return 0 if all(row.is_met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
