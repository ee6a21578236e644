"""What a team says of a submission: a note of its own, changed as long as the competition goes on."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from competitions.clock import database_now
from competitions.models import Competition, JobState
from competitions.timeline import Stage
from submissions.lifecycle import locked
from submissions.models import Submission
from submissions.quota import refuse_team, refuse_who_has_left


class DescriptionRefused(Exception):
    """Why a description stays as it is; for its author to read."""


def describe(submission: Submission, by: User, text: str) -> None:
    """Set what the team says of it, in one line. Raises DescriptionRefused, or SubmissionRefused for a team or a
    person that takes part in it no more."""
    said = " ".join(text.split())
    longest = settings.DESCRIPTION_CHARACTERS
    if len(said) > longest:
        raise DescriptionRefused(
            ngettext(
                "A description has at most %(longest)s characters; yours has %(found)s. Take away %(more)s character.",
                "A description has at most %(longest)s characters; yours has %(found)s. Take away %(more)s characters.",
                len(said) - longest,
            )
            % {"longest": longest, "found": len(said), "more": len(said) - longest}
        )
    with transaction.atomic():
        team = locked(submission.team)
        refuse_team(team)
        refuse_who_has_left(team, by)
        if reason := why_not_described(submission.competition):
            raise DescriptionRefused(reason)
        Submission.objects.filter(pk=submission.pk, team=team).update(description=said)


def why_not_described(competition: Competition) -> str:
    """Why no description there can be changed any more, as a sentence; "": they can be."""
    is_archived = competition.stage(database_now(competition)) == Stage.ARCHIVED
    if is_archived or competition.archives.filter(state=JobState.DONE).exists():
        return _("%(competition)s is archived: what was said of its submissions stays as it is.") % {
            "competition": competition.title
        }
    return ""
