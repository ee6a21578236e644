"""The story that is told on each set-up: teams send, everything dies in turn, and in the end the books are audited."""

import json
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.chaos.senders import Sender, files
from tests.chaos.set_ups import SetUp
from tests.running_site import eventually

TEAMS = ("alice", "bob", "carol", "dave", "erin", "frank")
ROWS = 300
SECONDS_PER_SUBMISSION = 0.13
ROOM_LEFT = 2
DRAIN_SECONDS = 240
UNFINISHED = (
    "SELECT count(*) FROM submissions_submission WHERE status NOT IN ('scored', 'rejected', 'failed', 'cancelled')"
)


@dataclass
class Told:
    """What came of it."""

    set_up: str
    seed: int
    seconds: float = 0.0
    struck: Counter[str] = field(default_factory=Counter)
    bells: Counter[str] = field(default_factory=Counter)
    senders: list[Sender] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    fitted: int = 0
    started_again: int = 0


def tell(kind: type[SetUp], folder: Path, count: int, seed: int) -> Told:
    """Send `count` files while every strike of the set-up falls at least once."""
    chance = random.Random(seed)
    told = Told(kind.name, seed)
    set_up = kind(folder, seed)
    try:
        set_up.start()
        told.senders = _senders(set_up)
        begun = time.monotonic()
        _stream(set_up, told, chance, count)
        eventually(lambda: set_up.value(UNFINISHED) == 0, "everything has come to its end", DRAIN_SECONDS)
        told.seconds = time.monotonic() - begun
        told.facts = _asked(set_up, f"facts({ROOM_LEFT})")
        told.fitted = _fill_up(told, chance)
        told.bells = set_up.fates.counts
        told.started_again = set_up.site.said().count("is started again")
    finally:
        set_up.stop()
    return told


def _asked(set_up: SetUp, call: str) -> Any:
    said = set_up.site.manage("shell", "-v", "0", "-c", f"from tests.chaos import inside; inside.{call}")
    return json.loads(said.splitlines()[-1])


def _senders(set_up: SetUp) -> list[Sender]:
    people = _asked(set_up, f"make({list(TEAMS)!r}, {ROWS})")
    return [Sender(set_up.site.url, name, **people[name], by_page=number % 2 == 0) for number, name in enumerate(TEAMS)]


def _stream(set_up: SetUp, told: Told, chance: random.Random, count: int) -> None:
    """Everybody sends in a thread of their own; this one strikes."""
    to_send, each = files(chance, count, ROWS), len(TEAMS)
    seconds, given_up = count * SECONDS_PER_SUBMISSION, threading.Event()
    with ThreadPoolExecutor(each) as crowd:
        sending = [
            crowd.submit(sender.send_all, to_send[number::each], random.Random(chance.random()), seconds, given_up)
            for number, sender in enumerate(told.senders)
        ]
        try:
            _strike(set_up, told, chance, seconds)
        except BaseException:
            given_up.set()
            raise
        for one in sending:
            one.result()


def _strike(set_up: SetUp, told: Told, chance: random.Random, seconds: float) -> None:
    strikes = set_up.strikes()
    # Each once, and as many again by chance for each half minute beyond the first.
    names = [*strikes, *chance.choices(list(strikes), k=int(len(strikes) * max(0.0, seconds / 30 - 1)))]
    chance.shuffle(names)
    for name in names:
        time.sleep(chance.uniform(0.2, 1.8) * seconds / (2 * len(names)))
        strikes[name](chance)
        told.struck[name] += 1


def _fill_up(told: Told, chance: random.Random) -> int:
    """How many more a team gets in whose limit leaves ROOM_LEFT of them."""
    sender = max(told.senders, key=lambda one: told.facts["used"][one.name])
    taken = 0
    for file in files(chance, 10 * ROOM_LEFT, ROWS):
        if file.becomes == "scored":
            if not sender.is_taken(file):
                break
            taken += 1
    return taken
