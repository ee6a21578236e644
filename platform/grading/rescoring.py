"""The scoring worker's part of a rescore: batch after batch from the kept predictions, then the preview or the step.

Each batch is written in one transaction and leaves nothing half done: a worker that dies costs its last batch.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from time import monotonic

import numpy as np
import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from competitions.models import Rescore, Solution
from grader.scoring.model_answers import AnswersDoNotFit
from grader.scoring.receipts import predictions_digest
from grader.scoring.rejection import Rejected
from grading.activation import activate
from grading.commitments import commitment_to
from grading.kept_predictions import UNREADABLE, keep, read_kept, read_sent
from grading.labels import LabelsDoNotFit, labels_of
from grading.ladder import LaddersReplayed
from grading.rescore_preview import preview_of
from grading.scoring import scores_of
from submissions import rescores
from submissions.fairness import WAITS_IN
from submissions.models import Evaluation, Queue, Submission

log = structlog.get_logger(__name__)


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
        if evaluations := _next_ones(rescore):
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


def _next_ones(rescore: Rescore) -> list[Evaluation]:
    """What is to be scored next. For a ladder all baselines first, then the others, in the order of their scores."""
    waiting = rescores.missing(rescore).select_related("submission__team").order_by("pk")
    if rescore.competition.is_ladder:
        baselines = waiting.filter(submission__team__is_baseline=True)
        waiting = baselines if baselines.exists() else waiting
    return list(waiting[: settings.RESCORE_BATCH])


def _score(rescore: Rescore, evaluations: Sequence[Evaluation]) -> Batch:
    """Score as many of them as RESCORE_BATCH_SECONDS allow, at least one. Nothing is written to the database."""
    labels = labels_of(rescore.solution)
    ends_at = monotonic() + settings.RESCORE_BATCH_SECONDS
    commitment = commitment_to(rescore.solution, labels)
    batch = Batch()
    ladders = LaddersReplayed(rescore.solution, labels, {each.submission.team_id for each in evaluations})
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
        made = Evaluation(
            submission=submission,
            solution=rescore.solution,
            metric=rescore.competition.metric,
            public_score=scores.public,
            private_score=scores.private,
            is_public_only=scores.private is None,
            predictions=name,
            predictions_sha256=predictions_digest(predictions),
            commitment=commitment,
        )
        ladders.tell(made, predictions)
        batch.origins.append(origin.pk)
        batch.made.append(made)
        if monotonic() > ends_at:
            break
    return batch


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
        Evaluation.objects.bulk_create(_that_hold(batch, still_missing, is_ladder=rescore.competition.is_ladder))
        rescores.note(now, batch.read_again, batch.left_out)
    rescore.left_out = now.left_out


def _that_hold(batch: Batch, still_missing: Collection[int], *, is_ladder: bool) -> list[Evaluation]:
    """Those whose origins are as they were; on a ladder none that a team sent after one that has changed."""
    holding: list[Evaluation] = []
    changed: set[int] = set()
    for origin, made in zip(batch.origins, batch.made, strict=True):
        team = made.submission.team_id
        if origin not in still_missing:
            changed.add(team)
        elif not (is_ladder and team in changed):
            holding.append(made)
    return holding
