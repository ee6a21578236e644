"""What the doctor says of one thing."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """OK; WARN: it works, and should be looked at; BAD: something does not work."""

    OK = "OK"
    WARN = "WARN"
    BAD = "BAD"


@dataclass(frozen=True)
class Finding:
    """In one line: what was looked at, what was found there, and what to do ("": nothing)."""

    level: Level
    what: str
    found: str
    to_do: str = ""

    def __str__(self) -> str:
        found = " ".join(self.found.split()).rstrip(".")
        return f"{self.level.value:<4}  {self.what:<15}  {found}.{f' {self.to_do}' if self.to_do else ''}"


def well(what: str, found: str) -> Finding:
    return Finding(Level.OK, what, found)


def doubtful(what: str, found: str, to_do: str) -> Finding:
    return Finding(Level.WARN, what, found, to_do)


def bad(what: str, found: str, to_do: str) -> Finding:
    return Finding(Level.BAD, what, found, to_do)
