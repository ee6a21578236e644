"""Whole sites for the tests that need one: seeded once, then copied."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from running_site import ROOT, RunningSite


def pytest_make_parametrize_id(val: object) -> str | None:
    """Of an archive, its length: it holds the time that it was made at, and a test's name must not."""
    return f"{len(val)} packed bytes" if isinstance(val, bytes) and val[:2] in (b"\x1f\x8b", b"PK") else None


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """SQLite's tests use a file, as the site does: several threads see one database, with the site's own locking."""
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(settings.VAR / "test.sqlite3")


@pytest.fixture(scope="session")
def seeded_var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a site that was started once, with its competitions, and stopped by Ctrl-C."""
    site = RunningSite(tmp_path_factory.mktemp("seeded") / "var").start()
    site.stop()
    return site.var


@pytest.fixture
def run_site(seeded_var: Path, tmp_path: Path) -> Iterator[Callable[..., RunningSite]]:
    """run_site(SETTING="…") starts a site of the test's own; it is stopped afterwards."""
    sites: list[RunningSite] = []

    def run(**settings: str) -> RunningSite:
        var = tmp_path / f"var{len(sites)}"
        shutil.copytree(seeded_var, var)
        sites.append(RunningSite(var, **settings))
        return sites[-1].start()

    yield run
    for site in sites:
        site.stop()


@pytest.fixture(scope="session")
def site(seeded_var: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """One running site that many tests look at."""
    var = tmp_path_factory.mktemp("site") / "var"
    shutil.copytree(seeded_var, var)
    running = RunningSite(var).start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def sent_models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The zips of tests/sent_models.py by name."""
    folder = tmp_path_factory.mktemp("sent_models")
    subprocess.run(
        [sys.executable, str(ROOT / "tests" / "sent_models.py"), str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "tests" / "model_runner"), "TF_CPP_MIN_LOG_LEVEL": "3"},
        check=True,
        capture_output=True,
    )
    return {path.stem: path.read_bytes() for path in folder.iterdir()}
