"""Each scored submission is looked at once for signs of probing, when nothing waits for its score."""

from time import monotonic

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from grader.scoring.arrays import Float64Array
from grader.scoring.metric import Metric, TargetKind
from grader.scoring.probing import Sign, few_row_step, near_constant
from grading.kept_predictions import UNREADABLE, read_kept
from leaderboard.models import ProbingSign
from submissions.fairness import WAITS_IN
from submissions.models import Queue, Status, Submission

log = structlog.get_logger(__name__)


def not_looked_at() -> QuerySet[Submission]:
    """The scored submissions that nobody has looked at, no rehearsal's, the first sent first."""
    return Submission.objects.filter(status=Status.SCORED, looked_at__isnull=True, team__is_rehearsal=False).order_by(
        "submitted_at"
    )


def look_at_waiting(ends_at: float) -> None:
    """Look at one after the other until that moment (monotonic), or until a submission waits for its score."""
    while monotonic() < ends_at and not something_waits():
        submission = not_looked_at().select_related("competition", "team", "evaluation__solution").first()
        if submission is None:
            return
        _look_at(submission)


def something_waits() -> bool:
    """Whether a submission waits for its score: it goes first."""
    return Submission.objects.filter(WAITS_IN[Queue.SCORING]).exists()


def _look_at(submission: Submission) -> None:
    signs = [] if submission.team.is_baseline else _signs_of(submission)
    with transaction.atomic():
        # Of two workers that look at once the first one counts; a submission may be gone by now.
        is_first = Submission.objects.filter(pk=submission.pk, looked_at__isnull=True).update(looked_at=Now())
        if is_first:
            ProbingSign.objects.bulk_create(signs)
    for sign in signs:
        log.warning("probing_sign", submission=str(submission.pk), kind=sign.kind, measured=sign.measured)


def _signs_of(submission: Submission) -> list[ProbingSign]:
    """What there is to tell of one file; nothing where its predictions cannot be read."""
    predictions = _read(submission)
    if predictions is None:
        return []
    found = []
    constant = near_constant(predictions)
    if may_be_near_constant(submission.competition.scored_by) and constant.is_suspicious:
        found.append(_sign(submission, ProbingSign.Kind.NEAR_CONSTANT, constant, None))
    if (step := _smallest_step(submission, predictions)) is not None:
        before, sign = step
        found.append(_sign(submission, ProbingSign.Kind.FEW_ROW_STEP, sign, before))
    return found


def may_be_near_constant(metric: Metric) -> bool:
    """Whether a file of one value nearly everywhere is odd: one class, or "not relevant", can be that common."""
    return metric.target_kind in (TargetKind.NUMBER, TargetKind.BINARY)


def _smallest_step(submission: Submission, predictions: Float64Array) -> tuple[Submission, Sign] | None:
    """The earlier file of the team that this one differs from in fewest rows, where these are suspiciously few."""
    at_most = max(1, min(settings.PROBING_FILES_COMPARED, settings.PROBING_BYTES // predictions.nbytes))
    scored = submission.team.submissions.filter(status=Status.SCORED).exclude(pk=submission.pk)
    earlier = scored.filter(submitted_at__lte=submission.submitted_at).select_related("evaluation__solution")
    steps = []
    for before in earlier.order_by("-submitted_at")[:at_most]:
        others = _read(before)
        if others is not None and others.shape == predictions.shape:
            sign = few_row_step(others, predictions)
            if sign.is_suspicious:
                steps.append((before, sign))
    return min(steps, key=lambda step: step[1].measured, default=None)


def _read(submission: Submission) -> Float64Array | None:
    """The predictions of a scored submission; None: they are lost."""
    evaluation = submission.evaluation
    if evaluation is None:
        return None
    version = evaluation.solution
    row_count = (version.public_count or 0) + (version.private_count or 0) + (version.ignored_count or 0)
    try:
        return read_kept(evaluation, row_count)
    except UNREADABLE as lost:
        log.warning("kept_predictions_lost", submission=str(submission.pk), problem=str(lost))
        return None


def _sign(submission: Submission, kind: ProbingSign.Kind, sign: Sign, before: Submission | None) -> ProbingSign:
    return ProbingSign(
        competition=submission.competition, submission=submission, kind=kind, measured=sign.measured, before=before
    )
