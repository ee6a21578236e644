"""What an audit says: findings, each with its level, its number and its cure, and the report of them all.

A report is shown on an organizer's page, where no label of the test set may stand: evidence names keys,
columns, lines and shares, never a label.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any

EVIDENCE_LINES = 10
SHOWN_CHARACTERS = 200


class Level(StrEnum):
    """RED blocks a launch, YELLOW wants a look, OK was looked for and not found, INFO is good to know."""

    RED = "red"
    YELLOW = "yellow"
    OK = "ok"
    INFO = "info"


@dataclass(frozen=True)
class Finding:
    """One check's answer. `check` is a stable slug; `cure` is empty when nothing is to be done."""

    check: str
    level: Level
    headline: str
    cure: str = ""
    evidence: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The finding as JSON holds it."""
        return {
            "check": self.check,
            "level": self.level.value,
            "headline": self.headline,
            "cure": self.cure,
            "evidence": list(self.evidence),
        }


@dataclass(frozen=True)
class Report:
    """All findings of an audit, in the order of the checks."""

    findings: tuple[Finding, ...]

    @property
    def worst(self) -> Level:
        """RED when a finding is red, else YELLOW when one is yellow, else OK."""
        levels = {finding.level for finding in self.findings}
        return next((level for level in (Level.RED, Level.YELLOW) if level in levels), Level.OK)

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON holds it; `from_dict` gives it back."""
        return {"worst": self.worst.value, "findings": [finding.to_dict() for finding in self.findings]}

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> "Report":
        """The report that `to_dict` stored. Raises ValueError for anything else."""
        try:
            return cls(
                tuple(
                    Finding(
                        check=str(finding["check"]),
                        level=Level(finding["level"]),
                        headline=str(finding["headline"]),
                        cure=str(finding["cure"]),
                        evidence=tuple(str(line) for line in finding["evidence"]),
                    )
                    for finding in stored["findings"]
                )
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"This is no stored audit report ({error!r}). Run the audit again.") from error

    def to_text(self) -> str:
        """The report for a terminal: a line for each finding, its evidence and its cure below it."""
        lines = []
        for finding in self.findings:
            lines.append(f"{finding.level.upper():<8}{finding.check:<20}{finding.headline}")
            lines.extend(f"{'':<8}· {line}" for line in finding.evidence)
            if finding.cure:
                lines.append(f"{'':<8}→ {finding.cure}")
        counts = {level: sum(finding.level == level for finding in self.findings) for level in Level}
        lines.append(", ".join(f"{count} {level}" for level, count in counts.items() if count))
        return "\n".join(lines)


def listed(lines: Iterable[str], total: int | None = None) -> tuple[str, ...]:
    """At most ten short lines of evidence; when there are more, the last says how many.

    `total` is how many lines there are, where making them all would be a waste; None: they are counted.
    """
    found = list(lines if total is None else islice(lines, EVIDENCE_LINES))
    total = len(found) if total is None else total
    short = [line if len(line) <= SHOWN_CHARACTERS else f"{line[: SHOWN_CHARACTERS - 1]}…" for line in found]
    if total <= EVIDENCE_LINES:
        return tuple(short)
    return (*short[: EVIDENCE_LINES - 1], f"… and {total - EVIDENCE_LINES + 1:,} more")


def counted(number: int, noun: str) -> str:
    """The number with its noun: 1 row, 1,200 rows."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def percent(share: float) -> str:
    """A share for people: 30 %, 0.27 %."""
    return f"{100 * share:.3g} %"
