"""Labels as files of the scoring host: given to a competition by command, and taken out by command alone."""

import shutil
from pathlib import Path

from django.core.files import File
from django.db import transaction
from django.db.models import Max

from competitions.as_files.refusal import FilesRefused
from competitions.models import Competition, Solution, label_storage
from grading.solutions import check, sha256_of


def refuse_another_solution(path: Path, named_sha256: str | None) -> None:
    """Raises FilesRefused when the competition's files name a solution by its SHA-256, and `path` is another."""
    if not path.is_file():
        raise FilesRefused(f"There is no solution file {path}.")
    found = sha256_of(path)
    if named_sha256 and found != named_sha256:
        raise FilesRefused(
            f"{path} has the SHA-256 {found}; competition.yaml names {named_sha256}. Give the right file, or change "
            "or leave out that line."
        )


def add_solution(competition: Competition, path: Path) -> Solution:
    """Put the labels of a file into the label store as a new version, and check it; returns it with its verdict."""
    with transaction.atomic(), path.open("rb") as file:
        Competition.objects.select_for_update(no_key=True).get(pk=competition.pk)
        latest = Solution.objects.filter(competition=competition).aggregate(latest=Max("version"))["latest"]
        solution = Solution.objects.create(
            competition=competition, version=(latest or 0) + 1, file=File(file, "solution.csv")
        )
    check(solution)
    solution.refresh_from_db()
    return solution


def copy_out(competition: Competition, path: Path) -> None:
    """Copy the labels that count to a new file that its owner alone can read. Raises FilesRefused."""
    solution = competition.solutions.filter(is_active=True).first()
    if solution is None:
        raise FilesRefused(f"{competition.slug} has no accepted solution.")
    if path.exists():
        raise FilesRefused(f"{path} exists already. Name a new file.")
    path.touch(mode=0o600)
    with label_storage().open(str(solution.file.name), "rb") as labels, path.open("wb") as file:
        shutil.copyfileobj(labels, file)
