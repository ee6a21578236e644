"""Checking and activating the versions of a solution: the scoring worker's work, for it alone reads labels."""

from pathlib import Path

import structlog
from django.db import transaction

from competitions.models import TEST_FILE, Competition, Solution, label_storage
from grader.scoring.arrays import Int64Array
from grader.scoring.id_column import read_ids
from grader.scoring.rejection import Problem, Rejected, reject
from grader.scoring.solution import read_solution
from submissions import lifecycle
from submissions.models import Status, Submission

log = structlog.get_logger(__name__)


def check_waiting() -> int:
    """Check every solution that waits for it; returns how many got their verdict. Doing it twice changes nothing."""
    waiting = Solution.objects.filter(verdict=Solution.Verdict.WAITING).select_related("competition")
    checked = [solution.pk for solution in waiting if check(solution)]
    if checked:
        log.info("solutions_checked", solutions=checked)
    return len(checked)


def check(solution: Solution) -> bool:
    """Read a waiting version and set its verdict; the first accepted one of a competition becomes active.

    False: somebody else has checked it already.
    """
    try:
        labels = read_solution(
            Path(label_storage().path(str(solution.file.name))),
            solution.competition.solution_format(),
            _test_ids(solution.competition),
            solution.competition.scored_by,
        )
    except Rejected as reason:
        return _set_verdict(solution, Solution.Verdict.REFUSED, problems=[_as_shown(p) for p in reason.problems])
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
        )
        if moved and not Solution.objects.filter(competition=solution.competition, is_active=True).exists():
            Solution.objects.filter(pk=solution.pk).update(is_active=True)
    return moved


def activate(solution: Solution) -> int:
    """Let an accepted version count from now on, and grade every scored submission again; returns how many.

    Raises ValueError for a version that was not accepted.
    """
    if solution.verdict != Solution.Verdict.ACCEPTED:
        raise ValueError(f"{solution} is {solution.get_verdict_display()}; only an accepted version can be used.")
    with transaction.atomic():
        # no_key: a submission that arrives meanwhile refers to this row and must not wait for it.
        Competition.objects.select_for_update(no_key=True).get(pk=solution.competition_id)
        Solution.objects.filter(competition=solution.competition_id, is_active=True).update(is_active=False)
        Solution.objects.filter(pk=solution.pk).update(is_active=True)
        scored = Submission.objects.filter(competition=solution.competition_id, status=Status.SCORED)
        return sum(lifecycle.regrade(submission) for submission in scored)


def _set_verdict(solution: Solution, verdict: Solution.Verdict, **values: object) -> bool:
    waiting = Solution.objects.filter(pk=solution.pk, verdict=Solution.Verdict.WAITING)
    return waiting.update(verdict=verdict, **values) == 1


def _test_ids(competition: Competition) -> Int64Array | None:
    """The ids of the competition's test.csv, shape (n,); None: it has no such data file yet."""
    data_file = competition.data_files.filter(name=TEST_FILE).first()
    if data_file is None:
        return None
    try:
        return read_ids(Path(data_file.file.path), competition.id_column)
    except ValueError as problem:
        raise reject(f"{TEST_FILE} among the data files cannot be read: {problem}", "Mend or remove it.") from None


def _as_shown(problem: Problem) -> dict[str, object]:
    return {"line": problem.line, "finding": problem.finding, "cure": problem.cure}
