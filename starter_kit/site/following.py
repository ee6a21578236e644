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


def told_lines(submission: Document, mine: Document | None = None) -> Iterator[str]:
    """What the submission's page says of it, in lines. `mine`: where its team stands now, if that is known."""
    yield f"{submission['file_name']}, sent {moment(submission['submitted_at'])}: {submission['url']}"
    if submission["status"] == "scored":
        yield from _score_lines(submission, mine or {})
    elif submission["is_final"]:
        yield from _trouble_lines(submission)
    else:
        yield f"It is {waiting_line(submission)}."


def _score_lines(submission: Document, mine: Document) -> Iterator[str]:
    # The rank is the team's, by its best file, which need not be this one.
    rank = f"; your team's rank is {mine['rank']}" if mine.get("rank") else ""
    if submission.get("public_score") is not None:
        yield f"Public score: {submission['score_text']}{rank}"
    else:
        stays = f"; your team's score stays {mine['score_text']}" if mine.get("score") is not None else ""
        yield f"Scored: {submission['score_text']}{stays}{rank}"
    if submission.get("private_score") is not None:
        yield f"Private score: {submission['private_score']}"
    if submission.get("model_warning"):
        yield str(submission["model_warning"])


def _trouble_lines(submission: Document) -> Iterator[str]:
    yield f"It is {submission['status']}; it does not count against the limit."
    lines = problem_lines(submission.get("problems"))
    if submission.get("reason") and not lines:
        yield str(submission["reason"])
    yield from lines
    if unnamed := max(0, submission.get("problem_count", 0) - len(lines)):
        yield f"And {unnamed:,} more {'problem' if unnamed == 1 else 'problems'}."
    if submission.get("run_log"):
        yield f"What it printed when it was run on rows of train.csv:\n{submission['run_log']}"
