"""The audit of a competition's data, as a job of the scoring worker.

A child process (`python -m grader.audit`) reads the data, in AUDIT_SECONDS at most; the worker scores on until it has
ended, so that no submission waits for an audit, even where there is one worker process only.
"""

import json
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

import structlog
from django.conf import settings

from competitions.launching import data_digest_of, worst_of
from competitions.models import SAMPLE_FILE, TEST_FILE, TRAIN_FILE, Competition, DataAudit, label_storage
from config.stored_files import local_copy_of, local_file
from grading.beside_scoring import TookTooLong, run_beside_scoring
from grading.jobs import JobLost, fail, finish, hold, is_overdue, take_in_hand
from grading.labels import LabelsDoNotFit, NoActiveSolution, active_version, labels_of

log = structlog.get_logger(__name__)

LAST_BYTES = 500
# How the child's lines begin that are no traceback.
PROGRESS = ("Reading", "Looking")
TABLE = ".csv"
# The exit code with which `grader.audit` says in a sentence why there is nothing to audit.
CANNOT_AUDIT = 2


class CannotAudit(Exception):
    """Why there is nothing to audit, for an organizer to read."""


def audit_waiting() -> None:
    """Do every audit that is at hand."""
    while (job := take_in_hand(DataAudit)) is not None:
        try:
            _carry_out(job)
        except JobLost:
            log.warning("audit_lost", audit=job.pk)
        except CannotAudit as reason:
            fail(job, str(reason))
        except Exception as problem:  # The worker must live on; the log has it whole.
            log.exception("audit_failed", audit=job.pk)
            fail(job, f"The audit stopped with {type(problem).__name__}; the scoring worker's log says more.")


def _carry_out(job: DataAudit) -> None:
    at_most = settings.AUDIT_SECONDS + settings.GRADING_SECONDS
    if is_overdue(job, at_most):
        raise CannotAudit(f"The audit was not done within {at_most} s. Ask for it again.")
    hold(job, "Reading the data")
    digest = data_digest_of(job.competition)
    # Files without a name: in the folder a data file may have any.
    with TemporaryDirectory() as folder, ExitStack() as copies, TemporaryFile() as answer, TemporaryFile() as said:
        command = _command(job.competition, Path(folder), copies)
        exit_code = _read_by_a_child(job, command, answer, said)
        answer.seek(0)
        told = answer.read()
        if exit_code == CANNOT_AUDIT:
            raise CannotAudit(_last_line(said))
        if not told:
            # What it said may quote a label; its exit code does not.
            raise CannotAudit(f"The process that read the data ended with {exit_code}: it may lack memory.")
    report = json.loads(told)
    finish(job, report=report, worst=worst_of(finding["level"] for finding in report["findings"]), digest=digest)


def _command(competition: Competition, folder: Path, copies: ExitStack) -> list[str]:
    """The child's command line; in `folder` the data files stand under their own names. Raises CannotAudit.

    Files lie where they are until `copies` is closed.
    """
    for data_file in competition.data_files.all():
        (folder / data_file.name).symlink_to(copies.enter_context(local_copy_of(data_file.file)))
    test, train = folder / TEST_FILE, folder / TRAIN_FILE
    if not test.is_symlink():
        raise CannotAudit(f"There is no {TEST_FILE} among the data files: add it first.")
    try:
        version = active_version(competition)
        # A solution that does not fit is told of here, without its values: the child would quote them.
        labels_of(version)
    except NoActiveSolution:
        raise CannotAudit("There is no accepted solution: upload one first.") from None
    except LabelsDoNotFit as problem:
        raise CannotAudit(str(problem)) from problem
    solution = str(copies.enter_context(local_file(label_storage(), str(version.file.name), version.sha256)))
    more = sorted(
        str(path) for path in folder.glob(f"*{TABLE}") if path.name not in (TEST_FILE, TRAIN_FILE, SAMPLE_FILE)
    )
    return [
        sys.executable, "-m", "grader.audit", "--json", "--verbose", "--test", str(test), "--solution", solution,
        "--metric", competition.metric, "--id-column", competition.id_column,
        "--target-column", competition.target_column,
        *(["--k", str(competition.metric_k)] if competition.metric_k else []),
        *(["--train", str(train)] if train.is_symlink() else []),
        *(["--more", *more] if more else []),
    ]  # fmt: skip


def _read_by_a_child(job: DataAudit, command: Sequence[str], answer: IO[bytes], said: IO[bytes]) -> int:
    """Start the child, score what waits until it has ended, and return its exit code. Raises CannotAudit."""

    def keep() -> None:
        said_last = _last_line(said)
        hold(job, said_last if said_last.startswith(PROGRESS) else "Reading the data")

    try:
        return run_beside_scoring(command, answer, said, settings.AUDIT_SECONDS, keep)
    except TookTooLong:
        raise CannotAudit(
            f"The audit took longer than {settings.AUDIT_SECONDS} s (HOLDOUT_AUDIT_SECONDS) and was ended."
        ) from None


def _last_line(said: IO[bytes]) -> str:
    """What the child has said last; it shares the file, so this is read without moving where it writes."""
    end = os.fstat(said.fileno()).st_size
    lines = os.pread(said.fileno(), LAST_BYTES, max(0, end - LAST_BYTES)).decode(errors="replace").splitlines()
    return lines[-1] if lines else ""
