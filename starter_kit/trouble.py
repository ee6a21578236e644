"""What the kit says when something that can be foreseen goes wrong, and the exit code that goes with it."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Any


class ExitCode(IntEnum):
    """How a command ended, for a script. The same for every command."""

    FINE = 0
    THEIRS_TO_MEND = 1
    WRONG_USAGE = 2
    NOT_ALLOWED = 3
    LIMIT_REACHED = 4
    SITE_FAULT = 5
    SITE_UNREACHABLE = 6
    STOPPED = 130


EXIT_CODES = (
    "Exit codes: 0 all is well, or scored · 1 rejected, or something of yours is to be mended · 2 wrong usage · "
    "3 not signed in, or not allowed · 4 a limit is reached (it says when again) · 5 the site's fault · "
    "6 the site cannot be reached · 130 stopped by Ctrl-C."
)


class KitError(Exception):
    """Shown to the participant as it stands: where, what was found, what to do.

    `facts` are what a script may want beside the sentence: a code, problems by line, when it is possible again.
    """

    exit_code = ExitCode.THEIRS_TO_MEND

    def __init__(self, sentence: str, **facts: Any) -> None:
        super().__init__(sentence)
        self.facts: Mapping[str, Any] = facts


class WrongUsage(KitError):
    """The command names something that does not exist, or leaves out what must be known."""

    exit_code = ExitCode.WRONG_USAGE


class NotAllowed(KitError):
    """The site does not know them, or does not let them."""

    exit_code = ExitCode.NOT_ALLOWED


class LimitReached(KitError):
    """It is possible again later; the sentence says when."""

    exit_code = ExitCode.LIMIT_REACHED


class SiteFault(KitError):
    """The site failed; nothing of theirs is wrong."""

    exit_code = ExitCode.SITE_FAULT


class SiteUnreachable(KitError):
    """No answer came."""

    exit_code = ExitCode.SITE_UNREACHABLE


class Stopped(KitError):
    """They pressed Ctrl-C; the sentence says what goes on all the same, and how to go on."""

    exit_code = ExitCode.STOPPED
