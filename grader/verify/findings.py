"""What does not fit, collected while an archive is replayed."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

# One change can show in every line after it: the first of a kind say enough.
NAMED_OF_A_KIND = 5
SILENCE_SECONDS = 5.0


@dataclass(frozen=True)
class Finding:
    """One thing that does not fit: where, what was found, and what to do, both as sentences."""

    where: str
    found: str
    cure: str

    def __str__(self) -> str:
        return f"{self.where}: {self.found} {self.cure}"


class Findings:
    """The findings so far, in their order; `say` gets a line for each step, and every few seconds of a long one."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self._said_at = monotonic()
        self.named: list[Finding] = []
        self.count = 0
        self._of_kind: dict[str, int] = {}

    def is_at(self, step: str, count: int) -> None:
        """Say how many of a step are done, where nothing was said for a while."""
        if monotonic() > self._said_at + SILENCE_SECONDS:
            self.say(f"{step}: {count:,} so far.")
            self._said_at = monotonic()

    def add(self, where: str, found: str, cure: str) -> None:
        """Note one; of those with the same cure the first five are kept, and all are counted."""
        self.count += 1
        self._of_kind[cure] = self._of_kind.get(cure, 0) + 1
        if self._of_kind[cure] <= NAMED_OF_A_KIND:
            self.named.append(Finding(where, found, cure))
