"""A submission from its upload to its end, as it is told at home."""

import time
from collections.abc import Callable, Iterator

from starter_kit.site.api import LONG_PATIENCE_SECONDS, Api, Document
from starter_kit.site.moments import lasting, moment
from starter_kit.site.refusals import problem_lines
from starter_kit.trouble import ExitCode

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.3, 5.0

_EXIT_CODES = {
    "rejected": ExitCode.THEIRS_TO_MEND,
    "cancelled": ExitCode.THEIRS_TO_MEND,
    "failed": ExitCode.SITE_FAULT,
}


def follow(api: Api, submission: Document, heard: Callable[[Document], None]) -> Document:
    """Look again and again until it has ended; `heard` is told what was seen.

    Raises KitError when the site does not answer for a while: the submission is there all the same.
    """
    pause = FIRST_PAUSE_SECONDS
    while True:
        heard(submission)
        if submission["is_final"]:
            return submission
        time.sleep(pause)
        pause = min(1.3 * pause, LONGEST_PAUSE_SECONDS)
        submission = api.get(f"submissions/{submission['id']}/", patience=LONG_PATIENCE_SECONDS)


def exit_code_of(submission: Document) -> ExitCode:
    """What a command ends with that looked at this submission."""
    return _EXIT_CODES.get(submission["status"], ExitCode.FINE)


def waiting_line(submission: Document) -> str:
    """One line on a submission under way, such as 'queued, place 3, about 12 s'."""
    parts = [str(submission.get("status_text") or submission["status"])]
    if submission.get("queue_place"):
        parts.append(f"place {submission['queue_place']}")
    if submission.get("expected_wait_seconds"):
        parts.append(f"about {lasting(submission['expected_wait_seconds'])}")
    return ", ".join(parts)


def told_lines(submission: Document) -> Iterator[str]:
    """What the submission's page says of it, in lines."""
    status = submission["status"]
    yield f"{submission['file_name']}, sent {moment(submission['submitted_at'])}: {submission['url']}"
    if status == "scored":
        if submission.get("public_score") is None:
            yield f"Scored: {submission['score_text']}"
        else:
            yield f"Public score: {submission['score_text']}"
        if submission.get("private_score") is not None:
            yield f"Private score: {submission['private_score']}"
        return
    if status in ("rejected", "failed", "cancelled"):
        yield f"It is {status}; it does not count against the limit."
        lines = problem_lines(submission.get("problems"))
        if submission.get("reason") and not lines:
            yield str(submission["reason"])
        yield from lines
        return
    yield f"It is {waiting_line(submission)}."
