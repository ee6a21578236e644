"""Checking the versions of a solution: the scoring worker's work, for it alone reads labels."""

from hashlib import file_digest

import structlog
from django.db import transaction

from competitions.models import TEST_FILE, Competition, Solution, label_storage
from config.stored_files import local_copy_of, local_file
from grader.scoring.arrays import Int64Array
from grader.scoring.id_column import read_ids
from grader.scoring.rejection import Problem, Rejected, reject
from grader.scoring.solution import read_solution
from grading.commitments import commitment_to
from grading.excluded_rows import write_file
from grading.labels import LabelsDoNotFit

log = structlog.get_logger(__name__)


def check_waiting() -> int:
    """Check every solution that waits for it; returns how many got their verdict. Doing it twice changes nothing."""
    waiting = Solution.objects.filter(verdict=Solution.Verdict.WAITING)
    checked = []
    for solution in waiting.select_related("competition", "based_on__competition"):
        try:
            if check(solution):
                checked.append(solution.pk)
        except Exception:  # The other versions must not wait for this one; the sweeper rings for it again.
            log.exception("solution_check_failed", solution=solution.pk)
    if checked:
        log.info("solutions_checked", solutions=checked)
    return len(checked)


def check(solution: Solution) -> bool:
    """Read a waiting version and set its verdict; the first accepted one of a competition becomes active.

    False: somebody else has checked it already, or is at it.
    """
    competition = solution.competition
    try:
        if not solution.file and not write_file(solution):
            return False
        with local_file(label_storage(), str(solution.file.name)) as path:
            labels = read_solution(path, competition.solution_format(), _test_ids(competition), competition.scored_by)
            with path.open("rb") as file:
                digest = file_digest(file, "sha256").hexdigest()
    except Rejected as reason:
        return _set_verdict(solution, Solution.Verdict.REFUSED, problems=[_as_shown(p) for p in reason.problems])
    except LabelsDoNotFit as reason:
        unfit = Problem(None, str(reason), "Set back what has changed, or upload a version that fits.")
        return _set_verdict(solution, Solution.Verdict.REFUSED, problems=[_as_shown(unfit)])
    except FileNotFoundError:
        missing = Problem(None, "The stored file is gone.", "Upload it again.")
        return _set_verdict(solution, Solution.Verdict.REFUSED, problems=[_as_shown(missing)])
    public_count, private_count = int(labels.is_public.sum()), int(labels.is_private.sum())
    with transaction.atomic():
        moved = _set_verdict(
            solution,
            Solution.Verdict.ACCEPTED,
            public_count=public_count,
            private_count=private_count,
            ignored_count=len(labels.row_ids) - public_count - private_count,
            sha256=digest,
        )
        if moved and not Solution.objects.filter(competition=competition, is_active=True).exists():
            Solution.objects.filter(pk=solution.pk).update(is_active=True)
    if moved:
        solution.refresh_from_db()
        commitment_to(solution, labels)
    return moved


def _set_verdict(solution: Solution, verdict: Solution.Verdict, **values: object) -> bool:
    waiting = Solution.objects.filter(pk=solution.pk, verdict=Solution.Verdict.WAITING)
    return waiting.update(verdict=verdict, **values) == 1


def _test_ids(competition: Competition) -> Int64Array | None:
    """The ids of the competition's test.csv, shape (n,); None: it has no such data file yet."""
    data_file = competition.data_files.filter(name=TEST_FILE).first()
    if data_file is None:
        return None
    try:
        with local_copy_of(data_file.file) as path:
            return read_ids(path, competition.id_column)
    except ValueError as problem:
        raise reject(f"{TEST_FILE} among the data files cannot be read: {problem}", "Mend or remove it.") from None


def _as_shown(problem: Problem) -> dict[str, object]:
    return {"line": problem.line, "finding": problem.finding, "cure": problem.cure}
