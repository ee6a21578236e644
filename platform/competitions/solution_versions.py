"""Putting labels away as a new version: they are written here, and read by the scoring worker alone."""

from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.db.models import Max

from accounts.models import User
from competitions.models import Competition, Solution


def add_version(competition: Competition, file: File[Any], by: User | None) -> Solution:
    """Stream the file into the label store, as the competition's next version; it waits for its check."""
    with transaction.atomic():
        Competition.objects.select_for_update(no_key=True).get(pk=competition.pk)
        latest = Solution.objects.filter(competition=competition).aggregate(latest=Max("version"))["latest"]
        return Solution.objects.create(competition=competition, version=(latest or 0) + 1, file=file, uploaded_by=by)
