"""Draws inputs and checks them, each within bounds of time and memory; an input that fails can be made again."""

import resource
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import FrameType

from tests.fuzz.targets import Target

# Of processor time, for one input of at most 200 kB.
MOST_SECONDS = 10
# Beyond what the process has when it begins.
MOST_BYTES = 1 << 30
FAULTS_SHOWN = 5


class TookTooLong(Exception):
    """One input kept a reader at work for longer than MOST_SECONDS."""


@dataclass
class Found:
    """What came of a target: how many inputs were taken and refused, and each that failed, by its number."""

    answers: Counter[str] = field(default_factory=Counter)
    faults: dict[int, str] = field(default_factory=dict)


def numbered(target: Target, seed: int, number: int) -> tuple[bytes, Random]:
    """That input, and the chance that its check goes by: the same each time."""
    random = Random(f"{target.name}:{seed}:{number}")
    return target.make(random), random


def drive(target: Target, seed: int, numbers: range) -> Found:
    found = Found()
    for number in numbers:
        content, random = numbered(target, seed, number)
        try:
            with _within_time():
                answer = target.check(content, random)
        except Exception as fault:
            answer = "FAULT"
            if len(found.faults) < FAULTS_SHOWN:
                found.faults[number] = f"{type(fault).__name__}: {fault}"
        found.answers[answer] += 1
    return found


@contextmanager
def _within_time() -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        raise TookTooLong(f"More than {MOST_SECONDS} s of processor time.")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def bound_memory() -> None:
    """From now on this process gets MOST_BYTES more; asking for more raises MemoryError. Linux alone."""
    status = Path("/proc/self/statm")
    if status.exists():
        most = int(status.read_text().split()[0]) * resource.getpagesize() + MOST_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
