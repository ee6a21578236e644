"""The processes of `./run`: started in order, watched, started again when they die, ended together."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
GRACE_SECONDS = 40.0
RESTART_PAUSE_SECONDS = 1.0
LOOK_SECONDS = 0.2


class StartFailed(Exception):
    """A process did not become ready; the message says which, and where its log is."""


def die_with_parent() -> None:
    """In the child: be told to end when the parent is gone, even by kill -9 (Linux has this; elsewhere, no-op)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Watched:
    """One long-lived process: its command, its log file, and how one sees that it answers."""

    name: str
    command: Sequence[str]
    log: Path
    is_ready: Callable[[], bool]
    environment: dict[str, str] = field(default_factory=dict)
    others_need_it: bool = False
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    restarts: int = 0

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C reaches the watcher alone, which then ends everything in order.
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ | self.environment,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        self.started_at = time.monotonic()

    def exit_code(self) -> int | None:
        """None while it runs."""
        return self.process.poll() if self.process else None

    def wait_until_ready(self, seconds: float) -> None:
        """Raises StartFailed when it ends, or does not answer in time."""
        ends_at = time.monotonic() + seconds
        while not self.is_ready():
            if self.exit_code() is not None:
                raise StartFailed(f"{self.name} ended with code {self.exit_code()}. Its log: {self.log}")
            if time.monotonic() > ends_at:
                raise StartFailed(f"{self.name} does not answer after {seconds:.0f} s. Its log: {self.log}")
            time.sleep(0.05)

    def ask_to_end(self) -> None:
        if self.process and self.exit_code() is None:
            self.process.terminate()

    def end(self, seconds: float) -> None:
        """Wait for it to end, and kill its whole session when it does not."""
        if self.process is None:
            return
        try:
            self.process.wait(timeout=max(seconds, 0.1))
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def watch(processes: Sequence[Watched], say: Callable[[str], None]) -> None:
    """Keep them all running until SIGINT or SIGTERM; then return."""
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    while not stopping:
        for watched in processes:
            code = watched.exit_code()
            if code is not None and time.monotonic() - watched.started_at > RESTART_PAUSE_SECONDS:
                watched.restarts += 1
                say(f"The {watched.name} has ended (code {code}) and is started again. Its log: {watched.log}")
                watched.start()
        time.sleep(LOOK_SECONDS)


def end_all(processes: Sequence[Watched]) -> None:
    """End them all at once, and then those that others need up to their end."""
    for others_need_them in (False, True):
        ending = [watched for watched in processes if watched.others_need_it == others_need_them]
        for watched in ending:
            watched.ask_to_end()
        ends_at = time.monotonic() + GRACE_SECONDS
        for watched in ending:
            watched.end(ends_at - time.monotonic())
