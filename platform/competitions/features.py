"""What a competition's models are asked: the columns of test.csv but the id, as its header names them."""

import csv
import io
import itertools
import re

from django.utils.translation import gettext as _

from competitions.models import COLUMN_NAME, TEST_FILE, Competition, DataFile


def model_features(competition: Competition) -> tuple[str, ...]:
    """The names of a model's inputs, in the order of test.csv; empty while there is no such data file."""
    data_file = _test_file(competition)
    return tuple(name for name in header_of(data_file) if name != competition.id_column) if data_file else ()


def why_models_cannot_be_asked(competition: Competition) -> str:
    """What is wrong with test.csv as the source of a model's inputs, as a sentence; "" when nothing is."""
    data_file = _test_file(competition)
    if data_file is None:
        return _("There is no %(test_file)s among the data files.") % {"test_file": TEST_FILE}
    header = header_of(data_file)
    if competition.id_column not in header:
        return _("%(test_file)s has no column %(id_column)r; found %(found)s.") % {
            "test_file": TEST_FILE,
            "id_column": competition.id_column,
            "found": ", ".join(header)[:200] or _("no header"),
        }
    features = model_features(competition)
    if not features:
        return _("%(test_file)s has no column beside %(id_column)r that a model could be asked with.") % {
            "test_file": TEST_FILE,
            "id_column": competition.id_column,
        }
    for name in features:
        if features.count(name) > 1:
            return _("%(test_file)s has the column %(name)r twice.") % {"test_file": TEST_FILE, "name": name}
        if not re.fullmatch(COLUMN_NAME, name):
            return _("%(test_file)s has a column named %(name)r; an input's name is made of letters, digits and _.") % {
                "test_file": TEST_FILE,
                "name": name,
            }
    return ""


def header_of(data_file: DataFile) -> list[str]:
    """The names of a data file's columns; empty when it is not on the disk, or no text."""
    try:
        with data_file.file.open("rb") as file:
            return next(csv.reader(io.TextIOWrapper(file, encoding="utf-8-sig", newline="")), [])
    except (FileNotFoundError, UnicodeDecodeError, csv.Error):
        return []


def test_ids(competition: Competition) -> set[int] | None:
    """The ids of test.csv; None where that cannot be told: it is not there, or an id is no whole number."""
    data_file = _test_file(competition)
    if data_file is None:
        return None
    try:
        with data_file.file.open("rb") as file:
            rows = csv.DictReader(io.TextIOWrapper(file, encoding="utf-8-sig", newline=""))
            return {int(row[competition.id_column]) for row in rows}
    except (FileNotFoundError, UnicodeDecodeError, csv.Error, ValueError, TypeError, KeyError):
        return None


def example_ids(competition: Competition) -> tuple[str, str]:
    """The first two ids of test.csv where participants can read it, else 1 and 2."""
    data_file = competition.data_files.filter(name=TEST_FILE, is_hidden=False).first()
    if data_file is None:
        return "1", "2"
    try:
        with data_file.file.open("rb") as file:
            rows = csv.DictReader(io.TextIOWrapper(file, encoding="utf-8-sig", newline=""))
            first, second = ((row.get(competition.id_column) or "").strip() for row in itertools.islice(rows, 2))
    except (FileNotFoundError, UnicodeDecodeError, csv.Error, ValueError):
        return "1", "2"
    return (first, second) if first and second else ("1", "2")


def _test_file(competition: Competition) -> DataFile | None:
    return competition.data_files.filter(name=TEST_FILE).first()
