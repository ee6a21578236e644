"""What organizers may do to a team or a submission: each act by its name, and what follows of it, said beforehand."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from leaderboard import moderation


@dataclass(frozen=True)
class Deed:
    """An act of `moderation`: `act(subject, reason, by)` answers whether anything changed."""

    act: Callable[[Any, str, User], bool]
    label: Promise
    consequence: Promise


TEAM_DEEDS = {
    "disqualify": Deed(
        moderation.disqualify_team,
        _("Disqualify"),
        _(
            "The teams leave every leaderboard at once and can send nothing more. They see when and why on their "
            "pages. Nothing is deleted: reinstating brings them back where they were."
        ),
    ),
    "reinstate": Deed(
        moderation.reinstate_team,
        _("Reinstate"),
        _("The teams come back to where their submissions place them."),
    ),
    "mark-baseline": Deed(
        moderation.mark_baseline,
        _("Mark as baselines"),
        _("The teams stay on the leaderboard, without a rank and without limits: they are the organizers' own."),
    ),
    "unmark-baseline": Deed(
        moderation.unmark_baseline,
        _("Rank like everyone"),
        _("The baselines get a rank, and the limits of a team."),
    ),
}
SUBMISSION_DEEDS = {
    "disqualify": Deed(
        moderation.disqualify_submission,
        _("Disqualify"),
        _("The submissions count for nothing; their teams keep the others. The teams see when and why."),
    ),
    "reinstate": Deed(
        moderation.reinstate_submission,
        _("Reinstate"),
        _("The submissions count again."),
    ),
}
