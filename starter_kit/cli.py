"""The commands: baselines, fetch, train, predict, export, check, score, ladder."""

import json
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from datasets.tables import TableError, read_test
from grader.scoring.predictions import PredictionFormat
from grader.scoring.rejection import Rejected
from starter_kit.baselines.baseline import Baseline, Report
from starter_kit.baselines.registry import BASELINES, baseline_named
from starter_kit.fitted_model import FittedModel
from starter_kit.held_out import hold_out
from starter_kit.ladder import Rung, as_markdown, cells, climb, keep, labelled_test
from starter_kit.local_score import LocalScore, score_file
from starter_kit.model_check import check_model
from starter_kit.predictions_file import write_predictions
from starter_kit.site_download import fetch_competition
from starter_kit.tensorflow_runtime import require_tensorflow
from starter_kit.trouble import KitError
from starter_kit.workspace import DEFAULT_WORK, Workspace

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


@app.command()
def baselines() -> None:
    """List the baselines and the MSE to expect of them."""
    table = Table()
    for title, may_wrap in (("name", False), ("family", True), ("what it predicts", True), ("needs", False)):
        table.add_column(title, no_wrap=not may_wrap)
    table.add_column("test MSE", justify="right")
    table.add_column("must", justify="right")
    for baseline in BASELINES.values():
        needs = "TensorFlow" if baseline.needs_tensorflow else "NumPy"
        must = "" if baseline.must_reach is None else f"{baseline.must_reach:.3f}"
        row = baseline.name, baseline.family, baseline.summary, needs, f"{baseline.published_mse:.3f}", must
        table.add_row(*row)
    told.print(table)
    told.print(
        "Test MSE: on the published test set, after a fit on all of train; must: what it may not miss there.\n"
        "`export` needs TensorFlow for every one of them.",
        markup=False,
    )


@app.command()
@plain_words()
def fetch(
    url: Annotated[str, typer.Argument(help="The address of the competition's page.")],
    work: Work = DEFAULT_WORK,
) -> None:
    """Download a competition's train.csv, test.csv, books.csv and sample_submission.csv."""
    place = Workspace(work)
    for path in fetch_competition(url, place.data):
        told.print(f"{path} ({path.stat().st_size:,} bytes)", markup=False)
    place.note_page(url)
    told.print(place.next_command("train biases-books"), markup=False)


@app.command()
@plain_words()
def train(
    name: Name,
    data: Annotated[Path | None, typer.Option("--data", help="A folder with train.csv and books.csv.")] = None,
    work: Work = DEFAULT_WORK,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="Same seed, same numbers.")] = 1,
    held_out_share: Annotated[
        float,
        typer.Option("--held-out-share", min=0.001, max=0.9, help="The part set aside for the local score."),
    ] = 0.1,
) -> None:
    """Fit a baseline, score it on held-out ratings, then fit it on all of them."""
    baseline, place = baseline_named(name), Workspace(work)
    ratings, books, folder = place.training_tables(data)
    told.print(f"{len(ratings):,} ratings and {len(books):,} books from {folder}", markup=False)
    part = hold_out(place.held_out, ratings, books, share=held_out_share, seed=seed)
    model = _fit(baseline, part.train, books, seed, f"{name} without the held-out part")
    write_predictions(part.predictions(name), model, part.test, GOODREADS_FORMAT)
    local = score_file(part.predictions(name), part.solution, GOODREADS_FORMAT)
    told.print(f"Local MSE on {len(part.test):,} held-out ratings: {local.overall!r}", markup=False)
    _fit(baseline, ratings, books, seed, f"{name} on all ratings").save(place.model(name))
    told.print(f"Saved: {place.model(name)}\n{place.next_command(f'predict {name}')}", markup=False)


@app.command()
@plain_words()
def predict(
    name: Name,
    test: Annotated[Path | None, typer.Option("--test", help="The competition's test.csv.")] = None,
    output: Annotated[Path, typer.Option("--output", help="The file to write.")] = Path("predictions.csv"),
    work: Work = DEFAULT_WORK,
) -> None:
    """Write predictions.csv for the competition's test.csv."""
    model = _trained(name, work)
    rows = read_test(Workspace(work).test_file(test))
    write_predictions(output, model, rows, GOODREADS_FORMAT)
    told.print(f"{len(rows):,} predictions in {output}. Next: upload it at {Workspace(work).page}", markup=False)


@app.command()
@plain_words()
def export(
    name: Name,
    output: Annotated[Path, typer.Option("--output", help="The file to write.")] = Path("saved_model.zip"),
    work: Work = DEFAULT_WORK,
) -> None:
    """Write saved_model.zip, a TensorFlow SavedModel that takes user_id and book_name."""
    model = _trained(name, work)
    require_tensorflow()
    from starter_kit.saved_model import export_saved_model

    difference = export_saved_model(model, output, name)
    told.print(
        f"{output}: loaded again, it differs from the trained model by {difference:.1g} at most.",
        markup=False,
    )
    told.print(Workspace(work).next_command(f"check {shlex.quote(str(output))}"), markup=False)


@app.command()
@plain_words()
def check(
    file: Annotated[Path, typer.Argument(help="A zip with one SavedModel directory.")],
    data: Annotated[Path | None, typer.Option("--data", help="A folder with train.csv and books.csv.")] = None,
    work: Work = DEFAULT_WORK,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="Chooses the sample.")] = 1,
) -> None:
    """Unpack, screen and run a SavedModel on training ratings, walled off from your machine where possible."""
    if not file.is_file():
        raise KitError(f"{file}: there is no such file. Make one with `export`.")
    ratings, _, _ = Workspace(work).training_tables(data)
    found = check_model(file, ratings, seed=seed)
    walls = ", ".join(found.walls) or "none (this machine has no walls for it: run only models that you trust)"
    told.print(f"walls    {walls}", markup=False)
    if found.log:
        told.print(f"log      {found.log.strip()}", markup=False)
    if found.warning:
        told.print(f"warning  {found.warning}", markup=False)
    if found.problem:
        raise KitError(f"{file}: {found.problem}")
    told.print(
        f"MSE      {found.mse!r} on {found.row_count:,} ratings of train.csv, which it may have seen", markup=False
    )
    told.print(f"seconds  {found.seconds:.2f}", markup=False)


@app.command()
@plain_words()
def score(
    file: Annotated[Path, typer.Argument(help="A predictions file: .csv, .csv.gz or .zip.")],
    solution: Annotated[Path | None, typer.Option("--solution", help="Labels: id,rating,Usage.")] = None,
    work: Work = DEFAULT_WORK,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Score a predictions file with the server's own code."""
    labels = solution or Workspace(work).held_out / "solution.csv"
    for path, cure in (
        (file, "Name a predictions file."),
        (labels, "Train a baseline first, or name --solution."),
    ):
        if not path.is_file():
            raise KitError(f"{path}: there is no such file. {cure}")
    _tell(file, score_file(file, labels, GOODREADS_FORMAT), as_json)


@app.command()
@plain_words()
def ladder(
    names: Annotated[list[str] | None, typer.Argument(help="Baselines; all but those that take minutes.")] = None,
    data: Annotated[Path | None, typer.Option("--data", help="A folder with train.csv and books.csv.")] = None,
    work: Work = DEFAULT_WORK,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="Same seed, same numbers.")] = 1,
) -> None:
    """Fit every baseline in turn and print what each reaches; Ctrl-C keeps what is done.

    Where test.csv holds the ratings, as the published Goodreads files do, they are the judge, and a ✓ stands by
    each mark that is kept; elsewhere a tenth of train.csv is set aside.
    """
    chosen = [baseline_named(name) for name in names or []]
    chosen = chosen or [baseline for baseline in BASELINES.values() if not baseline.takes_minutes]
    place = Workspace(work)
    train, books, folder = place.training_tables(data)
    test = labelled_test(folder)
    told.print(f"{len(train):,} ratings and {len(books):,} books from {folder}", markup=False)
    if is_published := test is not None:
        judges = test
    else:
        is_test = train.index.isin(train.sample(frac=0.1, random_state=seed).index)
        train, judges = train[~is_test].reset_index(drop=True), train[is_test].reset_index(drop=True)
    rungs: list[Rung] = []
    try:
        with _bars() as progress:
            for rung in climb(
                chosen, train, judges, books, seed=seed, report=_bar_of(progress), with_marks=is_published
            ):
                rungs.append(rung)
                keep(rungs, place.root / "ladder.json")
                progress.console.print(f"{rung.name}: {rung.mse:.4f} in {rung.seconds:.1f} s", markup=False)
    except KeyboardInterrupt:
        warned.print("Stopped; what was done is kept.")
    table = Table("baseline", "family", "MSE", "must", "", "fit", "export")
    for rung in rungs:
        table.add_row(rung.name, rung.family, *cells(rung))
    told.print(table)
    (place.root / "ladder.md").write_text(as_markdown(rungs), encoding="utf-8")
    told.print(f"{place.root / 'ladder.md'} holds the same table in Markdown.", markup=False)


def _tell(file: Path, found: LocalScore, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"file": str(file), "metric": "mse", **asdict(found)}))
        return
    told.print(f"public   {found.public!r}\nprivate  {found.private!r}\noverall  {found.overall!r}", markup=False)


def _trained(name: str, work: Path) -> FittedModel:
    baseline = baseline_named(name)
    return baseline.load(Workspace(work).model(baseline.name))


def _fit(baseline: Baseline, ratings: pd.DataFrame, books: pd.DataFrame, seed: int, what: str) -> FittedModel:
    """Fit with a bar on stderr."""
    if ratings.empty:
        raise KitError("train.csv holds no ratings. Take the file anew.")
    with _bars() as progress:
        return baseline.fit(ratings, books, seed=seed, report=_bar(progress, what))


def _bars() -> Progress:
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    return Progress(*columns, console=warned, transient=True)


def _bar(progress: Progress, what: str) -> Report:
    """A new bar, and what moves it; it goes when it is full."""
    bar = progress.add_task(what, total=None)

    def heard(done: int, total: int) -> None:
        progress.update(bar, completed=done, total=total, visible=done < total)

    return heard


def _bar_of(progress: Progress) -> Callable[[Baseline], Report]:
    return lambda baseline: _bar(progress, baseline.name)
