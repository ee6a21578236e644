"""The predictions of a submission: out of what was sent, and as they are kept for later scorings."""

from io import BytesIO

import numpy as np
from django.core.files.base import ContentFile

from config.stored_files import local_copy_of, local_file
from grader.scoring.arrays import Float64Array, Int64Array
from grader.scoring.model_answers import read_answers
from grader.scoring.predictions import read_predictions
from submissions.models import Evaluation, Kind, Submission, prediction_storage
from submissions.whole_files import save_whole

# What reading a file that is gone, cut or swapped raises.
UNREADABLE = (OSError, EOFError, ValueError)


def read_sent(submission: Submission, row_ids: Int64Array) -> Float64Array:
    """Out of the file that was sent, or what its model has answered. Raises Rejected, or AnswersDoNotFit (ours)."""
    expected = submission.competition.prediction_format()
    if submission.kind == Kind.SAVED_MODEL:
        with local_copy_of(submission.predictions) as path:
            return read_answers(path, row_ids, expected)
    with local_copy_of(submission.file, submission.sha256) as path:
        return read_predictions(path, row_ids, expected)


def keep(predictions: Float64Array, submission: Submission, name: str) -> str:
    """Store the aligned predictions (float64, shape (n,), the solution's row order); returns their stored name."""
    buffer = BytesIO()
    np.save(buffer, predictions)
    return save_whole(prediction_storage(), f"{submission.pk}/{name}.npy", ContentFile(buffer.getvalue()))


def read_kept(evaluation: Evaluation, row_count: int) -> Float64Array:
    """The predictions that an evaluation was made from: float64, shape (n,). Raises one of UNREADABLE."""
    with local_file(prediction_storage(), str(evaluation.predictions.name)) as path:
        kept: Float64Array = np.load(path, allow_pickle=False)
    if kept.dtype != np.float64 or kept.shape != (row_count,):
        raise ValueError(f"the file holds {kept.dtype} {kept.shape}, not {row_count} float64")
    if not np.isfinite(kept).all():
        raise ValueError("the file holds values that are not finite")
    return kept
