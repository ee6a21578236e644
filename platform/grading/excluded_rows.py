"""A version of the solution that is another one without some rows: its file, which the scoring worker writes."""

from io import BytesIO

import numpy as np
from django.core.files.base import ContentFile

from competitions.models import Solution, label_storage, solution_path
from grader.scoring.rejection import reject
from grader.scoring.solution import write_solution
from grading.labels import labels_of
from submissions.row_exclusion import NAMED_IDS


def write_file(solution: Solution) -> bool:
    """Write the file of a version that is its base without the excluded rows: the worker's part.

    False: another worker has written it meanwhile, and nothing is left of this one. Raises Rejected for ids that the
    base does not have, naming the first, and LabelsDoNotFit.
    """
    base = solution.based_on
    if base is None:
        raise ValueError(f"{solution} has neither a file nor a base.")
    labels = labels_of(base)
    wanted = np.array(solution.excluded_ids, dtype=np.int64)
    unknown = np.setdiff1d(wanted, labels.row_ids)
    if unknown.size:
        named = ", ".join(str(row_id) for row_id in unknown[:NAMED_IDS])
        raise reject(
            f"{unknown.size:,} of the {wanted.size:,} ids {'has' if unknown.size == 1 else 'have'} no row "
            f"in version {base.version}: {named}"
            f"{' …' if unknown.size > NAMED_IDS else ''}.",
            "Exclude ids of test.csv only.",
        )
    competition = solution.competition
    file = BytesIO()
    write_solution(
        file,
        labels.without(wanted),
        competition.id_column,
        competition.target_column,
        competition.scored_by,
    )
    name = label_storage().save(solution_path(solution, ""), ContentFile(file.getvalue()))
    if not Solution.objects.filter(pk=solution.pk, verdict=Solution.Verdict.WAITING, file="").update(file=name):
        label_storage().delete(name)
        return False
    solution.file = name
    return True
