"""What a model is asked: every row of test.csv, or some rows of the training data that everybody may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd

from competitions.features import header_of, model_features
from competitions.models import TEST_FILE, TRAIN_FILE, Competition, data_storage
from config.stored_files import local_copy_of, local_file
from grader.scoring.arrays import Int64Array
from grader.scoring.id_column import read_ids


class CannotAsk(Exception):
    """The competition's test.csv is not there or cannot be read: the organizers' to mend. The message says which."""


@dataclass(frozen=True)
class Asked:
    """Rows for a model: `row_ids`, shape (n,), and for each feature a column of n texts in the same order."""

    row_ids: Int64Array
    columns: Mapping[str, Sequence[str]]


def all_of_test(competition: Competition) -> Asked:
    """The features of every row of test.csv, as exact texts. Raises CannotAsk."""
    data_file = competition.data_files.filter(name=TEST_FILE).first()
    features = model_features(competition)
    if data_file is None or not features:
        raise CannotAsk(f"{competition.slug} has no {TEST_FILE} with a column beside {competition.id_column}")
    try:
        return _read_test(str(data_file.file.name), competition.id_column, features)
    except (OSError, ValueError) as problem:
        raise CannotAsk(f"{TEST_FILE} of {competition.slug} cannot be read: {problem}") from problem


@lru_cache(maxsize=2)
def _read_test(stored_name: str, id_column: str, features: tuple[str, ...]) -> Asked:
    # Every version of a data file has a stored name of its own, so a name never changes its rows.
    with local_file(data_storage(), stored_name) as path:
        return Asked(read_ids(path, id_column), _read_columns(path, features))


def public_sample(competition: Competition, row_count: int) -> Mapping[str, Sequence[str]] | None:
    """The first rows of train.csv, at most `row_count`; None: it has not the features, or is not for everybody."""
    data_file = competition.data_files.filter(name=TRAIN_FILE, is_hidden=False).first()
    features = model_features(competition)
    if data_file is None or not set(features) <= set(header_of(data_file)):
        return None
    try:
        with local_copy_of(data_file.file) as path:
            columns = _read_columns(path, features, row_count)
    except (OSError, ValueError):
        return None
    return columns if columns[features[0]] else None


def _read_columns(path: Path, features: tuple[str, ...], row_count: int | None = None) -> dict[str, list[str]]:
    table = pd.read_csv(
        path, dtype=str, usecols=list(features), keep_default_na=False, na_filter=False, nrows=row_count
    )
    return {name: table[name].tolist() for name in features}
