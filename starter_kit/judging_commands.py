"""The commands that judge baselines: tune, compare, recommend, ladder, report."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.progress import Progress
from rich.table import Table

from grader.scoring.bootstrap import compare_losses
from starter_kit.baselines.baseline import Baseline, Report
from starter_kit.baselines.registry import BASELINES, baseline_named
from starter_kit.comparison import JudgedRows, compare
from starter_kit.console import bar_in, bars, plain_words, told, warned
from starter_kit.fitting import GOODREADS_FORMAT, Name, fit_with_bar
from starter_kit.held_out import HELD_OUT_SHARE, HeldOut, parted
from starter_kit.hyper_parameters import Settings
from starter_kit.ladder import (
    JudgingFolder,
    Rung,
    as_markdown,
    cells,
    climb,
    joined,
    keep,
    labelled_test,
    read_rungs,
    require_enough,
)
from starter_kit.recommendations import LIKED, judge_lists
from starter_kit.training_data import training_tables
from starter_kit.trouble import KitError
from starter_kit.tuning import Trial, Tuned, search, until
from starter_kit.workspace import DEFAULT_WORK, TEST_FILE, Work, Workspace, write_whole

commands = typer.Typer()


@commands.command()
@plain_words()
def tune(
    name: Name,
    data: Annotated[Path | None, typer.Option("--data", help="A folder with train.csv and books.csv.")] = None,
    work: Work = DEFAULT_WORK,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="Same seed, same trials.")] = 1,
    held_out_share: Annotated[
        float,
        typer.Option("--held-out-share", min=0.001, max=0.9, help="The part that `train` sets aside for its score."),
    ] = HELD_OUT_SHARE,
    budget: Annotated[float, typer.Option("--budget", min=0.0, help="Seconds after which no trial begins.")] = 120.0,
    trials: Annotated[int, typer.Option("--trials", min=1, help="The most trials.")] = 1_000,
) -> None:
    """Search better hyper-parameters on a validation split, apart from the ratings that `train` holds out."""
    baseline, place = baseline_named(name), Workspace(work)
    ratings, books, _ = training_tables(place, data)
    # With the same seed and share as `train`, so that its local score stays one of ratings never tuned on.
    rest, _ = parted(ratings, share=held_out_share, seed=seed)
    fitted_on, validation = parted(rest, share=0.2, seed=seed)
    if fitted_on.empty or validation.empty:
        raise KitError(f"{len(ratings):,} ratings are too few to tune on.")
    ends_at = time.monotonic() + budget
    heard: list[Trial] = []

    def hear(trial: Trial) -> None:
        is_best = not heard or trial.mse < min(other.mse for other in heard)
        heard.append(trial)
        if is_best:
            told.print(f"trial {trial.number}: MSE {trial.mse:.4f}, {_named(trial.settings)}", markup=False)
            # Now, not at the end: a later trial may bring the whole program down.
            Tuned(trial.settings, seed, held_out_share, len(ratings)).keep(place.tuned(name))

    with warned.status(f"Tuning {name} for {budget:g} s (Ctrl-C ends it and keeps what was found)"):
        until(
            search(baseline.estimator(), fitted_on, validation, books, seed=seed),
            lambda: time.monotonic() >= ends_at or len(heard) >= trials,
            hear,
        )
    best = min(heard, key=lambda trial: (trial.mse, trial.number))
    labels = validation["rating"].to_numpy()
    users = pd.factorize(validation["user_id"])[0]
    losses, usual = ((trial.predictions - labels) ** 2 for trial in (best, heard[0]))
    gain = compare_losses(losses, usual, seed=seed, clusters=users)
    told.print(
        f"{len(heard)} trials. Against the defaults: {gain.difference:+.4f}, over whole users "
        f"{gain.interval.low:+.4f} to {gain.interval.high:+.4f} (95 %);\n"
        "the best of many looks a little better than it is.\n"
        f"Kept: {place.tuned(name)}\n{place.next_command(_training(name, seed, held_out_share))}",
        markup=False,
    )


def _training(name: str, seed: int, held_out_share: float) -> str:
    """The `train` that scores on the ratings that were not tuned on."""
    of_seed = "" if seed == 1 else f" --seed {seed}"
    of_share = "" if held_out_share == HELD_OUT_SHARE else f" --held-out-share {held_out_share:g}"
    return f"train {name} --tuned{of_seed}{of_share}"


def _named(settings: Settings) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in settings.items())


@commands.command(name="compare")
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


def _file_or_baseline(name: str, place: Workspace) -> Path:
    """A predictions file by its path, or that of a baseline by its name. Raises KitError for neither."""
    return Path(name) if Path(name).is_file() else HeldOut.predictions_in(place.held_out, baseline_named(name).name)


@commands.command()
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
    ratings, books, _ = training_tables(Workspace(work), data)
    fitted_on, held_out = parted(ratings, share=HELD_OUT_SHARE, seed=seed)
    model = fit_with_bar(baseline, fitted_on, books, seed, f"{name} without the held-out part")
    with bars() as progress:
        found = judge_lists(
            model,
            fitted_on,
            held_out,
            k=k,
            most_users=users,
            seed=seed,
            heard=bar_in(progress, "lists"),
        )
    told.print(
        f"Lists of {k} for {found.users:,} users; relevant: held-out books that they rated {LIKED:g} or better",
        markup=False,
    )
    header = "".join(f"{measure:>9}" for measure in ("precision", "recall", "F1", "MAP", "NDCG", "coverage"))
    told.print(f"{'':<22}{header}", markup=False)
    for who, lists in ((name, found.model), ("most rated books", found.popularity)):
        numbers = (lists.precision, lists.recall, lists.f1, lists.average_precision, lists.ndcg, lists.coverage)
        told.print(f"{who:<22}" + "".join(f"{number:>9.4f}" for number in numbers), markup=False)


@commands.command()
@plain_words()
def ladder(
    names: Annotated[list[str] | None, typer.Argument(help="Baselines; all but those that take minutes.")] = None,
    data: Annotated[Path | None, typer.Option("--data", help="A folder with train.csv and books.csv.")] = None,
    work: Work = DEFAULT_WORK,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="Same seed, same numbers.")] = 1,
) -> None:
    """Fit every baseline in turn and print what each reaches; Ctrl-C keeps what is done.

    Where test.csv holds the ratings, as the published Goodreads files do, they are the judge, and a ✓ stands by
    each mark that is kept; elsewhere a tenth of train.csv is set aside. What the same ratings judged before stays in
    the table.
    """
    chosen = [baseline_named(name) for name in names or []]
    chosen = chosen or [baseline for baseline in BASELINES.values() if not baseline.takes_minutes]
    place = Workspace(work)
    train, books, folder = training_tables(place, data)
    test = labelled_test(folder)
    told.print(f"{len(train):,} ratings and {len(books):,} books from {folder}", markup=False)
    if is_published := test is not None:
        judges = test
        told.print(f"Judged by the {len(judges):,} ratings of {TEST_FILE}.", markup=False)
    else:
        train, judges = parted(train, share=HELD_OUT_SHARE, seed=seed)
        told.print(f"Judged by {len(judges):,} ratings, {HELD_OUT_SHARE:.0%} of train.csv, set aside.", markup=False)
    require_enough(judges)
    earlier = _earlier_rungs(place)
    judging: JudgingFolder | None = None
    rungs: list[Rung] = []
    try:
        with bars() as progress:
            for rung, predictions in climb(
                chosen, train, judges, books, seed=seed, report=_bar_of(progress), with_marks=is_published
            ):
                # Only now: without a rung, the last ladder stays as it is.
                if judging is None:
                    judging = JudgingFolder.of(place.ladder, train, judges, books)
                    rungs = judging.judged(earlier)
                judging.keep(rung.name, predictions)
                rungs = joined(rungs, [rung])
                keep(rungs, place.rungs)
                progress.console.print(f"{rung.name}: {rung.mse:.4f} in {rung.seconds:.1f} s", markup=False)
    except KeyboardInterrupt:
        warned.print("Stopped; what was done is kept.")
    if not rungs:
        return
    table = Table("baseline", "family", "MSE", "must", "", "fit", "export")
    for rung in rungs:
        table.add_row(rung.name, rung.family, *cells(rung))
    told.print(table)
    write_whole(place.root / "ladder.md", as_markdown(rungs))
    told.print(f"{place.root / 'ladder.md'} holds the same table in Markdown.", markup=False)
    _draw(rungs, place, place.report)


def _earlier_rungs(place: Workspace) -> list[Rung]:
    """Those of the last ladder; none when there was no ladder, or nothing of it can be read."""
    try:
        return read_rungs(place.rungs)
    except KitError:
        return []


def _bar_of(progress: Progress) -> Callable[[Baseline], Report]:
    return lambda baseline: bar_in(progress, baseline.name)


@commands.command()
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
