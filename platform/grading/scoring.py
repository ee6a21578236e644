"""Scoring one claimed submission: read the file, compare with the labels, record everything in one transaction."""

from io import BytesIO
from pathlib import Path

import numpy as np
import structlog
from django.core.files.base import ContentFile
from django.db import transaction

from competitions.models import Solution as SolutionVersion
from grader.grade import Scores, score
from grader.scoring.arrays import Float64Array
from grader.scoring.predictions import read_predictions
from grader.scoring.rejection import Rejected
from grading.labels import active_version, labels_of
from grading.lease import kept_alive
from leaderboard.standings import refresh
from submissions import lifecycle
from submissions.lifecycle import Claim, ClaimLost
from submissions.models import Submission, prediction_storage

log = structlog.get_logger(__name__)


def score_claimed(claim: Claim) -> None:
    """Finish the claimed submission: SCORED, REJECTED, or given back when the failure is ours."""
    submission = Submission.objects.select_related("competition", "team__competition").get(pk=claim.submission_id)
    bound = log.bind(submission=str(claim.submission_id), attempt=claim.attempt)
    try:
        with kept_alive(claim):
            _score(claim, submission)
    except ClaimLost:
        bound.warning("claim_lost")
    except Exception as problem:  # The worker must live on; the row goes back to the queue, and the log has it whole.
        bound.exception("scoring_failed")
        lifecycle.release(claim, f"the scoring stopped with {type(problem).__name__}")
    else:
        bound.info("graded")


def _score(claim: Claim, submission: Submission) -> None:
    recorded = False
    while not recorded:
        version = active_version(submission.competition)
        labels = labels_of(version)
        try:
            predictions = read_predictions(
                Path(submission.file.path), labels.row_ids, submission.competition.prediction_format()
            )
        except Rejected as reason:
            with transaction.atomic():
                lifecycle.reject(claim, reason)
                refresh(submission.team)
            return
        scores = score(predictions, labels, submission.competition.metric)
        recorded = _record(claim, submission, version, scores, _keep(predictions, claim))


def _record(
    claim: Claim, submission: Submission, version: SolutionVersion, scores: Scores, predictions_name: str
) -> bool:
    """Evaluation, status and standing in one transaction. False: another solution became active meanwhile."""
    with transaction.atomic():
        if not SolutionVersion.objects.select_for_update(no_key=True).filter(pk=version.pk, is_active=True).exists():
            return False
        lifecycle.score(claim, version, public=scores.public, private=scores.private, predictions=predictions_name)
        refresh(submission.team)
    return True


def _keep(predictions: Float64Array, claim: Claim) -> str:
    """Store the aligned predictions (float64, shape (n,), the solution's row order); returns their stored name."""
    buffer = BytesIO()
    np.save(buffer, predictions)
    return prediction_storage().save(f"{claim.submission_id}/{claim.attempt}.npy", ContentFile(buffer.getvalue()))
