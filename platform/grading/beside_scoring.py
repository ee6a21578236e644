"""Long work of the scoring worker, a child process or steps of its own: files that wait are scored meanwhile."""

import subprocess
from collections.abc import Callable, Sequence
from time import monotonic, sleep
from typing import IO

from config.environment import ROOT
from config.processes import die_with_parent
from grading.scoring import score_claimed
from submissions.lifecycle import claim_next
from submissions.models import Queue

LOOK_SECONDS = 0.1
HOLD_SECONDS = 1.0


class TookTooLong(Exception):
    """The child was ended."""


def score_what_waits(keep: Callable[[], None]) -> None:
    """Between two steps: score every file that waits. `keep` is called before and after each; it may raise to stop."""
    keep()
    while (claim := claim_next(Queue.SCORING)) is not None and score_claimed(claim):
        keep()


def run_beside_scoring(
    command: Sequence[str], answer: IO[bytes], said: IO[bytes], seconds: float, keep: Callable[[], None]
) -> int:
    """Start the child, score what waits until it has ended, and return its exit code.

    No submission waits for it, even where there is one worker process only. `keep` is called every HOLD_SECONDS;
    what it raises ends the child. Raises TookTooLong after `seconds`.
    """
    ends_at = monotonic() + seconds
    child = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=answer, stderr=said, preexec_fn=die_with_parent
    )
    try:
        held_at = monotonic()
        while child.poll() is None:
            if monotonic() > ends_at:
                raise TookTooLong
            if monotonic() > held_at + HOLD_SECONDS:
                keep()
                held_at = monotonic()
            if (claim := claim_next(Queue.SCORING)) is None or not score_claimed(claim):
                sleep(LOOK_SECONDS)
        return child.returncode
    finally:
        child.kill()
        child.wait()
