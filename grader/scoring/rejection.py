"""What a file is refused with: where, what was found, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass

NAMED_PROBLEMS = 20
COUNTED_PROBLEMS = 100_000
QUOTED_CHARACTERS = 40


@dataclass(frozen=True)
class Problem:
    """One thing to mend. `line` is the physical line, counted from 1; None: the file as a whole.

    `finding` and `cure` are sentences; after a line number the finding goes on in lower case.
    """

    line: int | None
    finding: str
    cure: str

    def __str__(self) -> str:
        place = "" if self.line is None else f"Line {self.line}: "
        return f"{place}{self.finding} {self.cure}".rstrip()


class Rejected(Exception):
    """The file is refused, and its sender can mend it.

    `problems` holds at most the first 20; `problem_count` counts all that were found.
    """

    def __init__(self, problems: Iterable[Problem], problem_count: int | None = None) -> None:
        found = tuple(problems)
        if not found:
            raise ValueError("A rejection needs at least one problem.")
        self.problems = found[:NAMED_PROBLEMS]
        self.problem_count = len(found) if problem_count is None else problem_count
        # Exactly what __init__ takes, so that the exception survives pickling between processes.
        super().__init__(self.problems, self.problem_count)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems]
        unnamed = self.problem_count - len(self.problems)
        if unnamed:
            lines.append(f"And {unnamed:,} more {'problem' if unnamed == 1 else 'problems'}.")
        return "\n".join(lines)


def reject(finding: str, cure: str, line: int | None = None) -> Rejected:
    """A rejection with one problem, ready to be raised."""
    return Rejected([Problem(line, finding, cure)])


class ProblemList:
    """Collects problems while a file is scanned: keeps the first 20 by line, counts the rest."""

    def __init__(self) -> None:
        self.count = 0
        self._of_lines: list[Problem] = []
        self._of_file: list[Problem] = []

    def add(self, line: int | None, finding: str, cure: str) -> None:
        """Note one problem. Lines may come slightly out of order; `rejection` sorts them."""
        self.count += 1
        if line is None:
            self._of_file.append(Problem(line, finding, cure))
            return
        self._of_lines.append(Problem(line, finding, cure))
        if len(self._of_lines) >= 50 * NAMED_PROBLEMS:
            self._keep_the_first()

    def is_full(self) -> bool:
        """Whether counting on tells nobody anything: the scan may stop (100,000 problems)."""
        return self.count >= COUNTED_PROBLEMS

    def rejection(self) -> Rejected:
        """All that was noted, the file's own problems before those of its lines."""
        self._keep_the_first()
        return Rejected([*self._of_file, *self._of_lines], self.count)

    def _keep_the_first(self) -> None:
        self._of_lines.sort(key=lambda problem: problem.line or 0)
        del self._of_lines[NAMED_PROBLEMS:]


def quoted(text: str) -> str:
    """`text` between quotes for a message: at most 40 characters, nothing unprintable."""
    if len(text) <= QUOTED_CHARACTERS:
        return repr(text)
    return repr(text[: QUOTED_CHARACTERS - 1] + "…")
