"""The life of a rescore: the only code that writes its state.

    ask() → SCORING → preview stored: PREVIEWED → make_active() → ACTIVATING → activation: ACTIVE
    from SCORING or PREVIEWED: cancel() → CANCELLED · from SCORING or ACTIVATING: fail() → FAILED, with the reason

Every verb is one compare-and-set UPDATE. The work itself is in `grading.rescoring`.
"""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from competitions.models import Competition, Rescore, Solution
from config.by_locale import whole
from config.clock import seconds_from_now
from submissions.dispatch import RESCORE, ring_for_job_after_commit
from submissions.models import Evaluation, Submission
from submissions.removed_files import CANNOT_BE_READ

State = Rescore.State


class RescoreRefused(Exception):
    """It cannot be begun; the message says why, and what to do."""


def ask(solution: Solution, user: User | None) -> Rescore:
    """Begin to score everything of the competition under an accepted version. Raises RescoreRefused."""
    if solution.verdict != Solution.Verdict.ACCEPTED:
        raise RescoreRefused(
            _("%(solution)s is %(verdict)s; only an accepted version can be used. Upload a corrected one.")
            % {"solution": solution, "verdict": solution.get_verdict_display()}
        )
    with transaction.atomic():
        # no_key: a submission that arrives meanwhile refers to this row and must not wait for it.
        competition = Competition.objects.select_for_update(no_key=True).get(pk=solution.competition_id)
        active = competition.solutions.filter(is_active=True).first()
        if active is None or active == solution:
            raise RescoreRefused(_("%(solution)s counts already: everything is scored by it.") % {"solution": solution})
        if other := competition.rescores.filter(state__in=Rescore.UNDER_WAY).first():
            raise RescoreRefused(
                _("A rescore by version %(version)s is under way (%(state)s). Make it active or cancel it first.")
                % {"version": other.solution.version, "state": other.get_state_display()}
            )
        rescore = Rescore(competition=competition, solution=solution, before=active, asked_by=user)
        gone = in_question(rescore).filter(submission__in=Submission.objects.filter(CANNOT_BE_READ)).count()
        if gone:
            raise RescoreRefused(
                ngettext(
                    "%(count)s submission can be scored no more: its kept predictions and its file were removed, as "
                    "is set for the time after archiving (days that uploads, that predictions are kept).",
                    "%(count)s submissions can be scored no more: their kept predictions and their files were "
                    "removed, as is set for the time after archiving (days that uploads, that predictions are kept).",
                    gone,
                )
                % {"count": whole(gone)}
            )
        rescore.save()
        ring_for_job_after_commit(RESCORE)
    return rescore


def cancel(rescore: Rescore) -> bool:
    """Give it up. What was scored stays as history, and speeds up the next one. False: it was too late."""
    return _move(rescore, (State.SCORING, State.PREVIEWED), State.CANCELLED, finished_at=Now())


def make_active(rescore: Rescore) -> bool:
    """An organizer's word: the worker scores what came meanwhile, then the version counts. False: not to be had."""
    with transaction.atomic():
        moved = _move(rescore, (State.PREVIEWED,), State.ACTIVATING)
        if moved:
            ring_for_job_after_commit(RESCORE)
    return moved


def previewed(rescore: Rescore, preview: dict[str, object]) -> bool:
    """Everything is scored, and this is what would change. False: it was cancelled meanwhile."""
    return _move(rescore, (State.SCORING,), State.PREVIEWED, preview=preview, lease_until=None)


def finished(rescore: Rescore) -> bool:
    """Its version counts. Call it in the transaction that sees to that."""
    return _move(rescore, (State.ACTIVATING,), State.ACTIVE, finished_at=Now(), lease_until=None)


def fail(rescore: Rescore, why: str) -> bool:
    """It cannot be done, and nothing has changed for anyone."""
    return _move(rescore, Rescore.WORKED_ON, State.FAILED, failure=why[:500], finished_at=Now(), lease_until=None)


def waiting_rescores() -> QuerySet[Rescore]:
    """Those that a worker should go on with, and that no living worker is at."""
    is_free = Q(lease_until=None) | Q(lease_until__lt=Now())
    return Rescore.objects.filter(is_free, state__in=Rescore.WORKED_ON).order_by("pk")


def claim_next() -> Rescore | None:
    """Hold a waiting rescore for LEASE_SECONDS. None: nothing waits."""
    for pk in waiting_rescores().values_list("pk", flat=True):
        if waiting_rescores().filter(pk=pk).update(lease_until=seconds_from_now(settings.LEASE_SECONDS)):
            return Rescore.objects.select_related("competition", "solution__competition", "before__competition").get(
                pk=pk
            )
    return None


def keep(rescore: Rescore) -> bool:
    """Hold it for another LEASE_SECONDS. False: there is nothing to be done for it any more."""
    worked_on = Rescore.objects.filter(pk=rescore.pk, state__in=Rescore.WORKED_ON)
    return worked_on.update(lease_until=seconds_from_now(settings.LEASE_SECONDS)) == 1


def let_go(rescore: Rescore) -> None:
    """Another worker may go on with it."""
    Rescore.objects.filter(pk=rescore.pk).update(lease_until=None)


def note(rescore: Rescore, read_again: list[str], left_out: list[dict[str, str]]) -> None:
    """Name what could not be read: again from its file, or not at all. Call it with the row locked.

    With more than RESCORE_LEFT_OUT that cannot be read at all, the rescore fails.
    """
    if not read_again:
        return
    rescore.read_again = sorted({*rescore.read_again, *read_again})
    rescore.left_out = list({each["submission"]: each for each in (*rescore.left_out, *left_out)}.values())
    Rescore.objects.filter(pk=rescore.pk).update(read_again=rescore.read_again, left_out=rescore.left_out)
    if len(rescore.left_out) > settings.RESCORE_LEFT_OUT:
        fail(
            rescore,
            f"{len(rescore.left_out)} submissions cannot be read any more; the first is {left_out[0]['submission']} "
            f"({left_out[0]['why']}). Bring the stores of submissions and predictions back, then ask again.",
        )


def in_question(rescore: Rescore) -> QuerySet[Evaluation]:
    """What must have a counterpart: each live evaluation under the version that counts now, but a rehearsal's."""
    return Evaluation.objects.filter(solution=rescore.before_id, is_live=True, submission__team__is_rehearsal=False)


def missing(rescore: Rescore) -> QuerySet[Evaluation]:
    """Those of them that have none yet, late arrivals included. What could not be read is left out."""
    counterpart = Evaluation.objects.filter(
        submission=OuterRef("submission"), solution=rescore.solution_id, is_live=True
    )
    unreadable = [each["submission"] for each in rescore.left_out]
    return in_question(rescore).exclude(Exists(counterpart)).exclude(submission__in=unreadable)


def progress(rescore: Rescore) -> tuple[int, int]:
    """(how many are scored, of how many)."""
    in_all = in_question(rescore).count()
    return in_all - missing(rescore).count(), in_all


def _move(rescore: Rescore, from_states: tuple[str, ...], to: State, **values: Any) -> bool:
    moved = Rescore.objects.filter(pk=rescore.pk, state__in=from_states).update(state=to, **values) == 1
    if moved:
        rescore.refresh_from_db()
    return moved
