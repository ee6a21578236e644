"""Whether the hidden labels lie among the files that participants download: read by the scoring worker."""

from pathlib import Path

import numpy as np
import pandas as pd

from competitions.features import header_of
from competitions.launching import Line
from competitions.models import SAMPLE_FILE, Competition, DataFile, Level
from grader.scoring.solution import Solution

# A column that agrees with so large a share of the labels holds them; rounding may have changed a few.
SAME_SHARE = 0.99
CHUNK_ROWS = 200_000
REMOVE = "Remove the column, or the file, and think about who may have seen it."


def labels_among_data(competition: Competition, labels: Solution) -> Line:
    """Looks into every table with the id column for one that holds the labels. No value is told, only where it is."""
    name = "Labels are not among the data files"
    looked_into = 0
    for data_file in competition.data_files.filter(is_hidden=False):
        header = header_of(data_file)
        if competition.id_column not in header:
            continue
        if "Usage" in header and competition.target_column in header:
            finding = f"{data_file.name} has the columns of a solution: id, target and Usage."
            return Line(name, Level.RED, finding, REMOVE)
        looked_into += 1
        try:
            column = _column_with_labels(data_file, competition.id_column, labels)
        except ValueError as problem:
            # pandas' message may quote a cell, so only its kind is told.
            finding = f"{data_file.name} could not be looked into ({type(problem).__name__})."
            return Line(name, Level.YELLOW, finding, "See that it is a CSV file in UTF-8.")
        if column is not None:
            return Line(name, Level.RED, f"Column {column!r} of {data_file.name} holds the hidden labels.", REMOVE)
        if competition.target_column in header and data_file.name != SAMPLE_FILE:
            finding = f"{data_file.name} has a column {competition.target_column!r} beside the ids of the test set."
            return Line(name, Level.YELLOW, f"{finding} It differs from the labels.", "See that it is meant to be so.")
    files = f"{looked_into} file{'' if looked_into == 1 else 's'}"
    return Line(name, Level.GREEN, f"Looked into {files} with a column {competition.id_column!r}.")


def _column_with_labels(data_file: DataFile, id_column: str, labels: Solution) -> str | None:
    """The first numeric column that equals the labels on SAME_SHARE of the test ids, and is no constant."""
    agreeing: dict[str, int] = {}
    varying: dict[str, set[float]] = {}
    common = 0
    for chunk in pd.read_csv(Path(data_file.file.path), chunksize=CHUNK_ROWS, encoding="utf-8-sig"):
        ids = pd.to_numeric(chunk[id_column], errors="coerce").to_numpy(dtype=np.float64)
        at = np.clip(np.searchsorted(labels.row_ids, ids), 0, labels.row_ids.size - 1)
        is_common = labels.row_ids[at] == ids
        common += int(is_common.sum())
        targets = labels.targets[at[is_common]]
        for column in chunk.columns.drop(id_column):
            values = pd.to_numeric(chunk[column], errors="coerce").to_numpy(dtype=np.float64)[is_common]
            agreeing[column] = agreeing.get(column, 0) + int((values == targets).sum())
            if len(seen := varying.setdefault(column, set())) < 2:
                seen.update(np.unique(values[np.isfinite(values)])[:2].tolist())
    for column, count in agreeing.items():
        if common and count >= SAME_SHARE * common and len(varying[column]) > 1:
            return str(column)
    return None
