"""Each scored submission is looked at once for signs of probing, when nothing waits for its score."""

from time import monotonic

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet

from grader.scoring.arrays import Float64Array
from grader.scoring.metric import Metric, TargetKind
from grader.scoring.probing import Sign, few_row_step, near_constant
from grading.rescoring import UNREADABLE, read_kept
from leaderboard.models import ProbingLook, ProbingSign
from submissions.fairness import WAITS_IN
from submissions.models import Evaluation, Queue, Submission

log = structlog.get_logger(__name__)

# Evaluations that are written at once may become visible out of the order of their keys, never so far apart.
KEYS_LOOKED_AT_AGAIN = 1_000


def not_looked_at() -> QuerySet[Evaluation]:
    """The evaluations by which scored submissions stand that nobody has looked at, no rehearsal's, oldest first."""
    latest = ProbingLook.objects.aggregate(latest=Max("evaluation_id"))["latest"] or 0
    # Few keys: all submissions of a site are too many to ask each few seconds.
    return Evaluation.objects.filter(
        pk__gt=latest - KEYS_LOOKED_AT_AGAIN,
        current_of__isnull=False,
        submission__probing_look__isnull=True,
        submission__team__is_rehearsal=False,
    ).order_by("pk")


def look_at_waiting(ends_at: float) -> None:
    """Look at one after the other until that moment (monotonic), or until a submission waits for its score."""
    while monotonic() < ends_at and not something_waits():
        waiting = not_looked_at().select_related("submission__competition", "submission__team", "solution")
        evaluation = waiting.first()
        if evaluation is None:
            return
        _look_at(evaluation)


def something_waits() -> bool:
    """Whether a submission waits for its score: it goes first."""
    return Submission.objects.filter(WAITS_IN[Queue.SCORING]).exists()


def _look_at(evaluation: Evaluation) -> None:
    submission = evaluation.submission
    signs = [] if submission.team.is_baseline else _signs_of(evaluation)
    with transaction.atomic():
        # Of two workers that looked at once the first one counts; a submission may be gone by now.
        if not Submission.objects.select_for_update(no_key=True).filter(pk=submission.pk).exists():
            return
        _, is_first = ProbingLook.objects.get_or_create(submission=submission, defaults={"evaluation": evaluation})
        if is_first:
            ProbingSign.objects.bulk_create(signs)
    for sign in signs:
        log.warning("probing_sign", submission=str(submission.pk), kind=sign.kind, measured=sign.measured)


def _signs_of(evaluation: Evaluation) -> list[ProbingSign]:
    """What there is to tell of one file; nothing where its predictions cannot be read."""
    submission = evaluation.submission
    predictions = _read(evaluation)
    if predictions is None:
        return []
    found = []
    constant = near_constant(predictions)
    if may_be_near_constant(submission.competition.scored_by) and constant.is_suspicious:
        found.append(_sign(submission, ProbingSign.Kind.NEAR_CONSTANT, constant, None))
    if (step := _smallest_step(evaluation, predictions)) is not None:
        before, sign = step
        found.append(_sign(submission, ProbingSign.Kind.FEW_ROW_STEP, sign, before))
    return found


def may_be_near_constant(metric: Metric) -> bool:
    """Whether a file of one value nearly everywhere is odd: one class, or "not relevant", can be that common."""
    return metric.target_kind in (TargetKind.NUMBER, TargetKind.BINARY)


def _smallest_step(evaluation: Evaluation, predictions: Float64Array) -> tuple[Submission, Sign] | None:
    """The earlier file of the team that this one differs from in fewest rows, where these are suspiciously few."""
    submission = evaluation.submission
    at_most = max(1, min(settings.PROBING_FILES_COMPARED, settings.PROBING_BYTES // predictions.nbytes))
    earlier = (
        Evaluation.objects.filter(
            current_of__isnull=False,
            submission__team=submission.team,
            submission__submitted_at__lte=submission.submitted_at,
        )
        .exclude(submission=submission)
        .select_related("submission", "solution")
        .order_by("-submission__submitted_at")[:at_most]
    )
    steps = []
    for other in earlier:
        before = _read(other)
        if before is not None and before.shape == predictions.shape:
            sign = few_row_step(before, predictions)
            if sign.is_suspicious:
                steps.append((other.submission, sign))
    return min(steps, key=lambda step: step[1].measured, default=None)


def _read(evaluation: Evaluation) -> Float64Array | None:
    version = evaluation.solution
    row_count = (version.public_count or 0) + (version.private_count or 0) + (version.ignored_count or 0)
    try:
        return read_kept(evaluation, row_count)
    except UNREADABLE as lost:
        log.warning("kept_predictions_lost", submission=str(evaluation.submission_id), problem=str(lost))
        return None


def _sign(submission: Submission, kind: ProbingSign.Kind, sign: Sign, before: Submission | None) -> ProbingSign:
    return ProbingSign(
        competition=submission.competition, submission=submission, kind=kind, measured=sign.measured, before=before
    )
