"""One launch check from asked to done, step by step; a killed worker's successor goes on where it stopped.

What has been done is told by the rows: which acts have a submission, and which of those have their score. The task that
sends them also scores them, by the very functions that answer the scoring queue's bell, because it may be the only
process there is; what another process has taken up meanwhile is waited for by coming again.
"""

from collections.abc import Callable
from enum import Enum, auto
from time import monotonic, sleep

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from competitions.clock import database_now
from competitions.launching import Line, digest_of, worst_of
from competitions.models import LaunchCheck, Level
from grader.scoring.solution import Solution
from grading.jobs import JobLost, fail, finish, hold, is_overdue, let_go, take_in_hand
from grading.labels import LabelsDoNotFit, NoActiveSolution, active_version, labels_of
from grading.launch.acts import Act, content_of
from grading.launch.leaks import labels_among_data
from grading.launch.rehearsal import remove_files, send, sent_by, teams_of
from grading.launch.rules import dates, one_over_the_limit, one_second_late
from grading.launch.surroundings import surroundings
from grading.launch.verdicts import verdicts
from grading.scoring import score_claimed
from submissions.lifecycle import claim_next, erase_rehearsals
from submissions.models import Queue

log = structlog.get_logger(__name__)

# While another process scores one of its submissions, a check is waited for; then it is left alone for a while.
PATIENCE_SECONDS = 2.0
LOOK_SECONDS = 0.05
PAUSE_SECONDS = 1.0


class After(Enum):
    """How things stand after a step."""

    MOVED = auto()
    OTHERS_ARE_AT_IT = auto()
    ALL_SCORED = auto()


def check_waiting(may_go_on: Callable[[], bool]) -> bool:
    """Carry on with every launch check at hand, for as long as `may_go_on` says; it is asked after each step.

    False: there is more to do at once.
    """
    while (check := take_in_hand(LaunchCheck)) is not None:
        try:
            if not _carry_on(check, may_go_on):
                return False
        except JobLost:
            log.warning("launch_check_lost", check=check.pk)
        except Exception as problem:  # The worker must live on; the log has it whole.
            log.exception("launch_check_failed", check=check.pk)
            _give_up(
                check, f"The launch check stopped with {type(problem).__name__}; the scoring worker's log says more."
            )
        if not may_go_on():
            return False
    return True


def _carry_on(check: LaunchCheck, may_go_on: Callable[[], bool]) -> bool:
    """Take steps until it is done, or waits for another process. False: it was left in the middle."""
    if is_overdue(check, settings.LAUNCH_CHECK_SECONDS):
        _give_up(check, f"The launch check was not done within {settings.LAUNCH_CHECK_SECONDS} s. Run it again.")
        return True
    if not check.digest:
        check.digest = digest_of(check.competition)
        check.save(update_fields=["digest"])
    try:
        labels = labels_of(active_version(check.competition))
    except (NoActiveSolution, LabelsDoNotFit) as problem:
        _conclude(check, problem)
        return True
    patient_until = monotonic() + PATIENCE_SECONDS
    while (after := _take_a_step(check, labels)) is not After.ALL_SCORED:
        if after is After.OTHERS_ARE_AT_IT:
            if monotonic() < patient_until:
                sleep(LOOK_SECONDS)
                continue
            let_go(check, PAUSE_SECONDS)
            return True
        patient_until = monotonic() + PATIENCE_SECONDS
        if not may_go_on():
            let_go(check)
            return False
    _conclude(check, labels)
    return True


def _take_a_step(check: LaunchCheck, labels: Solution) -> After:
    """Send one file, or score one."""
    sent = sent_by(check)
    for number, act in enumerate(Act):
        if act not in sent and (content := content_of(act, check.competition, labels)) is not None:
            hold(check, f"Sending {number + 1} of {len(Act)}: {act.value}")
            send(check, act, content)
            return After.MOVED
    finished = sum(submission.is_finished for submission in sent.values())
    if finished == len(sent):
        return After.ALL_SCORED
    hold(check, f"Scoring: {finished} of {len(sent)} done")
    claim = claim_next(Queue.SCORING, Q(team__in=teams_of(check)))
    if claim is None:
        return After.OTHERS_ARE_AT_IT
    score_claimed(claim)
    return After.MOVED


def _conclude(check: LaunchCheck, labels: Solution | NoActiveSolution | LabelsDoNotFit) -> None:
    """Judge, remove the files, and record the checklist in one transaction with the end of the rows.

    A successor of a worker that is killed in between finds the rows, which are all that judging needs.
    """
    hold(check, "Looking at the results")
    lines = lines_of(check, labels)
    remove_files(check)
    with transaction.atomic():
        erase_rehearsals(teams_of(check))
        finish(check, lines=[line.to_dict() for line in lines], worst=worst_of(line.level for line in lines))
    log.info("launch_check_done", check=check.pk, red=sum(line.level == Level.RED for line in lines))


def lines_of(check: LaunchCheck, labels: Solution | NoActiveSolution | LabelsDoNotFit) -> list[Line]:
    """The whole checklist; without labels nothing was sent, and a line says why."""
    competition = check.competition
    lines = [dates(competition, database_now(competition)), *surroundings(competition)]
    if isinstance(labels, NoActiveSolution):
        return lines
    if isinstance(labels, LabelsDoNotFit):
        cure = "Upload a solution that fits, or set back what has changed."
        return [*lines, Line("Solution fits the settings", Level.RED, str(labels), cure)]
    return [
        *lines,
        labels_among_data(competition, labels),
        *verdicts(competition, sent_by(check), int(labels.row_ids[-1])),
        one_second_late(competition),
        one_over_the_limit(check),
    ]


def _give_up(check: LaunchCheck, why: str) -> None:
    try:
        remove_files(check)
        with transaction.atomic():
            erase_rehearsals(teams_of(check))
            fail(check, why)
    except JobLost:
        log.warning("launch_check_lost", check=check.pk)
