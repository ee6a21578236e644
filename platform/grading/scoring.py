"""Scoring one claimed submission: read the file, compare with the labels, record everything in one transaction."""

from dataclasses import dataclass

from django.db import transaction

from competitions.models import Commitment
from competitions.models import Solution as SolutionVersion
from grader.grade import Scores, score
from grader.scoring.arrays import Float64Array
from grader.scoring.receipts import predictions_digest
from grader.scoring.rejection import Rejected
from grader.scoring.solution import Solution
from grading.claimed_work import carry_out
from grading.commitments import commitment_to
from grading.kept_predictions import keep, read_sent
from grading.labels import active_version, labels_of
from grading.ladder import Verdict, judge
from leaderboard.mergers import hold_team_of
from leaderboard.rungs import rung_for
from leaderboard.standings import refresh
from submissions import lifecycle
from submissions.lifecycle import Claim, ClaimLost
from submissions.models import Submission, prediction_storage


def score_claimed(claim: Claim) -> bool:
    """Finish the claimed step: SCORED, REJECTED, or given back when the failure is ours.

    False: this machine can do nothing more for now.
    """
    return carry_out(claim, _score, "scoring")


def _score(claim: Claim, submission: Submission) -> None:
    recorded = False
    while not recorded:
        version = active_version(submission.competition)
        labels = labels_of(version)
        try:
            predictions = read_sent(submission, labels.row_ids)
        except Rejected as reason:
            with transaction.atomic():
                team = hold_team_of(submission.pk)
                lifecycle.reject(claim, reason)
                refresh(team)
            return
        scores = scores_of(submission, predictions, labels)
        verdict = judge(submission, version, labels, predictions, scores.public)
        commitment = commitment_to(version, labels)
        name = keep(predictions, submission, str(claim.attempt))
        kept = Kept(name, predictions_digest(predictions))
        try:
            recorded = _record(claim, submission, commitment, scores, verdict, kept)
        except (ClaimLost, Submission.DoesNotExist):
            # Given to another, or a rehearsal's that was erased meanwhile, whose answers may be the labels.
            prediction_storage().delete(name)
            raise
        if not recorded:
            prediction_storage().delete(name)


def scores_of(submission: Submission, predictions: Float64Array, labels: Solution) -> Scores:
    """By the competition's metric; a late one has no private score. Raises ValueError where there is no value."""
    competition = submission.competition
    return score(predictions, labels, competition.metric, competition.metric_k, with_private=not submission.is_late)


@dataclass(frozen=True)
class Kept:
    """Aligned predictions in their store: their stored name, and the SHA-256 of their values."""

    name: str
    sha256: str


def _record(
    claim: Claim,
    submission: Submission,
    commitment: Commitment,
    scores: Scores,
    verdict: Verdict,
    kept: Kept,
) -> bool:
    """Evaluation, status and standing in one transaction.

    False: another solution became active meanwhile, or the team's rung is not the one that it was judged against.
    """
    version = commitment.solution
    with transaction.atomic():
        if not SolutionVersion.objects.select_for_update(no_key=True).filter(pk=version.pk, is_active=True).exists():
            return False
        team = hold_team_of(submission.pk)
        if rung_for(submission, team, version) != verdict.rung:
            return False
        lifecycle.score(
            claim,
            version,
            metric=submission.competition.metric,
            public=scores.public,
            private=scores.private,
            told=verdict.told,
            predictions=kept.name,
            predictions_sha256=kept.sha256,
            commitment=commitment,
        )
        refresh(team)
    return True
