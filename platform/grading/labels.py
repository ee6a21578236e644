"""The hidden labels, as the scoring worker reads them: no other process opens a solution's file."""

from functools import lru_cache
from pathlib import Path

from competitions.models import Competition, label_storage
from competitions.models import Solution as SolutionVersion
from grader.scoring.metrics import METRICS
from grader.scoring.prediction_format import PredictionFormat
from grader.scoring.rejection import Rejected
from grader.scoring.solution import Solution, read_solution


class NoActiveSolution(Exception):
    """A submission waits in a competition that has no active solution."""


class LabelsDoNotFit(Exception):
    """An accepted solution does not fit its competition's settings any more. The message holds no label."""


def active_version(competition: Competition) -> SolutionVersion:
    """The solution that counts now. Raises NoActiveSolution."""
    version = competition.solutions.filter(is_active=True).first()
    if version is None:
        raise NoActiveSolution(f"{competition.slug} has no active solution")
    return version


def labels_of(version: SolutionVersion) -> Solution:
    """The labels of an accepted version. A process keeps the two that it read last. Raises LabelsDoNotFit."""
    competition = version.competition
    try:
        return _read(version.file.name, competition.solution_format(), competition.metric)
    except Rejected as reason:
        line = next((problem.line for problem in reason.problems if problem.line), None)
    # Outside of the handler, so that no log shows the reason: it quotes labels.
    raise LabelsDoNotFit(
        f"Version {version.version} of the solution does not fit the competition's columns, range and metric any more"
        f"{f'; the first is line {line}' if line else ''}."
    )


@lru_cache(maxsize=2)
def _read(stored_name: str, expected: PredictionFormat, metric: str) -> Solution:
    # Every version has a stored name of its own, so a name never changes its labels.
    return read_solution(Path(label_storage().path(stored_name)), expected, metric=METRICS[metric])
