"""One line of the benchmark's table."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """What was measured, what came out, what it is compared with, and whether the target is met.

    `value` is the number itself, for what reckons with it.
    """

    what: str
    measured: str
    compared: str
    target: str
    is_met: bool
    value: float = 0.0

    @property
    def verdict(self) -> str:
        if not self.target and self.is_met:
            return ""
        return "met" if self.is_met else "MISSED"

    def line(self) -> str:
        """As one line of text."""
        return " | ".join((self.what, self.measured, self.compared, self.target, self.verdict))


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least `share` of all values do not exceed (nearest rank)."""
    return sorted(values)[max(0, math.ceil(len(values) * share) - 1)]
