"""Every baseline in turn on the same ratings: what it reaches, how long it takes, how large its export is."""

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from datasets.tables import TableError, read_ratings
from grader.scoring.metrics import mean_squared_error
from starter_kit.baselines.baseline import Baseline, Report
from starter_kit.tensorflow_runtime import require_tensorflow
from starter_kit.workspace import TEST_FILE


@dataclass(frozen=True)
class Rung:
    """What one baseline reached: MSE on the test ratings, seconds to fit, bytes of its SavedModel directory."""

    name: str
    family: str
    mse: float
    must_reach: float | None
    seconds: float
    export_bytes: int

    @property
    def is_reached(self) -> bool | None:
        """Whether it keeps its mark; None: it has none."""
        return None if self.must_reach is None else self.mse <= self.must_reach


def labelled_test(folder: Path) -> pd.DataFrame | None:
    """The ratings of the folder's test.csv, where it has them, as the published Goodreads files do; else None."""
    path = folder / TEST_FILE
    try:
        return read_ratings(path)
    except TableError:
        return None


def climb(
    baselines: Sequence[Baseline],
    train: pd.DataFrame,
    test: pd.DataFrame,
    books: pd.DataFrame,
    *,
    seed: int,
    report: Callable[[Baseline], Report],
    with_marks: bool,
) -> Iterator[Rung]:
    """Fit each baseline to `train`, score it on `test` (both user_id, book_name, rating), export it.

    The marks hold for the published split only: without `with_marks` no rung has one.
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
        yield Rung(baseline.name, baseline.family, mse, mark, seconds, size)


def keep(rungs: Sequence[Rung], path: Path) -> None:
    """Write the rungs, so that what is done is not lost."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(rung) for rung in rungs], indent=1) + "\n", encoding="utf-8")


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
