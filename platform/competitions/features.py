"""What a competition's models are asked: the columns of test.csv but the id, as its header names them."""

import csv
import io

from competitions.models import TEST_FILE, Competition, DataFile


def model_features(competition: Competition) -> tuple[str, ...]:
    """The names of a model's inputs, in the order of test.csv; empty while there is no such data file."""
    data_file = competition.data_files.filter(name=TEST_FILE).first()
    return tuple(name for name in header_of(data_file) if name != competition.id_column) if data_file else ()


def header_of(data_file: DataFile) -> list[str]:
    """The names of a data file's columns; empty when it is not on the disk, or no text."""
    try:
        with data_file.file.open("rb") as file:
            return next(csv.reader(io.TextIOWrapper(file, encoding="utf-8-sig", newline="")), [])
    except (FileNotFoundError, UnicodeDecodeError, csv.Error):
        return []
