"""Which ratings the kit trains on."""

from pathlib import Path

import pandas as pd

from datasets.goodreads import GoodreadsUnavailable, goodreads_dir, obtain
from datasets.tables import read_books, read_ratings
from starter_kit.trouble import KitError
from starter_kit.workspace import FETCH_COMMAND, OWN_DATA, TRAINING_FILES, Workspace


def training_folder(place: Workspace, chosen: Path | None) -> Path:
    """The folder with train.csv and books.csv: chosen, else fetched, else ./data, else Goodreads as published.

    Raises KitError when there is none.
    """
    if chosen:
        for name in TRAINING_FILES:
            if not (chosen / name).is_file():
                raise KitError(f"{chosen / name}: there is no such file. --data wants a folder with both.")
        return chosen
    for folder in (place.data, OWN_DATA):
        if all((folder / name).is_file() for name in TRAINING_FILES):
            return folder
    try:
        return obtain(place.root / "goodreads", goodreads_dir())
    except GoodreadsUnavailable as error:
        raise KitError(f"{error} Or take a competition's files from its site: {FETCH_COMMAND}") from error


def training_tables(place: Workspace, chosen: Path | None) -> tuple[pd.DataFrame, pd.DataFrame, Path]:
    """Ratings, books, and the folder they come from. Raises KitError or TableError."""
    folder = training_folder(place, chosen)
    return read_ratings(folder / "train.csv"), read_books(folder / "books.csv"), folder
