"""The ids of a published file: what a solution and every prediction file must list."""

from pathlib import Path

import numpy as np

from grader.scoring.arrays import Int64Array


def read_ids(path: Path, id_column: str) -> Int64Array:
    """The `id_column` of a CSV file with any other columns, in the file's order, shape (n,).

    Raises ValueError when the column is missing or holds something other than 64-bit integers.
    """
    import pandas as pd  # Takes a second to load, and only workers need it.

    header = pd.read_csv(path, nrows=0, dtype=str, keep_default_na=False)
    if id_column not in header.columns:
        raise ValueError(f"there is no column {id_column!r}; found {', '.join(header.columns)}.")
    # Without a type of our own: asked for int64, pandas would round 1.5 by way of a float.
    ids = pd.read_csv(path, usecols=[id_column], na_filter=False)[id_column].to_numpy()
    if ids.dtype != np.int64:
        raise ValueError(f"the column {id_column!r} holds something that is not an integer.")
    return ids
