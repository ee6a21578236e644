"""The commands that make an entry: baselines, fetch, train, predict, export, check, score."""

import json
import shlex
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from datasets.tables import read_test
from starter_kit.baselines.registry import BASELINES, baseline_named
from starter_kit.console import plain_words, told
from starter_kit.fitted_model import FittedModel
from starter_kit.fitting import GOODREADS_FORMAT, Name, fit_with_bar
from starter_kit.held_out import HELD_OUT_SHARE, hold_out
from starter_kit.hyper_parameters import Settings
from starter_kit.local_score import LocalScore, further_scores, score_file
from starter_kit.model_check import check_model
from starter_kit.model_file import is_model
from starter_kit.prediction_check import check_predictions
from starter_kit.predictions_file import format_beside, write_predictions
from starter_kit.site_download import fetch_competition
from starter_kit.tensorflow_runtime import require_tensorflow
from starter_kit.training_data import training_tables
from starter_kit.trouble import KitError
from starter_kit.tuning import Tuned
from starter_kit.workspace import DEFAULT_WORK, TEST_FILE, Work, Workspace

commands = typer.Typer()


@commands.command()
def baselines() -> None:
    """List the baselines and the MSE to expect of them."""
    table = Table()
    for title, may_wrap in (("name", False), ("what it predicts", True), ("needs", False)):
        table.add_column(title, no_wrap=not may_wrap)
    table.add_column("test MSE", justify="right")
    table.add_column("must", justify="right")
    for family, members in groupby(BASELINES.values(), key=lambda baseline: baseline.family):
        table.add_section()
        table.add_row(f"[bold]{family}[/bold]")
        for baseline in members:
            needs = "TensorFlow" if baseline.needs_tensorflow else "NumPy"
            must = "" if baseline.must_reach is None else f"{baseline.must_reach:.3f}"
            table.add_row(baseline.name, baseline.summary, needs, f"{baseline.published_mse:.3f}", must)
    told.print(table)
    told.print(
        "Test MSE: on the published test set, after a fit on all of train; must: what it may not miss there.\n"
        "`export` needs TensorFlow for every one of them.",
        markup=False,
    )


@commands.command()
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


@commands.command()
@plain_words()
def train(
    name: Name,
    data: Annotated[Path | None, typer.Option("--data", help="A folder with train.csv and books.csv.")] = None,
    work: Work = DEFAULT_WORK,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="Same seed, same numbers.")] = 1,
    held_out_share: Annotated[
        float,
        typer.Option("--held-out-share", min=0.001, max=0.9, help="The part set aside for the local score."),
    ] = HELD_OUT_SHARE,
    tuned: Annotated[bool, typer.Option("--tuned", help="With the hyper-parameters that `tune` found.")] = False,
    tensorboard: Annotated[
        Path | None, typer.Option("--tensorboard", help="A folder for the learning curve, as TensorBoard reads it.")
    ] = None,
) -> None:
    """Fit a baseline, score it on held-out ratings, then fit it on all of them."""
    baseline, place = baseline_named(name), Workspace(work)
    ratings, books, folder = training_tables(place, data)
    told.print(f"{len(ratings):,} ratings and {len(books):,} books from {folder}", markup=False)
    settings: Settings = {}
    if tuned:
        found = Tuned.read(place.tuned(name))
        found.require_unseen(name, seed=seed, held_out_share=held_out_share, rating_count=len(ratings))
        settings = found.settings
    part = hold_out(place.held_out, ratings, books, share=held_out_share, seed=seed)
    model = fit_with_bar(baseline, part.train, books, seed, f"{name} without the held-out part", settings)
    write_predictions(part.predictions(name), model, part.test, GOODREADS_FORMAT)
    local = score_file(part.predictions(name), part.solution, GOODREADS_FORMAT)
    told.print(f"Local MSE on {len(part.test):,} held-out ratings: {local.overall!r}", markup=False)
    whole = fit_with_bar(baseline, ratings, books, seed, f"{name} on all ratings", settings)
    whole.save(place.model(name))
    for note in whole.notes:
        told.print(note, markup=False)
    if tensorboard:
        _write_curve(tensorboard / name, name, whole)
    told.print(f"Saved: {place.model(name)}\n{place.next_command(f'predict {name}')}", markup=False)


def _write_curve(folder: Path, name: str, model: FittedModel) -> None:
    if not model.losses:
        told.print(f"{name} keeps no learning curve, so there is none to write.", markup=False)
        return
    require_tensorflow()
    from starter_kit.tensorboard_log import write_losses

    write_losses(folder, model.losses)
    told.print(f"Learning curve: tensorboard --logdir {shlex.quote(str(folder.parent))}", markup=False)


@commands.command()
@plain_words()
def predict(
    name: Name,
    test: Annotated[Path | None, typer.Option("--test", help="The competition's test.csv.")] = None,
    output: Annotated[Path, typer.Option("--output", help="The file to write.")] = Path("predictions.csv"),
    work: Work = DEFAULT_WORK,
) -> None:
    """Write predictions.csv for the competition's test.csv."""
    model = _trained(name, work)
    test_file = Workspace(work).test_file(test)
    rows = read_test(test_file)
    write_predictions(output, model, rows, format_beside(test_file, GOODREADS_FORMAT))
    told.print(f"{len(rows):,} predictions in {output}. Next: upload it at {Workspace(work).page}", markup=False)


@commands.command()
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


@commands.command()
@plain_words()
def check(
    file: Annotated[Path, typer.Argument(help="A predictions file, or a zip with one SavedModel directory.")],
    data: Annotated[
        Path | None,
        typer.Option("--data", help="A folder with test.csv, for a model with train.csv and books.csv."),
    ] = None,
    work: Work = DEFAULT_WORK,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="Chooses the sample for a model.")] = 1,
    as_model: Annotated[bool, typer.Option("--model", help="Take a zip for a model, whatever it holds.")] = False,
) -> None:
    """Say what the server would say of a file: of predictions line by line, of a SavedModel by a run of it."""
    if not file.is_file():
        raise KitError(f"{file}: there is no such file. Make one with `predict` or `export`.")
    place = Workspace(work)
    if as_model or is_model(file):
        _try_model(file, place, data, seed)
        return
    count = check_predictions(file, data, place, GOODREADS_FORMAT)
    told.print(f"{file}: {count:,} predictions, one for each id of {TEST_FILE}. The server takes it.", markup=False)


def _try_model(file: Path, place: Workspace, data: Path | None, seed: int) -> None:
    """Unpack, screen and run a SavedModel on training ratings, walled off from the machine where possible."""
    ratings, _, _ = training_tables(place, data)
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


@commands.command()
@plain_words()
def score(
    file: Annotated[Path, typer.Argument(help="A predictions file: .csv, .csv.gz or .zip.")],
    solution: Annotated[Path | None, typer.Option("--solution", help="Labels: id,rating,Usage.")] = None,
    work: Work = DEFAULT_WORK,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    more: Annotated[bool, typer.Option("--more", help="RMSE, MAE and an interval too.")] = False,
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
    if more and not as_json:
        found = further_scores(file, labels, GOODREADS_FORMAT)
        told.print(
            f"of all rows: RMSE {found.rmse:.4f}, MAE {found.mae:.4f}; other rows of the same kind would give an MSE "
            f"from {found.interval.low:.4f} to {found.interval.high:.4f} (95 %)",
            markup=False,
        )


def _tell(file: Path, found: LocalScore, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"file": str(file), "metric": "mse", **asdict(found)}))
        return
    told.print(f"public   {found.public!r}\nprivate  {found.private!r}\noverall  {found.overall!r}", markup=False)


def _trained(name: str, work: Path) -> FittedModel:
    baseline = baseline_named(name)
    return baseline.load(Workspace(work).model(baseline.name))
