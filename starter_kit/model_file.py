"""Telling a SavedModel from a prediction file, as the site does."""

from pathlib import Path

# As the site tells them apart: a zip that lists a graph near its end is a model.
ZIP_LIST_BYTES = 1_000_000
GRAPH_FILE = b"saved_model.pb"


def is_model(path: Path) -> bool:
    """Whether the site would take the file for a SavedModel, by its name and the list at a zip's end."""
    if not path.name.lower().endswith(".zip"):
        return False
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - ZIP_LIST_BYTES))
        return GRAPH_FILE in file.read()
