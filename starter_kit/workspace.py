"""Where the kit keeps things on the participant's machine. Loads quickly: the site's commands look here too."""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from starter_kit.called import KIT
from starter_kit.trouble import KitError

DEFAULT_WORK = Path("kit")
Work = Annotated[Path, typer.Option("--work", help="The kit's own folder.")]
# Where somebody puts what they saved from the competition's page by hand.
OWN_DATA = Path("data")
FETCH_COMMAND = f"{KIT} fetch URL"
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
        self.root.mkdir(parents=True, exist_ok=True)
        (self.root / "competition.txt").write_text(url + "\n", encoding="utf-8")

    def next_command(self, command: str) -> str:
        """What to type next, with --work where the folder is not the usual one."""
        work = "" if self.root == DEFAULT_WORK else f" --work {shlex.quote(str(self.root))}"
        return f"Next: {KIT} {command}{work}"

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
