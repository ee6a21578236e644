"""Whether a team is told its file's score on a ladder board: judged by `grader.scoring.score_ladder`.

Every file that has a rung costs the same work, whatever the labels are and whatever it is told: the rung's predictions
are read, and both files' losses are taken on all public rows (or both are scored on all draws). What else takes time
tells nothing of labels: a file lost from the store is read again from what was sent, and one whose team has got
another rung in the meantime is judged again.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import structlog

from competitions.models import Solution as SolutionVersion
from grader.scoring.arrays import Float64Array
from grader.scoring.disclosure import Word
from grader.scoring.model_answers import AnswersDoNotFit
from grader.scoring.rejection import Rejected
from grader.scoring.score_ladder import Judged, Ladder
from grader.scoring.solution import Solution
from grading.kept_predictions import UNREADABLE, read_kept, read_sent
from grading.labels import public_draws_of
from leaderboard.rungs import Rung, own_rungs, rung_for, weakest_baseline
from submissions.models import Evaluation, Submission, Told
from teams.models import Team

log = structlog.get_logger(__name__)

TOLD_AS = {Word.NO_IMPROVEMENT: Told.NO_IMPROVEMENT, Word.BELOW_BASELINE: Told.BELOW_BASELINE}


class RungIsLost(Exception):
    """The file to be beaten can be read neither as it was kept nor as it was sent: nothing can be judged by it."""


@dataclass(frozen=True)
class Verdict:
    """What a team may be told of its file, judged against `rung` (None: against nothing)."""

    told: Told
    rung: Rung | None


def judge(
    submission: Submission, version: SolutionVersion, labels: Solution, predictions: Float64Array, public_score: float
) -> Verdict:
    """Judge a file, by its predictions of shape (n,), against the rung that its team has now. Raises RungIsLost."""
    if not submission.competition.is_ladder:
        return Verdict(Told.SCORE, None)
    # A merger may just have given it to another team.
    team = Team.objects.select_related("competition").get(submissions=submission.pk)
    rung = rung_for(submission, team, version)
    return Verdict(_told(rung, version, labels, predictions, public_score), rung)


class LaddersReplayed:
    """The ladders of some teams (keys) under a version that does not count yet, told file after file in their order.

    Baselines are told before all others, in batches of their own.
    """

    def __init__(self, version: SolutionVersion, labels: Solution, teams: Collection[int]) -> None:
        self._version, self._labels = version, labels
        self._is_ladder = version.competition.is_ladder
        if self._is_ladder:
            self._own = own_rungs(teams, version.competition, version)
            self._beginning = weakest_baseline(version.competition, version)

    def tell(self, made: Evaluation, predictions: Float64Array) -> None:
        """Set what a new evaluation's team would be told. Raises RungIsLost."""
        team = made.submission.team
        if not self._is_ladder or team.is_baseline or team.is_rehearsal:
            return
        rung = self._own.get(team.pk, self._beginning)
        made.told = _told(rung, self._version, self._labels, predictions, made.public_score)
        if made.told == Told.SCORE and made.submission.disqualified_at is None:
            self._own[team.pk] = Rung(made, is_own=True)


def _told(
    rung: Rung | None, version: SolutionVersion, labels: Solution, predictions: Float64Array, public_score: float
) -> Told:
    if rung is None:
        return Told.SCORE
    competition = version.competition
    before = _predictions_of(rung.evaluation, labels)
    rows = labels.is_public
    if loss := competition.scored_by.row_loss:
        standard_error = None
        best = Judged(rung.evaluation.public_score, loss(labels.targets[rows], before[rows]))
        file = Judged(public_score, loss(labels.targets[rows], predictions[rows]))
    else:
        draws = public_draws_of(version).of_many(np.stack([before[rows], predictions[rows]])).astype(np.float64)
        standard_error = float(np.std(draws[1] - draws[0]))
        best, file = Judged(rung.evaluation.public_score), Judged(public_score)
    lower = competition.scored_by.lower_is_better
    _, answer = Ladder(best, competition.decimals, lower, is_above_baseline=rung.is_own).tell(file, standard_error)
    return TOLD_AS[answer.word] if answer.word else Told.SCORE


def _predictions_of(evaluation: Evaluation, labels: Solution) -> Float64Array:
    """As they were kept, or else once more from what was sent. Raises RungIsLost."""
    try:
        return read_kept(evaluation, labels.row_ids.size)
    except UNREADABLE as lost:
        log.warning("kept_predictions_lost", submission=str(evaluation.submission_id), problem=str(lost))
    try:
        return read_sent(evaluation.submission, labels.row_ids)
    except (*UNREADABLE, Rejected, AnswersDoNotFit) as problem:
        raise RungIsLost(f"submission {evaluation.submission_id}: {type(problem).__name__}") from None
