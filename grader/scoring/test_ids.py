"""The ids of a test file: what a solution and every prediction file must list."""

from pathlib import Path

import numpy as np

from grader.scoring.arrays import Int64Array


def read_test_ids(path: Path, id_column: str) -> Int64Array:
    """The `id_column` of a CSV file with any other columns, in the file's order, shape (n,).

    Raises ValueError when the column is missing or holds something other than integers.
    """
    import pandas as pd  # Takes a second to load, and only workers need it.

    header = pd.read_csv(path, nrows=0, dtype=str, keep_default_na=False)
    if id_column not in header.columns:
        raise ValueError(f"there is no column {id_column!r}; found {', '.join(header.columns)}.")
    try:
        ids = pd.read_csv(path, usecols=[id_column], dtype={id_column: np.int64}, na_filter=False)[id_column]
    except ValueError:
        raise ValueError(f"the column {id_column!r} holds something that is not an integer.") from None
    return ids.to_numpy()
