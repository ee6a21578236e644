"""The starter kit on somebody's machine, before a site that runs in this process."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from grading.tasks import score_waiting
from starter_kit.cli import app

PASSWORD = "a fine password"


@pytest.fixture
def home(tmp_path, monkeypatch, live_server) -> Path:
    """A folder to work in, and settings of one's own, in which nobody has signed in; the site is known."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("no_proxy", "localhost")
    monkeypatch.setenv("HOLDOUT_SITE", live_server.url)
    for name in ("HOLDOUT_TOKEN", "KIT_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def kit(home) -> Callable[..., Result]:
    """kit("quota", "stars") types a command; `typed` is what is entered where it asks."""

    def run(*words: object, typed: str = "") -> Result:
        return CliRunner().invoke(app, [str(word) for word in words], input=typed)

    return run


@pytest.fixture
def alice_at_home(kit, alice) -> Callable[..., Result]:
    """The same for Alice, who has signed in."""
    assert kit("login", "--username", "alice", typed=f"{PASSWORD}\n").exit_code == 0
    return kit


@pytest.fixture
def worker(monkeypatch) -> list[float]:
    """Whenever Alice's kit pauses, the worker answers its bell; the pauses."""
    pauses: list[float] = []
    alices = threading.current_thread()

    def pause(seconds: float) -> None:
        if threading.current_thread() is alices:
            pauses.append(seconds)
            score_waiting()

    monkeypatch.setattr("time.sleep", pause)
    return pauses
