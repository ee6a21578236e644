"""Putting labels away as a new version: they are written here, and read by the scoring worker alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.db.models import Max

from accounts.models import User
from competitions.models import Competition, Solution, label_storage, solution_path


def next_version(competition: Competition) -> int:
    """The number of a new version. Call it in the transaction that makes it."""
    # no_key: a submission that arrives meanwhile refers to this row and must not wait for it.
    Competition.objects.select_for_update(no_key=True).get(pk=competition.pk)
    latest = Solution.objects.filter(competition=competition).aggregate(latest=Max("version"))["latest"]
    return (latest or 0) + 1


@contextmanager
def stored_labels(slug: str, file: File[Any]) -> Iterator[str]:
    """Stream the labels of a competition, which may still have to be made, into the label store: their name there.

    Enter it before any transaction, for this takes as long as the file is large. What fails inside removes them.
    """
    path = solution_path(Solution(competition=Competition(slug=slug)), "")
    name = label_storage().save(path, file)
    try:
        yield name
    except BaseException:
        label_storage().delete(name)
        raise


def add_version(competition: Competition, stored_name: str, by: User | None, note: str = "") -> Solution:
    """Make stored labels the competition's next version; it waits for its check."""
    with transaction.atomic():
        version = next_version(competition)
        return Solution.objects.create(
            competition=competition, version=version, file=stored_name, uploaded_by=by, note=note
        )
