"""Reads a solution: the hidden labels and which rows count for the public score."""

import io
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from grader.scoring.arrays import BoolArray, Float64Array, Int64Array
from grader.scoring.cells import BLANKS, COPY_THE_IDS, read_id, read_lines, read_number
from grader.scoring.container import open_csv
from grader.scoring.fast_chunks import UnusualFile, read_chunks
from grader.scoring.header import read_header
from grader.scoring.prediction_format import OutOfRange, PredictionFormat
from grader.scoring.rejection import ProblemList, quoted

USAGE_COLUMN = "Usage"
USAGES = ("Private", "Public")


@dataclass(frozen=True)
class Solution:
    """The hidden labels: `row_ids` int64 (n,) ascending, `targets` float64 (n,), `is_public` bool (n,)."""

    row_ids: Int64Array
    targets: Float64Array
    is_public: BoolArray


def read_solution(path: Path, expected: PredictionFormat, test_ids: Int64Array | None = None) -> Solution:
    """Read a solution file with the columns id, target and Usage, packed or not, its rows in any order.

    Raises Rejected with the first problems by line number: an id that is no integer or stands twice, a
    target that is not finite or out of range (a label is never clipped), a Usage other than Public or
    Private, no row of one of the two, and, where `test_ids` (distinct, any order) is given, ids that lack a
    row or are not among them.
    """
    strict = replace(expected, out_of_range=OutOfRange.REJECT)
    wanted = None if test_ids is None else np.sort(test_ids)
    with _open(path, strict) as stream:
        solution = _read_fast(stream, strict)
    if solution is not None and _is_whole(solution, strict, wanted):
        return solution
    with _open(path, strict) as stream:
        return _scan(stream, strict, wanted)


def _open(path: Path, expected: PredictionFormat) -> AbstractContextManager[io.BufferedReader]:
    return open_csv(path, max_bytes=expected.max_bytes, max_unpacked_bytes=expected.max_unpacked_bytes)


def _columns(expected: PredictionFormat) -> tuple[str, str, str]:
    return *expected.columns, USAGE_COLUMN


def _read_fast(stream: io.BufferedReader, expected: PredictionFormat) -> Solution | None:
    """The rows as they stand, by ascending id; None when anything is unusual."""
    read_header(stream, _columns(expected))
    parts: list[tuple[Int64Array, Float64Array, BoolArray]] = []
    try:
        for chunk in read_chunks(stream, {1: "float64", 2: "category"}):
            is_public: BoolArray = (chunk[2] == "Public").to_numpy()
            if not bool((is_public | (chunk[2] == "Private").to_numpy()).all()):
                return None
            parts.append((chunk[0].to_numpy(), chunk[1].to_numpy(), is_public))
    except UnusualFile:
        return None
    row_ids, targets, publicity = zip(*parts, strict=True)
    return _ascending(np.concatenate(row_ids), np.concatenate(targets), np.concatenate(publicity))


def _ascending(row_ids: Int64Array, targets: Float64Array, is_public: BoolArray) -> Solution:
    order = np.argsort(row_ids, kind="stable")
    return Solution(row_ids[order], targets[order], is_public[order])


def _is_whole(solution: Solution, expected: PredictionFormat, wanted: Int64Array | None) -> bool:
    """Whether nothing is wrong with the rows: the scan is needed only to say what."""
    row_ids, targets, is_public = solution.row_ids, solution.targets, solution.is_public
    return (
        bool((row_ids[1:] > row_ids[:-1]).all())
        and bool(np.isfinite(targets).all())
        and bool((targets >= expected.lowest).all() and (targets <= expected.highest).all())
        and bool(is_public.any() and not is_public.all())
        and (wanted is None or np.array_equal(row_ids, wanted))
    )


def _scan(stream: io.BufferedReader, expected: PredictionFormat, wanted: Int64Array | None) -> Solution:
    read_header(stream, _columns(expected))
    problems = ProblemList()
    known = None if wanted is None else set(wanted.tolist())
    line_of: dict[int, int] = {}
    targets: list[float] = []
    is_public: list[bool] = []
    usage_count = dict.fromkeys(USAGES, 0)
    for line, (id_cell, target_cell, usage) in read_lines(stream, _columns(expected), problems):
        row_id = read_id(id_cell, line, problems)
        target = read_number(target_cell, line, expected, problems)
        if usage in usage_count:
            usage_count[usage] += 1
        else:
            finding = f"{USAGE_COLUMN} {quoted(usage.strip(BLANKS))} is neither Public nor Private."
            problems.add(line, finding, "Write Public or Private.")
        if row_id is None:
            continue
        if row_id in line_of:
            finding = f"id {row_id} stands twice, first on line {line_of[row_id]}."
            problems.add(line, finding, "Keep one row for each id.")
            continue
        if known is not None and row_id not in known:
            problems.add(line, f"id {row_id} is not in the test set.", COPY_THE_IDS)
        line_of[row_id] = line
        targets.append(expected.lowest if target is None else target)
        is_public.append(usage == "Public")
    if not problems.is_full():
        _note_lacking_rows(line_of, usage_count, wanted, problems)
    if problems.count:
        raise problems.rejection()
    return _ascending(np.array(list(line_of), dtype=np.int64), np.array(targets), np.array(is_public, dtype=np.bool_))


def _note_lacking_rows(
    line_of: dict[int, int], usage_count: dict[str, int], wanted: Int64Array | None, problems: ProblemList
) -> None:
    for usage, count in usage_count.items():
        if count == 0:
            problems.add(None, f"No row has Usage {usage}.", "Both scores need at least one row.")
    if wanted is None:
        return
    missing = [row_id for row_id in wanted.tolist() if row_id not in line_of]
    if missing:
        verb, which = ("is", "it is") if len(missing) == 1 else ("are", "the first is")
        finding = f"{len(missing):,} of {wanted.size:,} ids {verb} missing; {which} {missing[0]}."
        problems.add(None, finding, "Write one row for each id of the test set.")
