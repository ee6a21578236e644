"""A whole site as `./run` brings it up: broker, workers, beat, web server; in a folder and on a port of its own."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import psutil
import requests

ROOT = Path(__file__).resolve().parents[1]
SOURCES = os.pathsep.join((str(ROOT / "platform"), str(ROOT)))
START_SECONDS = 180
PATIENCE_SECONDS = 90
NAMES = {
    "broker": "valkey-server",
    "worker": "--queues scoring",
    "models worker": "--queues models",
    "mail worker": "--queues mail",
    "beat": "--skip-checks beat",
    "web": "gunicorn",
}


def eventually(look: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS) -> object:
    """Look until there is something to see, and return it; fails with `what` after a generous time."""
    ends_at = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < ends_at, f"after {seconds:.0f} s still not: {what}"
        time.sleep(0.05)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RunningSite:
    """One site; its rows are read straight from its database, its pages through its address."""

    def __init__(self, var: Path, **settings: str) -> None:
        self.var = var
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.database = var / "database" / "db.sqlite3"
        self.log = var.parent / f"{var.name}.log"
        kept = {name: value for name, value in os.environ.items() if name not in ("SECRET_KEY", "DATABASE_URL")}
        self.environment = {
            **kept,
            "PYTHONPATH": SOURCES,
            "HOLDOUT_VAR": str(var),
            "PORT": str(self.port),
            **settings,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def launch(self) -> subprocess.Popen[bytes]:
        with self.log.open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "config.up"], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )

    def start(self) -> "RunningSite":
        process = self.process = self.launch()
        eventually(lambda: "Holdout is up" in self.said() or process.poll() is not None, self.said(), START_SECONDS)
        assert process.poll() is None, self.said()
        return self

    def said(self) -> str:
        return self.log.read_text()

    def stop(self) -> None:
        """Ctrl-C; then nothing of the site may be left running."""
        assert self.process
        family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(timeout=PATIENCE_SECONDS) == 0, self.said()
        _, alive = psutil.wait_procs(family, timeout=5)
        assert not alive, alive

    def top(self, name: str) -> psutil.Process:
        """The process of that name which `./run` itself has started."""
        assert self.process
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if NAMES[name] in " ".join(child.cmdline()))

    def signal_all(self, name: str, number: int) -> None:
        """Send a signal to a process and everything below it."""
        top = self.top(name)
        for process in [*top.children(recursive=True), top]:
            # A child that compares files, say, ends when it has done so.
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)

    def hold(self, name: str, when: Callable[[], object] = lambda: True) -> None:
        """Stop a process and everything below it, in a moment in which `when()` holds."""
        while not self.is_held_now(name, when):
            pass

    def is_held_now(self, name: str, when: Callable[[], object]) -> bool:
        """Stop a process and everything below it if `when()` holds and it is outside of a transaction.

        Stopped within one it would hold SQLite's lock, and nobody else could write.
        """
        self.signal_all(name, signal.SIGSTOP)
        if when() and self.can_be_written():
            return True
        self.signal_all(name, signal.SIGCONT)
        return False

    def kill(self, name: str) -> None:
        """kill -9 a process with everything below it, and wait until another one is in its place."""
        killed = self.top(name).pid
        self.signal_all(name, signal.SIGKILL)

        def replaced() -> bool:
            try:
                return self.top(name).pid != killed
            except (StopIteration, psutil.NoSuchProcess):
                return False

        eventually(replaced, f"the {name} is started again")

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=20)) as database:
            return database.execute(query, values).fetchall()

    def value(self, query: str, *values: object) -> object:
        found = self.rows(query, *values)
        return found[0][0] if found else None

    def can_be_written(self) -> bool:
        """Whether no process holds the database's write lock."""
        with closing(sqlite3.connect(self.database, timeout=0.5, isolation_level=None)) as database:
            try:
                database.execute("BEGIN IMMEDIATE")
                database.execute("ROLLBACK")
            except sqlite3.OperationalError:
                return False
        return True

    def manage(self, *arguments: str) -> str:
        """Run manage.py as somebody in another terminal does; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def participants(self, *names: str, slug: str = "goodreads") -> list["Participant"]:
        """Accounts that have joined, each signed in with a session of its own."""
        code = f"""
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from accounts.models import User
from competitions.models import Competition
from teams.joining import join
for name in {names!r}:
    user = User.objects.create_user(name, name + "@example.org", "a fine password")
    join(user, Competition.objects.get(slug={slug!r}))
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    print("session", session.session_key)
"""
        lines = self.manage("shell", "-v", "0", "-c", code).splitlines()
        keys = [line.split()[1] for line in lines if line.startswith("session ")]
        assert len(keys) == len(names)
        return [Participant(self, name, key, slug) for name, key in zip(names, keys, strict=True)]

    def organizer_session(self) -> str:
        """The key of a session in which the first organizer is signed in."""
        code = """
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from accounts.models import User
user = User.objects.get(username="organizer")
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
print("session", session.session_key)
"""
        return self.manage("shell", "-v", "0", "-c", code).split("session ")[1].strip()

    def sample(self, slug: str = "goodreads") -> bytes:
        """A valid prediction file: the sample submission, as the site serves it."""
        return requests.get(f"{self.url}/competitions/{slug}/data/sample_submission.csv", timeout=30).content


class Participant:
    """Somebody with a browser, as far as HTTP goes."""

    def __init__(self, site: RunningSite, name: str, session_key: str, slug: str) -> None:
        self.site = site
        self.name = name
        self.address = f"{site.url}/competitions/{slug}/submit/"
        self.http = requests.Session()
        self.http.cookies.set("sessionid", session_key)
        self.http.get(self.address, timeout=30).raise_for_status()

    def upload(self, content: bytes, name: str = "predictions.csv") -> requests.Response:
        """Send a file; the answer is a redirect to the submission's page, or the refusal."""
        return requests.post(
            self.address,
            files={"file": (name, content)},
            data={"description": "", "csrfmiddlewaretoken": self.http.cookies["csrftoken"]},
            cookies=self.http.cookies.get_dict(),
            allow_redirects=False,
            timeout=60,
        )

    def submit(self, content: bytes, name: str = "predictions.csv") -> str:
        """Send a file that must be taken; returns the submission's id as the database writes it."""
        answer = self.upload(content, name)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"].strip("/").split("/")[-1].replace("-", "")

    def wait_for(self, submission: str, status: str) -> None:
        look = "SELECT status FROM submissions_submission WHERE id = ?"
        eventually(lambda: self.site.value(look, submission) == status, f"submission {submission} is {status}")
