"""How often the users and items of test.csv occur in train.csv: what was known before anything was sent."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.io.parsers import TextFileReader

from competitions.models import TEST_FILE, TRAIN_FILE, Competition
from grader.scoring.arrays import Int64Array
from grader.scoring.id_column import read_ids

CHUNK_ROWS = 1_000_000


class CannotCount(Exception):
    """A data file is not there or cannot be read: the organizers' to mend. The message says which."""


@dataclass(frozen=True)
class Seen:
    """For each row how often its user and its item stand in train.csv, shape (n,); None: no such column is set."""

    users: Int64Array | None
    items: Int64Array | None


def seen_in_training(competition: Competition, row_ids: Int64Array) -> Seen:
    """In the order of `row_ids`, ascending ids of test.csv, shape (n,). Raises CannotCount."""
    columns = (competition.cluster_column, competition.item_column)
    if not any(columns):
        return Seen(None, None)
    stored = {data_file.name: data_file.file for data_file in competition.data_files.all()}
    for name in (TEST_FILE, TRAIN_FILE):
        if name not in stored:
            raise CannotCount(f"There is no {name} among the data files, by which slices are made.")
    test, train = stored[TEST_FILE], stored[TRAIN_FILE]
    try:
        ids, counts = _counted(
            test.path, train.path, competition.id_column, tuple(column for column in columns if column)
        )
    except (OSError, ValueError) as problem:
        raise CannotCount(f"{TEST_FILE} and {TRAIN_FILE} cannot be counted: {problem}") from problem
    order = np.argsort(ids)
    if not np.array_equal(ids[order], row_ids):
        raise CannotCount(f"The ids of {TEST_FILE} are not those of the solution.")
    users, items = (counts[column][order] if column else None for column in columns)
    return Seen(users, items)


@lru_cache(maxsize=2)
def _counted(
    test_path: str, train_path: str, id_column: str, columns: tuple[str, ...]
) -> tuple[Int64Array, dict[str, Int64Array]]:
    """The ids of test.csv, and for each column how often the row's key stands in train.csv; in the file's order.

    Keys are compared as exact texts. Every version of a data file has a path of its own, so a path never changes
    its rows.
    """
    ids = read_ids(Path(test_path), id_column)
    with _reader(test_path, columns) as reader:
        test = reader.read()
    codes: dict[str, Int64Array] = {}
    keys: dict[str, pd.Index[str]] = {}
    for column in columns:
        code, unique = pd.factorize(test[column])
        codes[column], keys[column] = code.astype(np.int64), pd.Index(unique)
    found = {column: np.zeros(keys[column].size, np.int64) for column in columns}
    with _reader(train_path, columns) as reader:
        for chunk in reader:
            for column in columns:
                at = keys[column].get_indexer(pd.Index(chunk[column]))
                found[column] += np.bincount(at[at >= 0], minlength=keys[column].size)
    return ids, {column: found[column][codes[column]] for column in columns}


def _reader(path: str, columns: tuple[str, ...]) -> TextFileReader:
    """The columns as exact texts, CHUNK_ROWS rows at a time."""
    return pd.read_csv(
        path, dtype=str, usecols=list(columns), keep_default_na=False, na_filter=False, chunksize=CHUNK_ROWS
    )
