"""The scoring worker's part of a rescore: batch after batch from the kept predictions, then the preview or the step.

Each batch is written in one transaction and leaves nothing half done: a worker that dies costs its last batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic

import numpy as np
import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from competitions.models import Rescore, Solution
from grader.scoring.arrays import Float64Array
from grader.scoring.model_answers import AnswersDoNotFit
from grader.scoring.rejection import Rejected
from grading import rescores
from grading.activation import activate
from grading.labels import LabelsDoNotFit, labels_of
from grading.rescore_preview import preview_of
from grading.scoring import keep, read_sent, scores_of
from submissions.fairness import WAITS_IN
from submissions.models import Evaluation, Queue, Submission, prediction_storage

log = structlog.get_logger(__name__)

# What reading a file that is gone, cut or swapped raises.
UNREADABLE = (OSError, EOFError, ValueError)


@dataclass
class Batch:
    """What was made of some evaluations: `made` from `origins` (keys), what had to be read again, what could not be."""

    made: list[Evaluation] = field(default_factory=list)
    origins: list[int] = field(default_factory=list)
    read_again: list[str] = field(default_factory=list)
    left_out: list[dict[str, str]] = field(default_factory=list)


def take_turn(ends_at: float) -> bool:
    """Go on with the first waiting rescore until that moment (monotonic), or until a submission waits for its score.

    True: a rescore waits still.
    """
    rescore = rescores.claim_next()
    if rescore is None:
        return False
    bound = log.bind(rescore=rescore.pk)
    try:
        _work(rescore, ends_at)
    except LabelsDoNotFit as problem:
        rescores.fail(rescore, f"{problem} Set back what has changed, then ask again.")
    except (OperationalError, InterfaceError):
        # The database is away. When the lease has run out, the sweeper rings for it.
        bound.exception("rescore_interrupted")
        return False
    except Exception as problem:  # The worker must live on, and the organizers must hear of it.
        bound.exception("rescore_failed")
        rescores.fail(rescore, f"Our fault: it stopped with {type(problem).__name__}; the log has more. Ask again.")
    else:
        rescores.let_go(rescore)
    return rescores.waiting_rescores().exists()


def _work(rescore: Rescore, ends_at: float) -> None:
    if problem := _why_predictions_do_not_fit(rescore):
        rescores.fail(rescore, problem)
    while rescores.keep(rescore):
        waiting = rescores.missing(rescore).select_related("submission__team").order_by("pk")
        if evaluations := list(waiting[: settings.RESCORE_BATCH]):
            _record(rescore, _score(rescore, evaluations))
        elif rescore.state == Rescore.State.SCORING:
            rescores.previewed(rescore, preview_of(rescore))
        else:
            activate(rescore)
        if monotonic() > ends_at or _something_waits():
            return


def _something_waits() -> bool:
    return Submission.objects.filter(WAITS_IN[Queue.SCORING]).exists()


def _why_predictions_do_not_fit(rescore: Rescore) -> str | None:
    """Predictions are kept in the order of the ids that they were scored by: both versions must have the same."""
    if not rescores.in_question(rescore).exists():
        return None
    new, old = labels_of(rescore.solution).row_ids, labels_of(rescore.before).row_ids
    if np.array_equal(new, old):
        return None
    differing = np.setxor1d(new, old)
    is_new = "new" if differing[0] in new else "missing"
    return (
        f"Version {rescore.solution.version} has other ids than version {rescore.before.version}: "
        f"{differing.size:,} differ, the first is {differing[0]}, which is {is_new}. What was sent cannot be scored "
        "by it. Upload a version with the same ids, and exclude rows instead of leaving them out."
    )


def _score(rescore: Rescore, evaluations: Sequence[Evaluation]) -> Batch:
    """Score as many of them as RESCORE_BATCH_SECONDS allow, at least one. Nothing is written to the database."""
    labels = labels_of(rescore.solution)
    ends_at = monotonic() + settings.RESCORE_BATCH_SECONDS
    batch = Batch()
    for origin in evaluations:
        submission = origin.submission
        submission.competition = rescore.competition
        try:
            predictions, name = read_kept(origin, labels.row_ids.size), origin.predictions.name
        except UNREADABLE as lost:
            log.warning("kept_predictions_lost", submission=str(submission.pk), problem=str(lost))
            batch.read_again.append(str(submission.pk))
            try:
                predictions = read_sent(submission, labels.row_ids)
            except (*UNREADABLE, Rejected, AnswersDoNotFit) as problem:
                why = f"{type(problem).__name__}: {problem}"[:300]
                batch.left_out.append({"submission": str(submission.pk), "team": submission.team.name, "why": why})
                continue
            name = keep(predictions, submission, f"rescore-{rescore.pk}")
        scores = scores_of(submission, predictions, labels)
        batch.origins.append(origin.pk)
        batch.made.append(
            Evaluation(
                submission=submission,
                solution=rescore.solution,
                metric=rescore.competition.metric,
                public_score=scores.public,
                private_score=scores.private,
                is_public_only=scores.private is None,
                predictions=name,
            )
        )
        if monotonic() > ends_at:
            break
    return batch


def read_kept(evaluation: Evaluation, row_count: int) -> Float64Array:
    """The predictions that an evaluation was made from: float64, shape (n,). Raises one of UNREADABLE."""
    kept: Float64Array = np.load(prediction_storage().path(str(evaluation.predictions.name)), allow_pickle=False)
    if kept.dtype != np.float64 or kept.shape != (row_count,):
        raise ValueError(f"the file holds {kept.dtype} {kept.shape}, not {row_count} float64")
    if not np.isfinite(kept).all():
        raise ValueError("the file holds values that are not finite")
    return kept


def _record(rescore: Rescore, batch: Batch) -> None:
    """Write a batch, but for what has changed since it was read: that is found missing once more."""
    with transaction.atomic():
        # In the order of a grading's end: the solution that it counts by, then the submission.
        Solution.objects.select_for_update(no_key=True).get(pk=rescore.before_id)
        theirs = Submission.objects.select_for_update(no_key=True).order_by("pk")
        list(theirs.filter(pk__in=[made.submission_id for made in batch.made]).values_list("pk"))
        now = Rescore.objects.select_for_update(no_key=True).get(pk=rescore.pk)
        if not now.is_worked_on:
            return
        still_missing = set(rescores.missing(now).filter(pk__in=batch.origins).values_list("pk", flat=True))
        Evaluation.objects.bulk_create(
            [made for origin, made in zip(batch.origins, batch.made, strict=True) if origin in still_missing]
        )
        rescores.note(now, batch.read_again, batch.left_out)
    rescore.left_out = now.left_out
