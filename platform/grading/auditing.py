"""The audit of a competition's data, as a job of the scoring worker.

A child process (`manage.py audit SLUG --report`) reads the data, in AUDIT_SECONDS at most; the worker scores on until
it has ended, so that no submission waits for an audit, even where there is one worker process only.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import IO

import structlog
from django.conf import settings

from competitions.launching import data_digest_of, worst_of
from competitions.models import TEST_FILE, TRAIN_FILE, Competition, DataAudit
from config.environment import ROOT
from config.processes import die_with_parent
from grader.audit import Report, audit
from grading.jobs import JobLost, fail, finish, hold, is_overdue, take_in_hand
from grading.labels import NoActiveSolution, active_version, labels_of
from grading.scoring import score_claimed
from submissions.lifecycle import claim_next
from submissions.models import Queue

log = structlog.get_logger(__name__)

LOOK_SECONDS = 0.1
HOLD_SECONDS = 1.0
LAST_BYTES = 500
TABLES = (".csv",)


class CannotAudit(Exception):
    """Why there is nothing to audit, for an organizer to read."""


def audit_of(competition: Competition, say: Callable[[str], None]) -> Report:
    """The audit itself, in this process, which must be one of the scoring worker's side. Raises CannotAudit."""
    files = {data_file.name: Path(data_file.file.path) for data_file in competition.data_files.all()}
    if TEST_FILE not in files:
        raise CannotAudit(f"There is no {TEST_FILE} among the data files: add it first.")
    try:
        labels = labels_of(active_version(competition))
    except NoActiveSolution:
        raise CannotAudit("There is no accepted solution: upload one first.") from None
    test, train = files.pop(TEST_FILE), files.pop(TRAIN_FILE, None)
    try:
        return audit(
            train,
            test,
            labels,
            id_column=competition.id_column,
            target_column=competition.target_column,
            metric=competition.metric,
            k=competition.metric_k,
            more={name: path for name, path in files.items() if name.endswith(TABLES)},
            say=say,
        )
    except (OSError, ValueError) as problem:
        raise CannotAudit(str(problem)) from problem


def audit_waiting() -> None:
    """Do every audit that is at hand."""
    while (job := take_in_hand(DataAudit)) is not None:
        try:
            _carry_out(job)
        except JobLost:
            log.warning("audit_lost", audit=job.pk)
        except Exception as problem:  # The worker must live on; the log has it whole.
            log.exception("audit_failed", audit=job.pk)
            fail(job, f"The audit stopped with {type(problem).__name__}; the scoring worker's log says more.")


def _carry_out(job: DataAudit) -> None:
    if is_overdue(job, 2 * settings.AUDIT_SECONDS):
        fail(job, f"The audit was not done within {2 * settings.AUDIT_SECONDS} s. Ask for it again.")
        return
    hold(job, "Reading the data")
    digest = data_digest_of(job.competition)
    with tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as said:
        exit_code = _read_by_a_child(job, answer, said)
        if exit_code is None:
            fail(job, f"The audit took longer than {settings.AUDIT_SECONDS} s (HOLDOUT_AUDIT_SECONDS) and was ended.")
            return
        answer.seek(0)
        told = json.loads(answer.read() or b"{}")
    if "cannot" in told:
        fail(job, told["cannot"])
    elif "findings" in told:
        finish(job, report=told, worst=worst_of(finding["level"] for finding in told["findings"]), digest=digest)
    else:
        fail(job, f"The process that read the data ended with {exit_code}; it may have needed more memory.")


def _read_by_a_child(job: DataAudit, answer: IO[bytes], said: IO[bytes]) -> int | None:
    """Start the child, score what waits until it has ended, and return its exit code; None: its time was up."""
    ends_at = monotonic() + settings.AUDIT_SECONDS
    child = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "audit", job.competition.slug, "--report"],
        stdin=subprocess.DEVNULL,
        stdout=answer,
        stderr=said,
        preexec_fn=die_with_parent,
    )
    try:
        held_at = monotonic()
        while child.poll() is None:
            if monotonic() > ends_at:
                return None
            if monotonic() > held_at + HOLD_SECONDS:
                hold(job, _last_line(said))
                held_at = monotonic()
            if (claim := claim_next(Queue.SCORING)) is not None:
                score_claimed(claim)
            else:
                sleep(LOOK_SECONDS)
        return child.returncode
    finally:
        child.kill()
        child.wait()


def _last_line(said: IO[bytes]) -> str:
    """What the child has said last; the file is shared with it, so it is read without moving where it writes."""
    end = os.fstat(said.fileno()).st_size
    lines = os.pread(said.fileno(), LAST_BYTES, max(0, end - LAST_BYTES)).decode(errors="replace").splitlines()
    return lines[-1] if lines else "Reading the data"
