"""The hidden labels, as the scoring worker reads them: no other process opens a solution's file."""

from functools import lru_cache

from competitions.models import Competition, label_storage
from competitions.models import Solution as SolutionVersion
from config.stored_files import local_file
from grader.certainty import seed_of
from grader.scoring.metrics import METRICS
from grader.scoring.prediction_format import PredictionFormat
from grader.scoring.rejection import Rejected
from grader.scoring.resampled_scores import ResampledScores
from grader.scoring.solution import Solution, read_solution
from leaderboard.models import Board


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
        return _read(version.file.name, version.sha256, competition.solution_format(), competition.metric)
    except Rejected as reason:
        line = next((problem.line for problem in reason.problems if problem.line), None)
    # Outside of the handler, so that no log shows the reason: it quotes labels.
    raise LabelsDoNotFit(
        f"Version {version.version} of the solution does not fit the competition's columns, range and metric any more"
        f"{f'; the first is line {line}' if line else ''}."
    )


def public_draws_of(version: SolutionVersion) -> ResampledScores:
    """The public rows of an accepted version, resampled as for its public board. A process keeps what it made last."""
    competition = version.competition
    stored_name, expected = version.file.name, competition.solution_format()
    seed = seed_of(version.sha256, Board.PUBLIC)
    return _draw(stored_name, version.sha256, expected, competition.metric, competition.metric_k, seed)


@lru_cache(maxsize=2)
def _read(stored_name: str, digest: str, expected: PredictionFormat, metric: str) -> Solution:
    # Every version has a stored name of its own, so a name never changes its labels.
    with local_file(label_storage(), stored_name, digest) as path:
        return read_solution(path, expected, metric=METRICS[metric])


@lru_cache(maxsize=1)
def _draw(
    stored_name: str, digest: str, expected: PredictionFormat, metric: str, k: int | None, seed: int
) -> ResampledScores:
    labels = _read(stored_name, digest, expected, metric)
    rows = labels.is_public
    groups = None if labels.groups is None else labels.groups[rows]
    return ResampledScores(METRICS[metric], labels.targets[rows], seed=seed, groups=groups, k=k)
