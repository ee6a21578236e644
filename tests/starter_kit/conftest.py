"""Alice at home: a small made-up competition, her kit's commands, and a site that serves files."""

import functools
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest
from click.testing import Result
from typer.testing import CliRunner

from datasets.goodreads import goodreads_dir
from datasets.split import write_competition
from datasets.synthetic import make_world
from starter_kit.cli import app
from starter_kit.fitted_model import FittedModel
from starter_kit.tensorflow_runtime import require_tensorflow

# As the kit does before it loads TensorFlow, which some tests load themselves: the same sums on every processor.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

AWKWARD_TITLES = [
    "Morning, Noon & Night",
    '"Quoted," She Said',
    "1984",
    "NA",
    "[UNK]",
    "وداعا للسلاح",
    "戦争と平和",
    "the wall",
    "The Wall",
    "zero\u200bwidth",
]


@dataclass(frozen=True)
class Competition:
    """The folder that participants may have, and the labels that they may not."""

    public: Path
    solution: Path


@pytest.fixture(scope="session")
def goodreads_folder() -> Path:
    """The published Goodreads files, as GOODREADS_DIR names them."""
    folder = goodreads_dir()
    if folder is None:
        pytest.skip("GOODREADS_DIR is not set: the published ratings are not at hand")
    return folder


@pytest.fixture(scope="session")
def awkward_titles() -> list[str]:
    """Titles that a careless reader, writer or lookup would change or take for something else."""
    return AWKWARD_TITLES


@pytest.fixture(scope="session")
def competition(tmp_path_factory) -> Competition:
    """A made-up world of 60 users in which ten books bear the most awkward titles."""
    world = make_world("kit", users=60, books=120, ratings=1_800)
    renamed = dict(zip(world.books["book_name"], AWKWARD_TITLES, strict=False))
    tables = {
        name: table.assign(book_name=table["book_name"].replace(renamed))
        for name, table in (("train", world.train), ("test", world.test), ("books", world.books))
    }
    root = tmp_path_factory.mktemp("competition")
    write_competition(root / "public", root / "solution.csv", **tables, secret="olga's secret")
    return Competition(root / "public", root / "solution.csv")


@pytest.fixture(scope="session")
def alice() -> Callable[..., Result]:
    """Type a command of the kit; stdout and stderr apart."""
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="session")
def trained(competition, alice, tmp_path_factory) -> Path:
    """Alice's kit folder after she trained the baseline with the book prior."""
    work = tmp_path_factory.mktemp("kit")
    result = alice("train", "biases-books", "--data", competition.public, "--work", work)
    assert result.exit_code == 0, result.output
    return work


@pytest.fixture
def site(monkeypatch) -> Iterator[Callable[[Path], str]]:
    """Serve a folder over HTTP; the site's address."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    running = []

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            return

    def start(folder: Path) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in running:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="session")
def two_by_two() -> pd.DataFrame:
    """Three ratings small enough to be worked out by hand; their mean is 4."""
    return pd.DataFrame({"user_id": ["u", "u", "v"], "book_name": ["a", "b", "a"], "rating": [5.0, 4.0, 3.0]}).astype(
        {"user_id": str, "book_name": str}
    )


@pytest.fixture
def exported_difference(tmp_path) -> Callable[[FittedModel], float]:
    """Export a model, load it again: how far it is from the kit's own predictions at most."""

    def difference(model: FittedModel) -> float:
        require_tensorflow()
        from starter_kit.saved_model import largest_difference, write_saved_model

        write_saved_model(model, tmp_path / "exported")
        return largest_difference(model, tmp_path / "exported")

    return difference
