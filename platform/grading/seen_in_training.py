"""How often the users and items of test.csv occur in train.csv: what was known before anything was sent."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pandas as pd
import structlog
from pandas.io.parsers import TextFileReader

from competitions.models import TEST_FILE, TRAIN_FILE, Competition
from config.stored_files import local_copy_of
from grader.scoring.arrays import Int64Array
from grader.scoring.id_column import read_ids

log = structlog.get_logger(__name__)

# Half a second's work.
CHUNK_ROWS = 200_000
# The ids of test.csv, and for each column how often the row's key stands in train.csv; both in the file's order.
Counted: TypeAlias = tuple[Int64Array, dict[str, Int64Array]]

_kept: dict[tuple[str, str, str, tuple[str, ...]], Counted] = {}


class CannotCount(Exception):
    """A data file is not there or cannot be read: the organizers' to mend. The message says which."""


@dataclass(frozen=True)
class Seen:
    """For each row how often its user and its item stand in train.csv, shape (n,); None: no such column is set."""

    users: Int64Array | None
    items: Int64Array | None


def seen_in_training(competition: Competition, row_ids: Int64Array, meanwhile: Callable[[], None]) -> Seen:
    """In the order of `row_ids`, ascending ids of test.csv, shape (n,). Raises CannotCount, and what `meanwhile` does.

    Reading a large train.csv takes long: `meanwhile` is called every CHUNK_ROWS rows. A process keeps what it counted
    last.
    """
    columns = tuple(column for column in (competition.cluster_column, competition.item_column) if column)
    if not columns:
        return Seen(None, None)
    stored = {data_file.name: data_file.file for data_file in competition.data_files.all()}
    for name in (TEST_FILE, TRAIN_FILE):
        if name not in stored:
            raise CannotCount(f"There is no {name} among the data files, by which slices are made.")
    # Every version of a data file has a stored name of its own, so a name never changes its rows.
    key = (str(stored[TEST_FILE].name), str(stored[TRAIN_FILE].name), competition.id_column, columns)
    if key not in _kept:
        try:
            with local_copy_of(stored[TEST_FILE]) as test, local_copy_of(stored[TRAIN_FILE]) as train:
                counted = _counted(test, train, competition.id_column, columns, meanwhile)
        except (OSError, ValueError) as problem:
            # It may say where on this machine a file lies, and participants read the other sentence.
            log.warning("cannot_count", competition=competition.slug, problem=str(problem))
            raise CannotCount(
                f"{TEST_FILE} and {TRAIN_FILE} cannot be read as slices need them; its organizers have that to mend, "
                "and the scoring worker's log says more."
            ) from problem
        _kept.clear()
        _kept[key] = counted
    ids, counts = _kept[key]
    order = np.argsort(ids)
    if not np.array_equal(ids[order], row_ids):
        raise CannotCount(f"The ids of {TEST_FILE} are not those of the solution.")
    users, items = (
        counts[column][order] if column else None for column in (competition.cluster_column, competition.item_column)
    )
    return Seen(users, items)


def _counted(
    test_path: Path, train_path: Path, id_column: str, columns: tuple[str, ...], meanwhile: Callable[[], None]
) -> Counted:
    ids = read_ids(test_path, id_column)
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
            meanwhile()
    return ids, {column: found[column][codes[column]] for column in columns}


def _reader(path: Path, columns: tuple[str, ...]) -> TextFileReader:
    """The columns as exact texts, CHUNK_ROWS rows at a time."""
    return pd.read_csv(
        path, dtype=str, usecols=list(columns), keep_default_na=False, na_filter=False, chunksize=CHUNK_ROWS
    )
