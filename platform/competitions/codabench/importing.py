"""Making the competition of a bundle: unpublished, with its labels put away for the scoring worker."""

from typing import Any, cast

from django.core.files.base import File

from accounts.models import User
from competitions.as_files.applying import apply
from competitions.as_files.planning import Plan, plan
from competitions.codabench.mapping import Mapped
from competitions.models import Competition, Solution
from competitions.solution_versions import add_version, stored_labels


def planned(mapped: Mapped) -> Plan:
    """What importing would make; its refusals say what stands against it."""
    return plan(mapped.bundle, None)


def import_mapped(mapped: Mapped, by: User | None) -> tuple[Competition, Solution | None]:
    """The new competition, and its solution, which waits for its check. Raises FilesRefused; then nothing is made."""
    plan_of_it, labels = planned(mapped), mapped.solution
    if labels is None:
        return apply(plan_of_it, by), None
    with (
        labels.source.open(labels.name) as file,
        stored_labels(plan_of_it.wanted.slug, File(cast(Any, file))) as name,
    ):
        competition = apply(plan_of_it, by, also=lambda made: add_version(made, name, by))
    return competition, competition.solutions.get()
