"""Sending a file in one request: what is refused before it is read, and what becomes of it."""

from typing import Any

from django.core.files.base import File
from django.utils.translation import gettext as _

from accounts.models import User
from competitions.clock import database_now
from submissions import lifecycle
from submissions.models import Kind, Submission
from submissions.quota import SubmissionRefused, refuse_if_used_up, refuse_other_kinds, refuse_team, refuse_unless_open
from submissions.repeats import refuse_repeat
from submissions.uploads import forget_upload, kind_of, refuse_other_names, store_upload, too_large
from teams.models import Team


class TooLarge(SubmissionRefused):
    """The file has more bytes than the competition takes."""


class OtherContent(SubmissionRefused):
    """What came is not what its sender says that it sent."""


def refuse_before_the_file(team: Team, kind: Kind | None = None) -> None:
    """Raises SubmissionRefused for what taking the file would be refused for; `kind` None: the usual one here.

    By the database's clock, as then: a web process whose own runs fast closes nothing early.
    """
    competition = team.competition
    now = database_now(competition)
    refuse_team(team)
    refuse_unless_open(competition, now)
    refuse_if_used_up(team, kind or (Kind.PREDICTIONS if competition.takes_predictions else Kind.SAVED_MODEL), now)


def send(
    team: Team, user: User, file: File[Any], description: str = "", *, sha256: str = "", send_again: bool = True
) -> Submission:
    """Take a file that has come whole into the queue.

    `sha256`: as its sender says; "": nothing is said. `send_again` False: the sender wants to be asked before the
    very same file is taken once more. Raises SubmissionRefused (TooLarge, OtherContent, SentBefore), and then nothing
    is kept and nothing counted.
    """
    competition = team.competition
    kind = kind_of(file)
    refuse_other_names(competition, file.name or "")
    refuse_other_kinds(competition, kind)
    if too_much := too_large(competition, file.size, kind):
        raise TooLarge(too_much)
    refuse_before_the_file(team, kind)
    upload = store_upload(competition, file)
    try:
        if sha256 and sha256.lower() != upload.sha256:
            raise OtherContent(
                _(
                    "What has come of '%(file)s' is not what was sent: its SHA-256 is %(found)s, not %(said)s. "
                    "Nothing was counted; send it again."
                )
                % {"file": upload.original_name[:80], "found": upload.sha256, "said": sha256.lower()}
            )
        if not send_again:
            refuse_repeat(team, upload.sha256)
        return lifecycle.submit(team, user, upload, description)
    except BaseException:
        forget_upload(upload)
        raise
