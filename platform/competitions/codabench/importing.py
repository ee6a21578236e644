"""Making the competition of a bundle: unpublished, with its labels put away for the scoring worker."""

from typing import Any, cast

from django.core.files.base import File

from accounts.models import User
from competitions.as_files.applying import apply
from competitions.as_files.planning import Plan, plan
from competitions.codabench.mapping import Mapped
from competitions.models import Competition, Solution
from competitions.solution_versions import add_version


def planned(mapped: Mapped) -> Plan:
    """What importing would make; its refusals say what stands against it."""
    return plan(mapped.bundle, None)


def import_mapped(mapped: Mapped, by: User | None) -> tuple[Competition, Solution | None]:
    """The new competition, and its solution, which waits for its check. Raises FilesRefused; then nothing is made."""
    versions: list[Solution] = []

    def put_labels_away(competition: Competition) -> None:
        if mapped.solution is not None:
            with mapped.solution.source.open(mapped.solution.name) as labels:
                versions.append(add_version(competition, File(cast(Any, labels), "solution.csv"), by))

    competition = apply(planned(mapped), by, also=put_labels_away)
    return competition, versions[0] if versions else None
