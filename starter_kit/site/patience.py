"""How long a transfer that is cut off is taken up again."""

import time
from collections.abc import Callable

from starter_kit.site.moments import lasting
from starter_kit.trouble import KitError

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 15.0
# Whoever waits no longer hears of a trouble once, when it has lasted: with what to do.
SILENT_SECONDS = 5.0


class Patience:
    """Pauses that grow while nothing moves; what moves begins anew."""

    def __init__(self, seconds: float, heard: Callable[[str], None]) -> None:
        """`seconds`: how long nothing may move. `heard` is told of the pauses, and of a trouble when it begins."""
        self.seconds = seconds
        self.heard = heard
        self._told = ""
        self._ends_at, self._pause = time.monotonic() + seconds, FIRST_PAUSE_SECONDS

    def wait_after(self, trouble: KitError, *, moved: bool = False, at_least: float = 0.0) -> None:
        """Pause, at least so many seconds. Raises `trouble` when nothing has moved for too long."""
        if moved:
            self._begin()
        wait = max(self._pause, at_least)
        if time.monotonic() + wait > self._ends_at:
            raise trouble
        self._say(str(trouble), wait)
        time.sleep(wait)
        self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)

    def _say(self, trouble: str, wait: float) -> None:
        if self.seconds <= SILENT_SECONDS:
            return
        again = f"Trying again in {lasting(wait)}."
        self.heard(again if trouble == self._told else f"{trouble} {again}")
        self._told = trouble

    def _begin(self) -> None:
        self._ends_at, self._pause = time.monotonic() + self.seconds, FIRST_PAUSE_SECONDS
