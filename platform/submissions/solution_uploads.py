"""Taking an organizer's labels: streamed into the label store, where the scoring worker alone reads them."""

from typing import Any

from django.core.files.base import File
from django.db import transaction

from accounts.models import User
from competitions.models import Competition, Solution
from competitions.solution_versions import add_version, stored_labels
from submissions.dispatch import check_solutions_after_commit


def take_solution(competition: Competition, file: File[Any], by: User, note: str = "") -> Solution:
    """Store the labels as the competition's next version, which waits for its check.

    The file is stored before any transaction, for that takes as long as it is large. Its size is the caller's to judge.
    """
    with stored_labels(competition.slug, file) as name, transaction.atomic():
        solution = add_version(competition, name, by, note)
        check_solutions_after_commit()
    return solution
