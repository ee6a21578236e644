"""The life of a submission: the only code that writes a status.

    predictions   submit() → QUEUED ────────────────────────────────────→ SCORING → SCORED
    saved_model   submit() → QUEUED → PREDICTING → predicted() PREDICTED → SCORING → SCORED
    from QUEUED: cancel() → CANCELLED
    from PREDICTING or SCORING: reject() → REJECTED (theirs to mend) · release() one step back (ours, tried again) ·
    FAILED after MAX_TRIES · hold_off() one step back with no try counted (the machine cannot do it now) ·
    from PREDICTING: put_back() → QUEUED (models are not graded here now)
    from SCORED: regrade() → QUEUED, a model → PREDICTED (it is not run again) · from FAILED: retry() → QUEUED, a
    model that was scored before → PREDICTED
    a rehearsal, from anywhere: erase_rehearsals() → nothing is left
    take_over() leaves SCORED ones SCORED, by what a rescore has found

Every verb is one compare-and-set UPDATE and answers whether it moved. The row is the truth: the broker only rings.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from competitions.clock import database_now
from competitions.models import Commitment, Solution
from config.clock import seconds_from_now
from config.request_log import current_request_id
from grader.scoring.rejection import Rejected
from submissions.dispatch import ring_after_commit
from submissions.fairness import WAITS_IN, Turn, next_in_turn
from submissions.long_waits import why_it_waited
from submissions.models import WORKED_ON, Evaluation, Event, Kind, Queue, Status, Submission, Told
from submissions.quota import (
    SubmissionRefused,
    counts_at,
    refuse_if_used_up,
    refuse_other_kinds,
    refuse_team,
    refuse_unless_open,
    refuse_who_has_left,
)
from submissions.removed_files import CANNOT_BE_READ
from submissions.result_letters import post_result
from submissions.uploads import StoredUpload
from teams.members import locked_teams
from teams.models import Team

# What a claim from each queue makes of a submission.
WORKS_AS = {Queue.MODELS: Status.PREDICTING, Queue.SCORING: Status.SCORING}
QUEUE_OF = {Kind.PREDICTIONS: Queue.SCORING, Kind.SAVED_MODEL: Queue.MODELS}
IS_MODEL = Q(kind=Kind.SAVED_MODEL)
# Work that is given back: at which step it was, where it waits again, and who is told.
STEPS_BACK = (
    (Q(status=Status.PREDICTING), Status.QUEUED, Queue.MODELS),
    (Q(status=Status.SCORING) & IS_MODEL, Status.PREDICTED, Queue.SCORING),
    (Q(status=Status.SCORING) & ~IS_MODEL, Status.QUEUED, Queue.SCORING),
)


class ClaimLost(Exception):
    """The lease ran out and the work was given to another: nothing may be written under this claim."""


@dataclass(frozen=True)
class Claim:
    """The right to finish one step of a submission, as long as its attempt is the latest."""

    submission_id: UUID
    attempt: int
    status: Status


def locked(team: Team) -> Team:
    """The team as it is now, held until the present transaction ends: what counts its submissions waits for it.

    Raises SubmissionRefused when it is gone.
    """
    # PostgreSQL locks the team's row; SQLite locked the database when this transaction began (IMMEDIATE).
    if found := locked_teams().filter(pk=team.pk).first():
        return found
    raise SubmissionRefused(
        _("%(team)s is gone: its person has joined another team. Submit from there.") % {"team": team.name}
    )


def submit(
    team: Team, user: User | None, upload: StoredUpload, description: str = "", begun_at: datetime | None = None
) -> Submission:
    """Take an upload into the queue. Its time is read from the database after the team's lock.

    `begun_at`: of one that came in chunks, by the database's clock; it may end a little after closing and be in time.
    Raises SubmissionRefused (closed, not ready, used up) and then nothing is written. A baseline has no limit; dates
    bind neither it nor a rehearsal.
    """
    with transaction.atomic():
        team = locked(team)
        now = database_now(team.competition)
        takes_part = not (team.is_baseline or team.is_rehearsal)
        is_late = takes_part and team.competition.has_closed(counts_at(team.competition, now, begun_at))
        refuse_team(team)
        if takes_part:
            refuse_who_has_left(team, user)
            refuse_unless_open(team.competition, now, begun_at)
            refuse_other_kinds(team.competition, upload.kind)
        if not team.is_baseline:
            refuse_if_used_up(team, upload.kind, now)
        submission = Submission.objects.create(
            competition=team.competition,
            team=team,
            submitted_by=user,
            kind=upload.kind,
            file=upload.stored_name,
            original_name=upload.original_name,
            size_bytes=upload.size_bytes,
            sha256=upload.sha256,
            description=" ".join(description.split()),
            submitted_at=now,
            is_late=is_late,
            waiting_since=now,
            request_id=current_request_id(),
        )
        Event.objects.create(submission=submission, status=Status.QUEUED, note="received")
        ring_after_commit(QUEUE_OF[upload.kind])
    return submission


def claim_next(queue: Queue, among: Q = Q()) -> Claim | None:  # noqa: B008  # a Q is never changed
    """Take the submission whose turn it is, and hold it for LEASE_SECONDS. None: nothing waits in this queue.

    `among` narrows what may be taken.
    """
    while (turn := next_in_turn(queue, among)) is not None:
        claim = Claim(turn.submission_id, turn.attempt + 1, WORKS_AS[queue])
        with transaction.atomic():
            moved = _move(
                WAITS_IN[queue] & Q(pk=turn.submission_id, attempt=turn.attempt),
                claim.status,
                attempt=claim.attempt,
                claimed_at=Now(),
                lease_until=seconds_from_now(settings.LEASE_SECONDS),
            )
            if moved:
                _note(turn.submission_id, claim.status, _said_of(turn, queue))
                return claim
    return None


def renew(claim: Claim) -> bool:
    """Hold a claim for another LEASE_SECONDS. False: it is lost."""
    return Submission.objects.filter(_held(claim)).update(lease_until=seconds_from_now(settings.LEASE_SECONDS)) == 1


def predicted(claim: Claim, predictions: str) -> None:
    """A model has answered; `predictions` is the stored name. Raises ClaimLost, which must end its transaction."""
    _finish(claim, Status.PREDICTED, Status.PREDICTING, predictions=predictions, waiting_since=Now())
    ring_after_commit(Queue.SCORING)


def put_back(claim: Claim, why: str, until: datetime | None = None) -> bool:
    """It cannot be run here now: to its place in the queue, with no try counted. False: the claim was lost.

    `until`: not before then.
    """
    waiting_since = {"waiting_since": until} if until else {}
    with transaction.atomic():
        moved = _move(_held(claim) & Q(status=Status.PREDICTING), Status.QUEUED, lease_until=None, **waiting_since)
        if moved:
            _note(claim.submission_id, Status.QUEUED, why[:300])
    return moved


def score(
    claim: Claim,
    solution: Solution,
    *,
    metric: str,
    public: float,
    private: float | None,
    told: Told,
    predictions: str,
    predictions_sha256: str = "",
    commitment: Commitment | None = None,
) -> Evaluation:
    """Record the scores and finish the submission. Call it in a transaction, with the team's standing.

    `commitment`: what binds the organizers to that solution; `predictions_sha256`: of the values, for the receipt.
    `private` None: a late submission has no private score. `told`: what its team may be told of the public one.
    Raises ClaimLost, which must end that transaction.
    """
    # Those under other versions too: they were made from earlier predictions, and a rescore makes its own anew.
    Evaluation.objects.filter(submission_id=claim.submission_id, is_live=True).update(is_live=False)
    evaluation = Evaluation.objects.create(
        submission_id=claim.submission_id,
        solution=solution,
        metric=metric,
        public_score=public,
        private_score=private,
        is_public_only=private is None,
        told=told,
        predictions=predictions,
        predictions_sha256=predictions_sha256,
        commitment=commitment,
    )
    _finish(claim, Status.SCORED, Status.SCORING, evaluation=evaluation)
    post_result(claim.submission_id)
    return evaluation


def reject(claim: Claim, reason: Rejected) -> None:
    """The file is the participant's to mend. Call it in a transaction; raises ClaimLost, which must end it."""
    _finish(
        claim,
        Status.REJECTED,
        claim.status,
        problems=[{"line": p.line, "finding": p.finding, "cure": p.cure} for p in reason.problems],
        problem_count=reason.problem_count,
    )
    # A model that is run was never scored, and the models worker has no right to anything of a score.
    if claim.status == Status.SCORING:
        Evaluation.objects.filter(submission_id=claim.submission_id, is_live=True).update(is_live=False)
    post_result(claim.submission_id)


def release(claim: Claim, why: str) -> bool:
    """Give the work back after a failure of ours: one step, FAILED after MAX_TRIES. False: the claim was lost."""
    return _give_back(_held(claim), claim.submission_id, why, settings.RETRY_PAUSE_SECONDS)


def hold_off(claim: Claim, why: str) -> bool:
    """Give the work back while this machine can do none: one step, after a pause, with no try counted.

    No submission is to blame for a full disk or a store that is away, however long it lasts. False: the claim was lost.
    """
    with transaction.atomic():
        moved_to = _step_back(_held(claim), settings.RETRY_PAUSE_SECONDS)
        if moved_to:
            _note(claim.submission_id, moved_to[0], f"our fault: {why}; it will be tried again")
    return moved_to is not None


def release_expired() -> int:
    """Give back every submission whose lease has run out by the database's clock; returns how many moved."""
    expired = Q(status__in=WORKED_ON, lease_until__lt=Now())
    held = Submission.objects.filter(expired).values_list("pk", "attempt")
    return sum(_give_back(expired & Q(attempt=attempt), pk, "the worker went away", 0) for pk, attempt in held)


def cancel(submission: Submission) -> bool:
    """Withdraw what still waits. False: it no longer does."""
    with transaction.atomic():
        # One that was scored before is in the queue for another grading: its score stays with the organizers.
        never_graded = ~models.Exists(_evaluations_of_the_row())
        moved = _move(Q(never_graded, pk=submission.pk, status=Status.QUEUED), Status.CANCELLED)
        if moved:
            _note(submission.pk, Status.CANCELLED, "withdrawn by the team")
    return moved


def regrade(submission: Submission) -> bool:
    """Grade a scored submission again. Its present evaluation counts until the new one stands.

    False: it is not scored, or what it would be graded from was removed.
    """
    scored = Q(pk=submission.pk, status=Status.SCORED) & ~CANNOT_BE_READ
    why = "to be graded again"
    return _queue_again(scored & ~IS_MODEL, Status.QUEUED, Queue.SCORING, submission.pk, why) or _queue_again(
        scored & IS_MODEL, Status.PREDICTED, Queue.SCORING, submission.pk, why
    )


def take_over(solution: Solution, note: str) -> int:
    """Give every scored submission its live evaluation under `solution`; returns how many have one.

    Call it in the transaction that makes the version active. Scored ones without such an evaluation stay as they are.
    """
    theirs = Evaluation.objects.filter(submission=models.OuterRef("pk"), solution=solution, is_live=True)
    moving = Submission.objects.filter(models.Exists(theirs), competition=solution.competition_id, status=Status.SCORED)
    moved = list(moving.order_by().values_list("pk", flat=True))
    moving.update(evaluation=models.Subquery(theirs.values("pk")[:1]))
    Event.objects.bulk_create([Event(submission_id=pk, status=Status.SCORED, note=note) for pk in moved])
    return len(moved)


def retry(submission: Submission) -> bool:
    """Take up a failed submission once more. False: it is not failed, or what it would be graded from was removed."""
    failed = Q(pk=submission.pk, status=Status.FAILED)
    has_answered = IS_MODEL & ~Q(predictions="") & ~CANNOT_BE_READ & Q(models.Exists(_evaluations_of_the_row()))
    why = "taken up again by an organizer"
    return _queue_again(failed & has_answered, Status.PREDICTED, Queue.SCORING, submission.pk, why) or _queue_again(
        failed & Q(upload_removed_at__isnull=True), Status.QUEUED, QUEUE_OF[Kind(submission.kind)], submission.pk, why
    )


def erase_rehearsals(teams: QuerySet[Team]) -> None:
    """Delete the rehearsal teams among `teams` with all rows of theirs; their files are the caller's.

    Who works on one meanwhile loses the claim.
    """
    of_rehearsals = Q(team__in=teams, team__is_rehearsal=True)
    with transaction.atomic():
        Submission.objects.filter(of_rehearsals).update(
            status=Status.CANCELLED, evaluation=None, lease_until=None, problem_count=0, problems=[], failure=""
        )
        Evaluation.objects.filter(submission__in=Submission.objects.filter(of_rehearsals)).delete()
        teams.filter(is_rehearsal=True).delete()


def _evaluations_of_the_row() -> QuerySet[Evaluation]:
    return Evaluation.objects.filter(submission=models.OuterRef("pk"))


def _held(claim: Claim) -> Q:
    return Q(pk=claim.submission_id, status=claim.status, attempt=claim.attempt)


def _move(condition: Q, to: Status, **values: Any) -> bool:
    """The compare-and-set: move the one row that meets `condition`."""
    return Submission.objects.filter(condition).update(status=to, **values) == 1


def _note(submission_id: UUID, status: Status, note: str = "") -> None:
    Event.objects.create(submission_id=submission_id, status=status, note=note)


def _said_of(turn: Turn, queue: Queue) -> str:
    """What the time line says of a claim: which try it is, and why it comes late."""
    waited = why_it_waited(turn.submission_id, queue, WORKS_AS[queue], turn.waiting_since, turn.seen_at)
    return "; ".join(filter(None, (f"try {turn.tries + 1}" if turn.tries else "", waited)))


def _finish(claim: Claim, to: Status, step: Status, **values: Any) -> None:
    """End the step that is being worked on."""
    if not _move(_held(claim) & Q(status=step), to, lease_until=None, tries=0, **values):
        raise ClaimLost(claim)
    _note(claim.submission_id, to)


def _step_back(condition: Q, pause_seconds: float, **values: Any) -> tuple[Status, Queue] | None:
    """Where the one that meets `condition` waits now, for that long at least; None: it did not move."""
    values |= {"lease_until": None, "waiting_since": seconds_from_now(pause_seconds)}
    return next(
        ((back_to, queue) for step, back_to, queue in STEPS_BACK if _move(condition & step, back_to, **values)), None
    )


def _give_back(condition: Q, submission_id: UUID, why: str, pause_seconds: float) -> bool:
    condition &= Q(pk=submission_id)
    tries_left = Q(tries__lt=settings.MAX_TRIES - 1)
    with transaction.atomic():
        if moved_to := _step_back(condition & tries_left, pause_seconds, tries=F("tries") + 1):
            back_to, queue = moved_to
            _note(submission_id, back_to, f"our fault: {why}; it will be tried again")
            # After a pause the sweeper rings, so that a short outage does not use up every try.
            if not pause_seconds:
                ring_after_commit(queue)
            return True
        failure = f"{why} ({settings.MAX_TRIES} tries)"
        moved = _move(condition, Status.FAILED, lease_until=None, tries=0, failure=failure)
        if moved:
            # A score that it had before counts on: the failure is ours.
            _note(submission_id, Status.FAILED, f"our fault: {failure}")
            post_result(submission_id)
    return moved


def _queue_again(condition: Q, to: Status, queue: Queue, submission_id: UUID, why: str) -> bool:
    with transaction.atomic():
        moved = _move(condition, to, evaluation=None, failure="", tries=0, waiting_since=Now())
        if moved:
            _note(submission_id, to, why)
            ring_after_commit(queue)
    return moved
