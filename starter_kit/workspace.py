"""Where the kit keeps things on the participant's machine, and which ratings it trains on."""

import shlex
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from datasets.goodreads import GoodreadsUnavailable, goodreads_dir, obtain
from datasets.tables import read_books, read_ratings
from starter_kit.trouble import KitError

DEFAULT_WORK = Path("kit")
# Where somebody puts what they saved from the competition's page by hand.
OWN_DATA = Path("data")
FETCH_COMMAND = "python -m starter_kit fetch URL"
TEST_FILE = "test.csv"
TRAINING_FILES = ("train.csv", "books.csv")


def write_whole(path: Path, text: str) -> None:
    """Write a text file and its folder; the file is whole at every moment, also when the program is stopped."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arriving = path.with_name(f".{path.name}")
    arriving.write_text(text, encoding="utf-8")
    arriving.replace(path)


@dataclass(frozen=True)
class Workspace:
    """The kit's folder; nothing here is made before it is needed."""

    root: Path

    @property
    def data(self) -> Path:
        """A competition's files, as `fetch` brought them."""
        return self.root / "data"

    @property
    def held_out(self) -> Path:
        """The validation part of the last `train`: test.csv, solution.csv and predictions of it."""
        return self.root / "held_out"

    @property
    def ladder(self) -> Path:
        """The ratings that the ladder was climbed on, and the predictions of each baseline."""
        return self.root / "ladder"

    @property
    def rungs(self) -> Path:
        """What each baseline reached on the last ladder."""
        return self.root / "ladder.json"

    @property
    def report(self) -> Path:
        """The page about the last ladder."""
        return self.root / "report.html"

    def model(self, name: str) -> Path:
        """The folder of a trained baseline."""
        return self.root / "models" / name

    def tuned(self, name: str) -> Path:
        """The hyper-parameters that `tune` found for a baseline."""
        return self.root / "tuned" / f"{name}.json"

    @property
    def page(self) -> str:
        """Where to upload: the competition that `fetch` took the files from, if it did."""
        noted = self.root / "competition.txt"
        return noted.read_text(encoding="utf-8").strip() if noted.is_file() else "the competition's page"

    def note_page(self, url: str) -> None:
        """Keep the address that the files came from."""
        (self.root / "competition.txt").write_text(url + "\n", encoding="utf-8")

    def next_command(self, command: str) -> str:
        """What to type next, with --work where the folder is not the usual one."""
        work = "" if self.root == DEFAULT_WORK else f" --work {shlex.quote(str(self.root))}"
        return f"Next: python -m starter_kit {command}{work}"

    def test_file(self, chosen: Path | None) -> Path:
        """The file to predict: chosen, else fetched, else in ./data. Raises KitError when it is not there."""
        if chosen:
            if chosen.is_file():
                return chosen
            raise KitError(f"{chosen}: there is no such file. Name the competition's test.csv with --test.")
        for folder in (self.data, OWN_DATA):
            if (folder / TEST_FILE).is_file():
                return folder / TEST_FILE
        raise KitError(
            f"{self.data / TEST_FILE}: there is no test.csv yet, nor in ./{OWN_DATA}. Its ids come from the site. "
            f"Get it with: {FETCH_COMMAND} (the address of the competition's page), or name one with --test."
        )

    def training_folder(self, chosen: Path | None) -> Path:
        """The folder with train.csv and books.csv: chosen, else fetched, else ./data, else Goodreads as published.

        Raises KitError when there is none.
        """
        if chosen:
            for name in TRAINING_FILES:
                if not (chosen / name).is_file():
                    raise KitError(f"{chosen / name}: there is no such file. --data wants a folder with both.")
            return chosen
        for folder in (self.data, OWN_DATA):
            if all((folder / name).is_file() for name in TRAINING_FILES):
                return folder
        try:
            return obtain(self.root / "goodreads", goodreads_dir())
        except GoodreadsUnavailable as error:
            raise KitError(f"{error} Or take a competition's files from its site: {FETCH_COMMAND}") from error

    def training_tables(self, chosen: Path | None) -> tuple[pd.DataFrame, pd.DataFrame, Path]:
        """Ratings, books, and the folder they come from. Raises KitError or TableError."""
        folder = self.training_folder(chosen)
        return read_ratings(folder / "train.csv"), read_books(folder / "books.csv"), folder
