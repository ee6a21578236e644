"""Labels as files of the scoring host: given to a competition by command, and taken out by command alone."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path
from typing import BinaryIO

from django.core.files import File

from competitions.as_files.refusal import FilesRefused
from competitions.models import Competition, Solution, label_storage
from competitions.solution_versions import add_version, stored_labels
from grading.solutions import check


def refuse_another_solution(path: Path, named_sha256: str | None) -> None:
    """Raises FilesRefused when the competition's files name a solution by its SHA-256, and `path` is another."""
    if not path.is_file():
        raise FilesRefused(f"There is no solution file {path}.")
    with path.open("rb") as file:
        found = file_digest(file, "sha256").hexdigest()
    if named_sha256 and found != named_sha256:
        raise FilesRefused(
            f"{path} has the SHA-256 {found}; competition.yaml names {named_sha256}. Give the right file, or change "
            "or leave out that line."
        )


def add_solution(competition: Competition, path: Path) -> Solution:
    """Put the labels of a file into the label store as a new version, and check it; returns it with its verdict."""
    with path.open("rb") as file, stored_labels(competition.slug, File(file)) as name:
        solution = add_version(competition, name, by=None)
    check(solution)
    solution.refresh_from_db()
    return solution


def copy_out(competition: Competition, path: Path) -> None:
    """Copy the labels that count to a new file that its owner alone can read. Raises FilesRefused."""
    solution = competition.solutions.filter(is_active=True).first()
    if solution is None:
        raise FilesRefused(f"{competition.slug} has no accepted solution.")
    with label_storage().open(str(solution.file.name), "rb") as labels, new_file(path, mode=0o600) as file:
        shutil.copyfileobj(labels, file)


@contextmanager
def new_file(path: Path, mode: int = 0o644) -> Iterator[BinaryIO]:
    """A file that was not there before, to write into; gone again when that fails. Raises FilesRefused."""
    try:
        file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb")
    except FileExistsError:
        raise FilesRefused(f"{path} exists already. Name a new file.") from None
    except OSError as error:
        raise FilesRefused(f"{path} cannot be written: {error.strerror}. Name a file in a folder of yours.") from error
    try:
        with file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise
