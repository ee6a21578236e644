"""Starts one of our children and watches it to its end: time, memory, threads, and how much it says.

A child is this same Python with nothing of the parent's: a fixed environment, an input on descriptor 0, its log
on 1 and 2, its result on 3. Its end is certain: whatever it does, it is killed when its time is over.
"""

import contextlib
import json
import os
import select
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from mmap import mmap
from pathlib import Path
from typing import TYPE_CHECKING

from grader.model_runner.frames import RESULT_FD, sound_text

if TYPE_CHECKING:
    from resource import struct_rusage

ENTRY = Path(__file__).with_name("child.py")
# Input, log, log, result.
OWN_DESCRIPTORS = RESULT_FD + 1
POLL_SECONDS = 0.02
# All that a child finds in its environment.
ENVIRONMENT = {
    "LC_ALL": "C.UTF-8",
    "CUDA_VISIBLE_DEVICES": "",
    "OMP_NUM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    # With oneDNN the allocator tries for ten seconds more before it says that memory is over.
    "TF_ENABLE_ONEDNN_OPTS": "0",
}


# Shared by a fork. A byte without a lock: a process killed while it looked would keep the lock for ever.
_stop_asked = mmap(-1, 1)


class WorkStopped(Exception):
    """A child was ended, or never begun, because `stop_children` was called: what it did is to be done again."""


class StoppedFor(StrEnum):
    """Why we ended a child that would have gone on."""

    TIME = "time"
    MEMORY = "memory"
    THREADS = "threads"
    RESULT = "result"


@dataclass(frozen=True)
class Allowance:
    """What a child may take before it is ended. None: not watched."""

    wall_seconds: float
    result_bytes: int
    log_bytes: int = 65_536
    rss_bytes: int | None = None
    threads: int | None = None


@dataclass(frozen=True)
class Ended:
    """How a child ended: its exit code, or minus the signal that ended it, and all that it left and took."""

    code: int
    stopped_for: StoppedFor | None
    result: bytes
    log: str
    seconds: float
    cpu_seconds: float
    peak_rss_bytes: int


@dataclass
class _Pipe:
    """What has come out of one pipe: the first `limit` bytes are kept, the rest is read and counted."""

    descriptor: int
    limit: int
    kept: bytearray = field(default_factory=bytearray)
    total: int = 0
    is_open: bool = True

    def drain(self) -> None:
        """Take what is there now, without waiting."""
        # Bounded, so that a child that writes without end cannot hold its supervisor here.
        for _ in range(64):
            try:
                data = os.read(self.descriptor, 65_536)
            except BlockingIOError:
                return
            if not data:
                self.is_open = False
                return
            self.total += len(data)
            self.kept += data[: max(0, self.limit - len(self.kept))]


def run_child(job: str, arguments: Mapping[str, object], stdin: int, allowance: Allowance) -> Ended:
    """Run the child's job to its end, however it ends; nothing of it is left behind.

    Raises WorkStopped once this process, or the one it was forked from, is to stop.
    """
    if is_stopping():
        raise WorkStopped
    started = time.monotonic()
    with contextlib.ExitStack() as stack:
        result_end, result_in = _pipe(stack)
        log_end, log_in = _pipe(stack)
        # By way of numbers that are free: those of our own ends may themselves be 0 to 3 here.
        spare = max(stdin, log_in, result_in, OWN_DESCRIPTORS) + 1
        pid = os.posix_spawn(
            sys.executable,
            [sys.executable, "-I", "-S", "-B", str(ENTRY), job, str(os.getpid()), json.dumps(arguments)],
            ENVIRONMENT,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, source, spare + place)
                for place, source in enumerate((stdin, log_in, log_in, result_in))
            ]
            + [(os.POSIX_SPAWN_DUP2, spare + place, place) for place in range(OWN_DESCRIPTORS)]
            + [(os.POSIX_SPAWN_CLOSE, spare + place) for place in range(OWN_DESCRIPTORS)],
        )
        child = _Watched(pid)
        try:
            os.close(result_in)
            os.close(log_in)
            result = _Pipe(result_end, allowance.result_bytes)
            log = _Pipe(log_end, allowance.log_bytes)
            stopped_for = _watch(child, result, log, started, allowance)
        finally:
            child.kill()
        result.drain()
        log.drain()
        return Ended(
            code=child.code,
            stopped_for=stopped_for,
            result=bytes(result.kept),
            log=sound_text(log.kept.decode("utf-8", "replace")),
            seconds=time.monotonic() - started,
            cpu_seconds=child.cpu_seconds,
            peak_rss_bytes=child.peak_rss_bytes,
        )


def stop_children() -> None:
    """End what runs, here and in every process forked from this one since the import; from now on nothing is begun."""
    _stop_asked[0] = 1


def is_stopping() -> bool:
    """Whether `stop_children` was called, here or in the process that this one was forked from."""
    return _stop_asked[0] == 1


def _pipe(stack: contextlib.ExitStack) -> tuple[int, int]:
    """The reading end, not waiting and closed with the stack, and the writing end."""
    reading, writing = os.pipe()
    stack.callback(os.close, reading)
    os.set_blocking(reading, False)
    return reading, writing


def _watch(child: "_Watched", result: _Pipe, log: _Pipe, started: float, allowance: Allowance) -> StoppedFor | None:
    while not child.has_ended():
        if is_stopping():
            raise WorkStopped
        for pipe in _ready(result, log):
            pipe.drain()
        if result.total > result.limit:
            return StoppedFor.RESULT
        if time.monotonic() - started > allowance.wall_seconds:
            return StoppedFor.TIME
        child.look()
        if allowance.rss_bytes is not None and child.rss_bytes > allowance.rss_bytes:
            return StoppedFor.MEMORY
        if allowance.threads is not None and child.thread_count > allowance.threads:
            return StoppedFor.THREADS
    return None


def _ready(*pipes: _Pipe) -> Iterator[_Pipe]:
    """The pipes with something in them, after at most one poll's time."""
    waiting = {pipe.descriptor: pipe for pipe in pipes if pipe.is_open}
    if not waiting:
        # It has closed both ends and is about to end.
        time.sleep(POLL_SECONDS / 10)
        return
    poll = select.poll()
    for descriptor in waiting:
        poll.register(descriptor, select.POLLIN)
    for descriptor, _ in poll.poll(POLL_SECONDS * 1000):
        yield waiting[descriptor]


class _Watched:
    """A child that has not been waited for yet, so that its pid cannot have become another's."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.code = 0
        self.rss_bytes = 0
        self.thread_count = 0
        self.peak_rss_bytes = 0
        self.cpu_seconds = 0.0
        self._has_ended = False

    def has_ended(self) -> bool:
        """Whether it is over; from then on `code` holds."""
        if not self._has_ended:
            pid, status, used = os.wait4(self.pid, os.WNOHANG)
            if pid:
                self._end(status, used)
        return self._has_ended

    def look(self) -> None:
        """Read its memory and threads now; where there is no /proc they stay 0."""
        try:
            status = Path(f"/proc/{self.pid}/status").read_text()
        except OSError:
            return
        found = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
        self.rss_bytes = _kib(found.get("VmRSS"))
        self.peak_rss_bytes = max(self.peak_rss_bytes, _kib(found.get("VmHWM")))
        self.thread_count = int(found.get("Threads", "0"))

    def kill(self) -> None:
        """End it, unless it is over already, and wait for it."""
        if not self._has_ended:
            os.kill(self.pid, signal.SIGKILL)
            _, status, used = os.wait4(self.pid, 0)
            self._end(status, used)

    def _end(self, status: int, used: "struct_rusage") -> None:
        self.code = os.waitstatus_to_exitcode(status)
        self.cpu_seconds = used.ru_utime + used.ru_stime
        self._has_ended = True


def _kib(value: str | None) -> int:
    return int(value.split()[0]) * 1024 if value else 0
