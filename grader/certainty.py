"""`python -m grader.certainty FOLDER`: replicates of the entries of a board, and how sure its order is.

The site's scoring worker starts it. The folder holds `task.json` (a Task) and, where some are known already, their
replicates; the answer is written there: `answer.json` and the replicates that were made. It names no label.
"""

import json
import math
import os
import sys
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from grader.scoring.arrays import BoolArray, Float64Array, Int64Array
from grader.scoring.board_certainty import board_certainty, half_width_step, median_ratio
from grader.scoring.bootstrap import REPLICATES
from grader.scoring.metrics import METRICS
from grader.scoring.prediction_format import PredictionFormat
from grader.scoring.resampled_scores import ResampledScores, Unit
from grader.scoring.solution import Solution, read_solution
from grader.scoring.uncertainty import Float32Array

TASK, ANSWER = "task.json", "answer.json"
# By what is drawn: replicates of shape (K, B), float32, as they go in and as they come out.
KNOWN = {Unit.ROW: "known_by_rows.npy", Unit.CLUSTER: "known_by_clusters.npy"}
MADE = {Unit.ROW: "by_rows.npy", Unit.CLUSTER: "by_clusters.npy"}
# So many predictions are held in memory at a time, and submissions of a batch at most.
_NUMBERS_AT_ONCE, _MOST_AT_ONCE = 5_000_000, 256
# A scoring worker on the same processor goes first.
_NICENESS = 10


@dataclass(frozen=True)
class Task:
    """What the child is told. The lists have an item for each entry, in the order of the board, K ≥ 1.

    `predictions`: paths of kept predictions; None: its replicates are known, and stand in its row of the folder's
    files. `exact` and `shown` are scores. `lowest` and `highest` bound a prediction; None: nothing does. `test` and
    `cluster_column`: whose rows belong together; None: nobody's.
    """

    solution: str
    part: str
    seed: int
    metric: str
    k: int | None
    id_column: str
    target_column: str
    decimals: int
    lowest: float | None
    highest: float | None
    test: str | None
    cluster_column: str | None
    predictions: list[str | None]
    exact: list[float]
    shown: list[float]
    is_ranked: list[bool]


def seed_of(solution_sha256: str, part: str) -> int:
    """The fixed seed of the draws of a part, "public" or "private", of a solution version."""
    return int.from_bytes(sha256(f"{solution_sha256} {part}".encode()).digest()[:8], "big")


def main(arguments: list[str] | None = None) -> int:
    """Do the task of the folder. Exit code 0; else something on standard error, which may quote a label."""
    (folder,) = map(Path, sys.argv[1:] if arguments is None else arguments)
    task = Task(**json.loads((folder / TASK).read_text()))
    answer = work(task, folder)
    (folder / ANSWER).write_text(json.dumps(answer, allow_nan=False))
    return 0


def work(task: Task, folder: Path) -> dict[str, Any]:
    """Make what is missing, save it in the folder, and compare. Of each entry nothing but what a page may show.

    An entry whose kept predictions cannot be read is named in `unreadable` and takes no part; `cluster_problem` says
    why whole clusters were not drawn where they were asked for.
    """
    metric = METRICS[task.metric]
    expected = PredictionFormat(task.id_column, task.target_column, lowest=-math.inf, highest=math.inf)
    solution = read_solution(Path(task.solution), expected, metric=metric)
    rows = solution.is_public if task.part == "public" else solution.is_private
    groups = None if solution.groups is None else solution.groups[rows]
    clusters, problem = (None, "") if groups is not None else _clusters(task, solution, rows)
    targets = solution.targets[rows]
    ways = {Unit.ROW: ResampledScores(metric, targets, seed=task.seed, groups=groups, k=task.k)}
    if clusters is not None:
        ways[Unit.CLUSTER] = ResampledScores(metric, targets, seed=task.seed, clusters=clusters)
    unreadable = _make(task, folder, ways, rows)
    stays = np.ones(len(task.predictions), np.bool_)
    stays[unreadable] = False
    answer: dict[str, Any] = {
        "unreadable": unreadable,
        "unit": ways[Unit.ROW].unit.value,
        "unit_count": ways[Unit.ROW].resampling.unit_count,
        "cluster_count": ways[Unit.CLUSTER].resampling.unit_count if clusters is not None else None,
        "cluster_problem": problem,
    }
    if not stays.any():
        return answer
    answer["entries"] = np.flatnonzero(stays).tolist()
    step = half_width_step(metric, ways[Unit.ROW].resampling.row_count, task.lowest, task.highest)
    widths = {}
    for unit in ways:
        found = board_certainty(
            np.load(folder / MADE[unit])[stays],
            np.array(task.exact)[stays],
            np.array(task.shown)[stays],
            np.array(task.is_ranked)[stays],
            lower_is_better=metric.lower_is_better,
            decimals=task.decimals,
            step=step,
        )
        widths[unit] = found.exact_half_width
        answer[unit.value] = {
            name: value.tolist() if isinstance(value, np.ndarray) else value
            for name, value in asdict(found).items()
            if name != "exact_half_width"
        }
    if clusters is not None:
        answer["cluster_ratio"] = median_ratio(widths[Unit.CLUSTER], widths[Unit.ROW])
    return answer


def _make(task: Task, folder: Path, ways: dict[Unit, ResampledScores], rows: BoolArray) -> list[int]:
    """Save the replicates of all entries, by each way of drawing; returns the entries that could not be read."""
    made = {unit: _known(folder / KNOWN[unit], len(task.predictions)) for unit in ways}
    missing = [(entry, path) for entry, path in enumerate(task.predictions) if path is not None]
    at_once = min(_MOST_AT_ONCE, max(1, _NUMBERS_AT_ONCE // rows.size))
    unreadable = []
    for start in range(0, len(missing), at_once):
        entries, predictions = [], []
        for entry, path in missing[start : start + at_once]:
            if (kept := _kept(path, rows.size)) is None:
                unreadable.append(entry)
            else:
                entries.append(entry)
                predictions.append(kept[rows])
        if entries:
            batch = np.stack(predictions)
            for unit, scores in ways.items():
                made[unit][entries] = scores.of_many(batch)
    for unit, replicates in made.items():
        np.save(folder / MADE[unit], replicates)
    return unreadable


def _known(path: Path, entry_count: int) -> Float32Array:
    return np.load(path) if path.exists() else np.zeros((entry_count, REPLICATES), np.float32)


def _kept(path: str, row_count: int) -> Float64Array | None:
    """Kept predictions, shape (n,); None: the file is gone, cut or swapped."""
    try:
        kept: Float64Array = np.load(path, allow_pickle=False)
    except (OSError, EOFError, ValueError):
        return None
    is_right = kept.dtype == np.float64 and kept.shape == (row_count,) and bool(np.isfinite(kept).all())
    return kept if is_right else None


def _clusters(task: Task, solution: Solution, rows: BoolArray) -> tuple[Int64Array | None, str]:
    """Whose each of the rows is, as numbers; None, with a sentence where they were asked for and cannot be told."""
    if task.test is None or task.cluster_column is None:
        return None, ""
    import pandas as pd  # Takes a second to load.

    names = (task.id_column, task.cluster_column)
    table = pd.read_csv(Path(task.test), dtype=str, keep_default_na=False, usecols=lambda name: name in names)
    if any(name not in table.columns for name in names):
        return None, f"test.csv has no column {task.cluster_column!r}."
    codes = pd.Series(pd.factorize(table[task.cluster_column])[0], index=table[task.id_column].astype(np.int64))
    in_order = codes.reindex(solution.row_ids)
    if in_order.isna().any():
        return None, "test.csv lacks ids of the solution."
    return in_order.to_numpy(dtype=np.int64)[rows], ""


if __name__ == "__main__":
    os.nice(_NICENESS)
    # What it makes tells exact scores.
    os.umask(0o077)
    sys.exit(main())
