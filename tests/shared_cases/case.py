"""A file that somebody might send, and where the words that answer it are frozen."""

import json
from dataclasses import dataclass
from pathlib import Path

EXPECTED = Path(__file__).with_name("expected.json")
# What the small competition of these cases takes: ids 1 to 5, ratings from 1 to 5, and so many bytes.
IDS = (1, 2, 3, 4, 5)
MAX_BYTES, MAX_UNPACKED_BYTES = 400_000, 2_000_000


@dataclass(frozen=True)
class Case:
    """`name` says what is wrong. `rests_on_bounds`: refused for its size, which depends on the limits above."""

    name: str
    file_name: str
    content: bytes
    rests_on_bounds: bool = False


def frozen_answers() -> dict[str, dict[str, str]]:
    """By kind (`predictions`, `formats`, `archives`) and name: what the sender reads, "" where the file is taken."""
    answers: dict[str, dict[str, str]] = json.loads(EXPECTED.read_text(encoding="utf-8"))
    return answers


def differing_names(cases: list[Case]) -> list[Case]:
    """The cases; raises ValueError where a name stands twice."""
    names = [case.name for case in cases]
    if doubled := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"Cases with one name: {sorted(doubled)}.")
    return cases
