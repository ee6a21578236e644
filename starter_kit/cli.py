"""The commands of the kit, from the first download to the report of all baselines."""

import json
import shlex
import time
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
from grader.scoring.bootstrap import compare_losses
from grader.scoring.predictions import PredictionFormat
from grader.scoring.rejection import Rejected
from starter_kit.baselines.baseline import Baseline, Report
from starter_kit.baselines.registry import BASELINES, baseline_named
from starter_kit.comparison import JudgedRows, compare
from starter_kit.fitted_model import FittedModel
from starter_kit.held_out import HeldOut, hold_out, parted
from starter_kit.hyper_parameters import Settings
from starter_kit.ladder import (
    JudgingFolder,
    Rung,
    as_markdown,
    cells,
    climb,
    keep,
    labelled_test,
    read_rungs,
)
from starter_kit.local_score import LocalScore, further_scores, score_file
from starter_kit.model_check import check_model
from starter_kit.predictions_file import write_predictions
from starter_kit.recommendations import LIKED, judge_lists
from starter_kit.site_download import fetch_competition
from starter_kit.tensorflow_runtime import require_tensorflow
from starter_kit.trouble import KitError
from starter_kit.tuning import Trial, search, until
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
    tuned: Annotated[bool, typer.Option("--tuned", help="With the hyper-parameters that `tune` found.")] = False,
) -> None:
    """Fit a baseline, score it on held-out ratings, then fit it on all of them."""
    baseline, place = baseline_named(name), Workspace(work)
    ratings, books, folder = place.training_tables(data)
    told.print(f"{len(ratings):,} ratings and {len(books):,} books from {folder}", markup=False)
    settings = _tuned_settings(place.tuned(name)) if tuned else {}
    part = hold_out(place.held_out, ratings, books, share=held_out_share, seed=seed)
    model = _fit(baseline, part.train, books, seed, f"{name} without the held-out part", settings)
    write_predictions(part.predictions(name), model, part.test, GOODREADS_FORMAT)
    local = score_file(part.predictions(name), part.solution, GOODREADS_FORMAT)
    told.print(f"Local MSE on {len(part.test):,} held-out ratings: {local.overall!r}", markup=False)
    whole = _fit(baseline, ratings, books, seed, f"{name} on all ratings", settings)
    whole.save(place.model(name))
    for note in whole.notes:
        told.print(note, markup=False)
    told.print(f"Saved: {place.model(name)}\n{place.next_command(f'predict {name}')}", markup=False)


@app.command()
@plain_words()
def tune(
    name: Name,
    data: Annotated[Path | None, typer.Option("--data", help="A folder with train.csv and books.csv.")] = None,
    work: Work = DEFAULT_WORK,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="Same seed, same trials.")] = 1,
    budget: Annotated[float, typer.Option("--budget", min=0.0, help="Seconds after which no trial begins.")] = 120.0,
    trials: Annotated[int, typer.Option("--trials", min=1, help="The most trials.")] = 1_000,
) -> None:
    """Search better hyper-parameters on a validation split, apart from the ratings that `train` holds out."""
    baseline, place = baseline_named(name), Workspace(work)
    ratings, books, _ = place.training_tables(data)
    # With the same seed and share as `train`, so that its local score stays one of ratings never tuned on.
    rest, _ = parted(ratings, share=0.1, seed=seed)
    fitted_on, validation = parted(rest, share=0.2, seed=seed)
    if fitted_on.empty or validation.empty:
        raise KitError(f"{len(ratings):,} ratings are too few to tune on.")
    ends_at = time.monotonic() + budget
    heard: list[Trial] = []

    def hear(trial: Trial) -> None:
        if not heard or trial.mse < min(other.mse for other in heard):
            told.print(f"trial {trial.number}: MSE {trial.mse:.4f}, {_named(trial.settings)}", markup=False)
        heard.append(trial)

    with warned.status(f"Tuning {name} for {budget:g} s (Ctrl-C ends it and keeps what was found)"):
        until(
            search(baseline.estimator(), fitted_on, validation, books, seed=seed),
            lambda: time.monotonic() >= ends_at or len(heard) >= trials,
            hear,
        )
    best = min(heard, key=lambda trial: (trial.mse, trial.number))
    place.tuned(name).parent.mkdir(parents=True, exist_ok=True)
    place.tuned(name).write_text(json.dumps(best.settings, indent=2) + "\n", encoding="utf-8")
    labels = validation["rating"].to_numpy()
    users = pd.factorize(validation["user_id"])[0]
    losses, usual = ((trial.predictions - labels) ** 2 for trial in (best, heard[0]))
    gain = compare_losses(losses, usual, seed=seed, clusters=users)
    told.print(
        f"{len(heard)} trials. Against the defaults: {gain.difference:+.4f}, over whole users "
        f"{gain.interval.low:+.4f} to {gain.interval.high:+.4f} (95 %);\n"
        "the best of many looks a little better than it is.\n"
        f"Kept: {place.tuned(name)}\n{place.next_command(f'train {name} --tuned')}",
        markup=False,
    )


def _named(settings: Settings) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in settings.items())


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


@app.command(name="compare")
@plain_words()
def compare_two(
    a: Annotated[str, typer.Argument(help="A trained baseline, or a predictions file of the held-out part.")],
    b: Annotated[str, typer.Argument(help="Another one.")],
    work: Work = DEFAULT_WORK,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="Of the resamples.")] = 1,
) -> None:
    """Is A better than B? Both on the held-out ratings, by a paired bootstrap, and slice by slice."""
    place = Workspace(work)
    rows = JudgedRows.of(place.held_out, GOODREADS_FORMAT)
    first, second = (rows.predictions(_file_or_baseline(name, place)) for name in (a, b))
    found = compare(rows, first, second, seed=seed)
    for name, mse, interval in ((a, found.a, found.a_interval), (b, found.b, found.b_interval)):
        told.print(f"{name}: MSE {mse:.4f}, 95 % interval {interval.low:.4f} to {interval.high:.4f}", markup=False)
    for over, pair in (("rows", found.by_row), ("whole users", found.by_user)):
        told.print(
            f"difference over {over}: {pair.difference:+.4f}, standard error {pair.standard_error:.4f}, "
            f"95 % interval {pair.interval.low:+.4f} to {pair.interval.high:+.4f}; "
            f"{a} is better in {pair.better_share:.1%} of the resamples",
            markup=False,
        )
    better, other = (a, b) if found.by_user.difference < 0 else (b, a)
    told.print(
        f"{better} is better than {other}: other users would show it too."
        if found.by_user.is_clear
        else f"No clear difference: with other users, {other} might be the better one.",
        markup=False,
    )
    told.print(f"\n{'':<24}{'rows':>8}{'A':>8}{'B':>8}{'A − B':>8}  95 % interval over users", markup=False)
    kind = ""
    for part in found.slices:
        if part.slice.kind != kind:
            kind = part.slice.kind
            told.print(kind, markup=False)
        told.print(
            f"  {part.slice.label:<22}{int(part.slice.rows.sum()):>8,}{part.a:>8.3f}{part.b:>8.3f}"
            f"{part.a - part.b:>+8.3f}  {part.interval.low:+.3f} to {part.interval.high:+.3f}",
            markup=False,
        )


@app.command()
@plain_words()
def recommend(
    name: Name,
    k: Annotated[int, typer.Option("--top", min=1, help="The length of a list.")] = 10,
    users: Annotated[int, typer.Option("--users", min=1, help="The most users to make lists for.")] = 200,
    data: Annotated[Path | None, typer.Option("--data", help="A folder with train.csv and books.csv.")] = None,
    work: Work = DEFAULT_WORK,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="Same seed, same numbers.")] = 1,
) -> None:
    """Judge a baseline as a recommender: its lists of unread books against the held-out ones that were liked."""
    baseline = baseline_named(name)
    ratings, books, _ = Workspace(work).training_tables(data)
    fitted_on, held_out = parted(ratings, share=0.1, seed=seed)
    model = _fit(baseline, fitted_on, books, seed, f"{name} without the held-out part")
    with Progress(TextColumn("lists"), BarColumn(), TimeElapsedColumn(), console=warned, transient=True) as progress:
        bar = progress.add_task("lists", total=None)
        found = judge_lists(
            model,
            fitted_on,
            held_out,
            k=k,
            most_users=users,
            seed=seed,
            heard=lambda done, total: progress.update(bar, completed=done, total=total),
        )
    told.print(
        f"Lists of {k} for {found.users:,} users; relevant: held-out books that they rated {LIKED:g} or better",
        markup=False,
    )
    told.print(f"{'':<22}{'precision':>10}{'recall':>10}{'F1':>10}{'NDCG':>10}{'coverage':>10}", markup=False)
    for who, lists in ((name, found.model), ("most rated books", found.popularity)):
        numbers = (lists.precision, lists.recall, lists.f1, lists.ndcg, lists.coverage)
        told.print(f"{who:<22}" + "".join(f"{number:>10.4f}" for number in numbers), markup=False)


@app.command()
@plain_words()
def report(
    output: Annotated[Path | None, typer.Option("--output", help="The page to write.")] = None,
    work: Work = DEFAULT_WORK,
) -> None:
    """Draw once more what the last `ladder` found: one page, report.html, with the table and its pictures."""
    place = Workspace(work)
    _draw(read_rungs(place.rungs), place, output or place.report)


def _draw(rungs: list[Rung], place: Workspace, target: Path) -> None:
    # Half a second and its own fonts: only who draws waits for matplotlib.
    from starter_kit.report import write_report

    with warned.status("Resampling and drawing"):
        write_report(rungs, place.ladder, target, GOODREADS_FORMAT)
    told.print(f"{target}: {len(rungs)} baselines. Open it in a browser.", markup=False)


def _file_or_baseline(name: str, place: Workspace) -> Path:
    """A predictions file by its path, or that of a baseline by its name. Raises KitError for neither."""
    return Path(name) if Path(name).is_file() else HeldOut.predictions_in(place.held_out, baseline_named(name).name)


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
        train, judges = parted(train, share=0.1, seed=seed)
    judging = JudgingFolder.of(place.ladder, train, judges, books)
    rungs: list[Rung] = []
    try:
        with _bars() as progress:
            for rung, predictions in climb(
                chosen, train, judges, books, seed=seed, report=_bar_of(progress), with_marks=is_published
            ):
                rungs.append(rung)
                judging.keep(rung.name, predictions)
                keep(rungs, place.rungs)
                progress.console.print(f"{rung.name}: {rung.mse:.4f} in {rung.seconds:.1f} s", markup=False)
    except KeyboardInterrupt:
        warned.print("Stopped; what was done is kept.")
    table = Table("baseline", "family", "MSE", "must", "", "fit", "export")
    for rung in rungs:
        table.add_row(rung.name, rung.family, *cells(rung))
    told.print(table)
    (place.root / "ladder.md").write_text(as_markdown(rungs), encoding="utf-8")
    told.print(f"{place.root / 'ladder.md'} holds the same table in Markdown.", markup=False)
    if rungs:
        _draw(rungs, place, place.report)


def _tell(file: Path, found: LocalScore, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"file": str(file), "metric": "mse", **asdict(found)}))
        return
    told.print(f"public   {found.public!r}\nprivate  {found.private!r}\noverall  {found.overall!r}", markup=False)


def _trained(name: str, work: Path) -> FittedModel:
    baseline = baseline_named(name)
    return baseline.load(Workspace(work).model(baseline.name))


def _tuned_settings(path: Path) -> Settings:
    """What `tune` wrote. Raises KitError when it is not there or not whole."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): value if isinstance(value, int) else float(value) for name, value in found.items()}
    except FileNotFoundError as error:
        raise KitError(f"{path}: nothing was tuned yet. First run: python -m starter_kit tune {path.stem}") from error
    except (AttributeError, TypeError, ValueError) as error:
        raise KitError(
            f"{path}: cannot be read ({error}). Run again: python -m starter_kit tune {path.stem}"
        ) from error


def _fit(
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
    with _bars() as progress:
        return baseline.fit(ratings, books, seed=seed, report=_bar(progress, what), settings=settings)


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
