"""Every baseline in turn on the same ratings: what it reaches, how long it takes, how large its export is."""

import csv
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from datasets.split import is_public, row_ids, write_competition
from datasets.tables import read_ratings, write_table
from grader.scoring.arrays import Float64Array, Int64Array
from grader.scoring.errors import mean_squared_error
from starter_kit.baselines.baseline import Baseline, Report
from starter_kit.baselines.registry import BASELINES
from starter_kit.called import KIT
from starter_kit.held_out import HeldOut
from starter_kit.tensorflow_runtime import require_tensorflow
from starter_kit.trouble import KitError
from starter_kit.workspace import TEST_FILE, TRAINING_FILES, write_whole

# Of the row ids. The labels lie in the same folder: there is nothing to hide.
_SECRET = "ladder"
# Characters of test.csv that are looked at for the name of a column.
_LONGEST_HEADER = 1_000


@dataclass(frozen=True)
class Rung:
    """What one baseline reached: MSE on the test ratings, seconds to fit, bytes of its SavedModel directory.

    `losses` are the mean squared errors in training, epoch by epoch; empty where there are no epochs.
    """

    name: str
    family: str
    mse: float
    must_reach: float | None
    seconds: float
    export_bytes: int
    losses: tuple[float, ...] = ()

    @property
    def is_reached(self) -> bool | None:
        """Whether it keeps its mark; None: it has none."""
        return None if self.must_reach is None else self.mse <= self.must_reach


def labelled_test(folder: Path) -> pd.DataFrame | None:
    """The ratings of the folder's test.csv, where it has them, as the published Goodreads files do.

    None: there is no such file, or its header has no rating. Raises TableError for a table of ratings with a fault.
    """
    path = folder / TEST_FILE
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
            header = next(csv.reader([stream.readline(_LONGEST_HEADER)]), [])
    except FileNotFoundError:
        return None
    return read_ratings(path) if "rating" in header else None


def climb(
    baselines: Sequence[Baseline],
    train: pd.DataFrame,
    test: pd.DataFrame,
    books: pd.DataFrame,
    *,
    seed: int,
    report: Callable[[Baseline], Report],
    with_marks: bool,
) -> Iterator[tuple[Rung, Float64Array]]:
    """Fit each baseline to `train`, score it on `test` (both user_id, book_name, rating), export it.

    With each rung come its predictions of `test`, shape (n,). The marks hold for the published split only: without
    `with_marks` no rung has one.
    """
    require_tensorflow()
    from starter_kit.saved_model import write_saved_model

    for baseline in baselines:
        begun = time.monotonic()
        model = baseline.fit(train, books, seed=seed, report=report(baseline))
        seconds = time.monotonic() - begun
        predicted = model.predict(test["user_id"].tolist(), test["book_name"].tolist())
        with tempfile.TemporaryDirectory() as scratch:
            write_saved_model(model, Path(scratch) / "model")
            size = sum(path.stat().st_size for path in Path(scratch).rglob("*") if path.is_file())
        mark = baseline.must_reach if with_marks else None
        mse = mean_squared_error(test["rating"].to_numpy(), predicted)
        yield Rung(baseline.name, baseline.family, mse, mark, seconds, size, model.losses), predicted


def keep(rungs: Sequence[Rung], path: Path) -> None:
    """Write the rungs, so that what is done is not lost; the file is whole at every moment."""
    write_whole(path, json.dumps([asdict(rung) for rung in rungs], indent=1) + "\n")


def read_rungs(path: Path) -> list[Rung]:
    """The rungs that `keep` wrote. Raises KitError when there are none, or the file is not whole."""
    again = f"{KIT} ladder"
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        rungs = [Rung(**{**entry, "losses": tuple(entry["losses"])}) for entry in entries]
    except FileNotFoundError as error:
        raise KitError(f"{path}: there is no such file. First run: {again}") from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise KitError(f"{path}: cannot be read ({error}). Run: {again}") from error
    if not rungs:
        raise KitError(f"{path}: no baseline has been fitted yet. Run: {again}")
    return rungs


def require_enough(test: pd.DataFrame) -> None:
    """Raise KitError when `test` is too small to be judged by: as in a competition, both its parts want a row."""
    public = is_public(row_ids(test, _SECRET), _SECRET)
    if public.all() or not public.any():
        raise KitError(f"{len(test):,} ratings are too few to judge by. Take more.")


def joined(earlier: Sequence[Rung], new: Sequence[Rung]) -> list[Rung]:
    """All of them in the registry's order; of two with one name the new one."""
    by_name = {rung.name: rung for rung in (*earlier, *new)}
    return [by_name[name] for name in BASELINES if name in by_name]


@dataclass(frozen=True)
class JudgingFolder:
    """The ratings that judge the rungs, as a competition's files, and beside them each rung's predictions.

    `was_there` says whether the folder held the very same ratings and books before.
    """

    folder: Path
    ids: Int64Array
    was_there: bool

    @classmethod
    def of(cls, folder: Path, train: pd.DataFrame, test: pd.DataFrame, books: pd.DataFrame) -> "JudgingFolder":
        """Write train.csv, test.csv, books.csv and solution.csv. Raises KitError when `test` is too small.

        Predictions in the folder that belong to other ratings are removed: their ids would match other rows.
        """
        require_enough(test)
        before = _contents(folder)
        write_competition(folder, folder / "solution.csv", train=train, test=test, books=books, secret=_SECRET)
        if not (was_there := _contents(folder) == before):
            for stale in folder.glob("predictions-*.csv"):
                stale.unlink()
        return cls(folder, row_ids(test, _SECRET), was_there)

    def judged(self, rungs: Sequence[Rung]) -> list[Rung]:
        """Those of an earlier ladder that the same ratings judged, and whose predictions are still here."""
        return [rung for rung in rungs if self.was_there and HeldOut.predictions_in(self.folder, rung.name).is_file()]

    def keep(self, name: str, predictions: Float64Array) -> None:
        """Write a baseline's predictions of the test ratings, shape (n,), as the site would take them."""
        table = pd.DataFrame({"id": self.ids, "rating": predictions})
        write_table(HeldOut.predictions_in(self.folder, name), table)


def _contents(folder: Path) -> list[bytes]:
    """What judges and what was fitted, byte for byte; of a file that is not there, nothing."""
    paths = [folder / name for name in (*TRAINING_FILES, TEST_FILE, "solution.csv")]
    return [path.read_bytes() if path.is_file() else b"" for path in paths]


def as_markdown(rungs: Sequence[Rung]) -> str:
    """The table of README.md."""
    lines = ["| baseline | family | test MSE | must reach | | fit | export |", "|---|---|---|---|---|---|---|"]
    for rung in rungs:
        lines.append("| " + " | ".join([f"`{rung.name}`", rung.family, *cells(rung)]) + " |")
    return "\n".join(lines) + "\n"


def cells(rung: Rung) -> tuple[str, str, str, str, str]:
    """A rung's MSE, mark, whether it is kept, seconds and megabytes, for people."""
    mark = "" if rung.must_reach is None else f"{rung.must_reach:.3f}"
    kept = {None: "", True: "✓", False: "✗"}[rung.is_reached]
    return f"{rung.mse:.4f}", mark, kept, f"{rung.seconds:.1f} s", f"{rung.export_bytes / 1e6:.1f} MB"
