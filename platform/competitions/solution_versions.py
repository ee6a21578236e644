"""Putting labels away as a new version: they are written here, and read by the scoring worker alone."""

from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.db.models import Max

from accounts.models import User
from competitions.models import Competition, Solution


def next_version(competition: Competition) -> int:
    """The number of a new version. Call it in the transaction that makes it."""
    # no_key: a submission that arrives meanwhile refers to this row and must not wait for it.
    Competition.objects.select_for_update(no_key=True).get(pk=competition.pk)
    latest = Solution.objects.filter(competition=competition).aggregate(latest=Max("version"))["latest"]
    return (latest or 0) + 1


def add_version(competition: Competition, file: File[Any], by: User | None) -> Solution:
    """Stream the file into the label store, as the competition's next version; it waits for its check."""
    with transaction.atomic():
        version = next_version(competition)
        return Solution.objects.create(competition=competition, version=version, file=file, uploaded_by=by)
