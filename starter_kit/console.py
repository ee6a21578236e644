"""What all commands share: the app, what is told and warned, foreseen trouble in plain words, progress bars."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from datasets.tables import TableError
from grader.scoring.predictions import PredictionFormat
from grader.scoring.rejection import Rejected
from starter_kit.baselines.baseline import Baseline, Report
from starter_kit.fitted_model import FittedModel
from starter_kit.hyper_parameters import Settings
from starter_kit.trouble import KitError

GOODREADS_FORMAT = PredictionFormat()

app = typer.Typer(
    help="Train a baseline, score it as the server does, and write the file to upload.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)
told = Console(soft_wrap=True, highlight=False)
warned = Console(stderr=True, soft_wrap=True, highlight=False)

Name = Annotated[str, typer.Argument(help="A baseline, as `baselines` lists them.")]
Work = Annotated[Path, typer.Option("--work", help="The kit's own folder.")]


@contextmanager
def plain_words() -> Iterator[None]:
    """What can be foreseen ends in its sentence on stderr and exit code 1, never in a traceback."""
    try:
        yield
    except (KitError, TableError) as error:
        warned.print(str(error), markup=False)
        raise typer.Exit(1) from error
    except Rejected as error:
        warned.print(f"Rejected, as the server would:\n{error}", markup=False)
        raise typer.Exit(1) from error
    except OSError as error:
        warned.print(f"{error.filename or 'A file'}: {error.strerror or error}.", markup=False)
        raise typer.Exit(1) from error


def fit_with_bar(
    baseline: Baseline,
    ratings: pd.DataFrame,
    books: pd.DataFrame,
    seed: int,
    what: str,
    settings: Settings | None = None,
) -> FittedModel:
    """Fit with a bar on stderr."""
    if ratings.empty:
        raise KitError("train.csv holds no ratings. Take the file anew.")
    with bars() as progress:
        return baseline.fit(ratings, books, seed=seed, report=bar_in(progress, what), settings=settings)


def bars() -> Progress:
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    return Progress(*columns, console=warned, transient=True)


def bar_in(progress: Progress, what: str) -> Report:
    """A new bar, and what moves it; it goes when it is full."""
    bar = progress.add_task(what, total=None)

    def heard(done: int, total: int) -> None:
        progress.update(bar, completed=done, total=total, visible=done < total)

    return heard
