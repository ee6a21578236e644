"""How sure the boards are, as a job of the scoring worker: a child compares, and the worker scores meanwhile.

The child (`python -m grader.certainty`) reads the labels and the kept predictions; what comes back and is stored holds
replicates of scores, places and differences, and no label.
"""

import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from time import monotonic
from typing import Any

import numpy as np
import structlog
from django.conf import settings

from competitions.models import TEST_FILE, label_storage
from config.stored_files import local_copy_of, local_file
from grader.certainty import ANSWER, KNOWN, MADE, TASK, Task, seed_of
from grader.scoring.bootstrap import REPLICATES
from grader.scoring.resampled_scores import Unit
from grading.beside_scoring import TookTooLong, run_beside_scoring
from grading.labels import LabelsDoNotFit, labels_of
from leaderboard import certainty
from leaderboard.certainty import BoardState, RunLost
from leaderboard.models import Board, BoardCertainty, PlaceCertainty, Replicates
from submissions.models import Evaluation, prediction_storage

log = structlog.get_logger(__name__)

STORED = np.dtype("<f4")
SETS_AT_ONCE = 200
KEYS_AT_ONCE = 500
COPIES_BETWEEN_HOLDS = 100


class CannotCompare(Exception):
    """Why a board could not be compared, for organizers to read."""


def compare_due(ends_at: float) -> None:
    """Compare the boards that are due, in turn, until that moment (monotonic). The sweeper finds the rest."""
    for competition, board in certainty.due():
        run = certainty.take(competition, board, settings.JOB_LEASE_SECONDS)
        if run is not None:
            _compare(run)
        if monotonic() > ends_at:
            return


def _compare(run: BoardCertainty) -> None:
    """Every way of ending is accounted for: what was found before stays until there is something newer."""
    bound = log.bind(competition=run.competition.slug, board=run.board)
    began = monotonic()
    try:
        count = _carry_out(run, began)
    except RunLost:
        bound.warning("certainty_lost")
        return
    except (CannotCompare, LabelsDoNotFit) as reason:
        bound.error("certainty_failed", why=str(reason))
        problem = str(reason)
    except Exception as failure:  # The worker must live on; the log has it whole.
        bound.exception("certainty_failed")
        problem = f"It stopped with {type(failure).__name__}; the scoring worker's log says more."
    else:
        bound.info("certainty_made", entries=count, seconds=round(monotonic() - began, 1))
        return
    try:
        certainty.give_up(run, problem, max(settings.CERTAINTY_RETRY_SECONDS, _pause(began)))
    except RunLost:
        bound.warning("certainty_lost")


def _pause(began: float) -> float:
    """How long it must not be made again: a tenth of the time is what it may take."""
    return max(settings.CERTAINTY_SECONDS, (monotonic() - began) * (100 / settings.CERTAINTY_SHARE_PERCENT - 1))


def _carry_out(run: BoardCertainty, began: float) -> int:
    """Returns how many entries were compared. Raises CannotCompare, LabelsDoNotFit or RunLost."""
    state = certainty.state_of(run.competition, Board(run.board))
    if state is None:
        raise CannotCompare("There is no active solution.")
    if not state.entries:
        certainty.record(run, state, [], _pause(began), problem="")
        return 0
    with _own_folder(run) as name, ExitStack() as copies:
        folder = Path(name)
        for file in (TASK, *KNOWN.values()):
            (folder / file).touch(mode=0o600)
        missing = _prepare(run, state, folder, copies)
        certainty.hold(run, settings.JOB_LEASE_SECONDS)
        answer = _ask_child(run, folder)
        if unreadable := answer["unreadable"]:
            lost = [state.entries[number].evaluation_id for number in unreadable]
            log.warning("kept_predictions_lost", evaluations=lost)
        _store(state, folder, set(missing) - set(unreadable), run)
    facts = {name: answer[name] for name in ("unit", "unit_count", "cluster_count")}
    places = _places(run, state, answer) if "entries" in answer else []
    certainty.record(
        run, state, places, _pause(began), problem=_problem(answer), cluster_ratio=answer.get("cluster_ratio"), **facts
    )
    return len(places)


def _own_folder(run: BoardCertainty) -> "TemporaryDirectory[str]":
    """Where the files of a run lie: they tell exact scores, so among the labels; a killed worker's are removed."""
    prefix = f"certainty-{run.pk}-"
    for left in settings.LABELS_DIR.glob(f"{prefix}*"):
        shutil.rmtree(left, ignore_errors=True)
    return TemporaryDirectory(prefix=prefix, dir=settings.LABELS_DIR)


def _prepare(run: BoardCertainty, state: BoardState, folder: Path, copies: ExitStack) -> list[int]:
    """Write the task, with the replicates that are known, into the folder; returns the entries that lack them.

    Stored files lie where the task says until `copies` is closed.
    """
    competition = run.competition
    # A solution that does not fit is told of here, without its values: the child would quote them.
    labels_of(state.solution)
    test = competition.data_files.filter(name=TEST_FILE).first() if competition.cluster_column else None
    missing = _known(state, run.board, folder)
    paths = _kept([state.entries[number].evaluation_id for number in missing], copies, run)
    predictions: list[str | None] = [None] * len(state.entries)
    for number in missing:
        predictions[number] = paths[state.entries[number].evaluation_id]
    sign = 1.0 if competition.scored_by.lower_is_better else -1.0
    task = Task(
        solution=str(
            copies.enter_context(local_file(label_storage(), str(state.solution.file.name), state.solution.sha256))
        ),
        part=run.board,
        seed=seed_of(state.solution.sha256, run.board),
        metric=competition.metric,
        k=competition.metric_k,
        id_column=competition.id_column,
        target_column=competition.target_column,
        decimals=competition.decimals,
        lowest=competition.lowest,
        highest=competition.highest,
        test=None if test is None else str(copies.enter_context(local_copy_of(test.file))),
        cluster_column=competition.cluster_column or None,
        predictions=predictions,
        exact=_scores(state, run.board),
        shown=[sign * entry.order for entry in state.entries],
        is_ranked=[entry.is_ranked for entry in state.entries],
    )
    (folder / TASK).write_text(json.dumps(asdict(task)))
    return missing


def _known(state: BoardState, part: str, folder: Path) -> list[int]:
    """Save the replicates that are stored for these draws; returns the numbers of the entries that have none."""
    place_of = {entry.evaluation_id: number for number, entry in enumerate(state.entries)}
    shape = (len(state.entries), REPLICATES)
    arrays = {
        unit: np.lib.format.open_memmap(folder / name, mode="w+", dtype=np.float32, shape=shape)
        for unit, name in KNOWN.items()
    }
    missing = set(range(len(state.entries)))
    for keys in _batches(list(place_of), KEYS_AT_ONCE):
        stored = Replicates.objects.filter(evaluation__in=keys, part=part, draws=state.draws)
        for evaluation_id, by_rows, by_clusters in stored.values_list("evaluation_id", "by_rows", "by_clusters"):
            number = place_of[evaluation_id]
            arrays[Unit.ROW][number] = np.frombuffer(by_rows, STORED)
            if by_clusters is not None:
                arrays[Unit.CLUSTER][number] = np.frombuffer(by_clusters, STORED)
            missing.discard(number)
    return sorted(missing)


def _kept(evaluations: list[int], copies: ExitStack, run: BoardCertainty) -> dict[int, str]:
    """By evaluation, where its kept predictions are, or would be: the child says which it cannot read."""
    paths: dict[int, str] = {}
    for keys in _batches(evaluations, KEYS_AT_ONCE):
        for key, name in Evaluation.objects.filter(pk__in=keys).values_list("pk", "predictions"):
            try:
                paths[key] = str(copies.enter_context(local_file(prediction_storage(), name)))
            except FileNotFoundError:
                paths[key] = name
            if len(paths) % COPIES_BETWEEN_HOLDS == 0:
                certainty.hold(run, settings.JOB_LEASE_SECONDS)
    return paths


def _scores(state: BoardState, part: str) -> list[float]:
    """The exact scores of the entries on that part, in their order."""
    keys = [entry.evaluation_id for entry in state.entries]
    scores: dict[int, float] = {}
    for some in _batches(keys, KEYS_AT_ONCE):
        scores.update(Evaluation.objects.filter(pk__in=some).values_list("pk", f"{part}_score"))
    return [scores[key] for key in keys]


def _batches(numbers: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (numbers[start : start + size] for start in range(0, len(numbers), size))


def _ask_child(run: BoardCertainty, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "grader.certainty", str(folder)]
    # What it says may quote a label, and goes nowhere.
    with TemporaryFile() as said:
        try:
            exit_code = run_beside_scoring(
                command,
                said,
                said,
                settings.CERTAINTY_AT_MOST_SECONDS,
                lambda: certainty.hold(run, settings.JOB_LEASE_SECONDS),
            )
        except TookTooLong:
            raise CannotCompare(
                f"It took longer than {settings.CERTAINTY_AT_MOST_SECONDS} s (HOLDOUT_CERTAINTY_AT_MOST_SECONDS)."
            ) from None
    if exit_code != 0:
        raise CannotCompare(f"The process that compares ended with {exit_code}: it may lack memory.")
    answer: dict[str, Any] = json.loads((folder / ANSWER).read_text())
    return answer


def _store(state: BoardState, folder: Path, made: set[int], run: BoardCertainty) -> None:
    """Keep the replicates that were made, a batch in each transaction."""
    arrays = {unit: np.load(folder / name, mmap_mode="r") for unit, name in MADE.items() if (folder / name).exists()}
    for numbers in _batches(sorted(made), SETS_AT_ONCE):
        Replicates.objects.bulk_create(
            [
                Replicates(
                    evaluation_id=state.entries[number].evaluation_id,
                    part=run.board,
                    draws=state.draws,
                    by_rows=arrays[Unit.ROW][number].astype(STORED).tobytes(),
                    by_clusters=arrays[Unit.CLUSTER][number].astype(STORED).tobytes()
                    if Unit.CLUSTER in arrays
                    else None,
                )
                for number in numbers
            ],
            update_conflicts=True,
            unique_fields=["evaluation", "part"],
            update_fields=["draws", "by_rows", "by_clusters"],
        )
        certainty.hold(run, settings.JOB_LEASE_SECONDS)


def _places(run: BoardCertainty, state: BoardState, answer: dict[str, Any]) -> list[PlaceCertainty]:
    entries = [state.entries[number] for number in answer["entries"]]
    return [
        PlaceCertainty(certainty=run, team_id=entry.team_id, evaluation_id=entry.evaluation_id, **found)
        for entry, found in zip(entries, _found(run, state, answer), strict=True)
    ]


def _found(run: BoardCertainty, state: BoardState, answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Of each entry that was compared, in the order of the board, what its row holds."""
    rows, clusters = answer[Unit.ROW], answer.get(Unit.CLUSTER)
    orders = [state.entries[number].order for number in answer["entries"]]
    sign = 1.0 if run.competition.scored_by.lower_is_better else -1.0
    for number, is_compared in enumerate(rows["compared"]):
        difference = sign * (orders[number] - orders[rows["first"]])
        yield {
            "low": rows["low"][number],
            "high": rows["high"][number],
            "cluster_low": clusters and clusters["low"][number],
            "cluster_high": clusters and clusters["high"][number],
            "group": rows["group"][number] if is_compared else None,
            "chance_first": rows["chance_first"][number] if is_compared else None,
            "chance_top": rows["chance_top"][number] if is_compared else None,
            "is_tied_with_first": rows["is_tied"][number],
            "is_first": number == rows["first"],
            # Of two numbers of so many digits the difference has no more.
            "difference": round(difference, run.competition.decimals) + 0.0,
            "half_width": rows["half_width"][number],
            "cluster_half_width": clusters and clusters["half_width"][number],
        }


def _problem(answer: dict[str, Any]) -> str:
    lost = len(answer["unreadable"])
    unread = f"The kept predictions of {lost} entries cannot be read: they take no part." if lost else ""
    return " ".join(sentence for sentence in (answer["cluster_problem"], unread) if sentence)
