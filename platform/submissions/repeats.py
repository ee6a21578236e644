"""Noticing that a team sends the very file that it has sent before."""

from submissions.models import Status, Submission
from submissions.quota import SubmissionRefused
from teams.models import Team

# A file that failed by our fault, or was withdrawn, has no answer yet.
WITHOUT_ANSWER = (Status.FAILED, Status.CANCELLED)


class SentBefore(SubmissionRefused):
    """The team has sent this file already; `earlier` is that submission. It may be sent all the same."""

    def __init__(self, earlier: Submission) -> None:
        self.earlier = earlier
        super().__init__(
            f"Your team has sent this very file before, as '{earlier.original_name[:80]}' on "
            f"{earlier.submitted_at:%d %B %Y at %H:%M} UTC ({earlier.get_status_display()}). "
            "Nothing was counted; the same file gets the same answer."
        )


def refuse_repeat(team: Team, sha256: str) -> None:
    """Raises SentBefore when the latest answer to this file is already there, or on its way."""
    same = Submission.objects.filter(team=team, sha256=sha256.lower()).exclude(status__in=WITHOUT_ANSWER)
    if (earlier := same.order_by("-submitted_at").first()) is not None:
        raise SentBefore(earlier)


def sent_before(submission: Submission) -> Submission | None:
    """The team's latest submission of this very file before that one; None: it is the first."""
    same = Submission.objects.filter(
        team=submission.team_id, sha256=submission.sha256, submitted_at__lte=submission.submitted_at
    )
    return same.exclude(pk=submission.pk).order_by("-submitted_at").first()
