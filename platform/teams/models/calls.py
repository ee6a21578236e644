"""What teams ask of people and of each other, and the answers: invitations by name, and proposals to merge."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teams.models.team import Team


class State(models.TextChoices):
    """Of an invitation or a proposal."""

    WAITING = "waiting", gettext_lazy("waiting for an answer")
    ACCEPTED = "accepted", gettext_lazy("accepted")
    DECLINED = "declined", gettext_lazy("declined")
    WITHDRAWN = "withdrawn", gettext_lazy("withdrawn")


def answered_says_when() -> Q:
    """The condition that an answer has its time, and what waits has none."""
    return Q(state="waiting", answered_at__isnull=True) | Q(
        state__in=("accepted", "declined", "withdrawn"), answered_at__isnull=False
    )


class TeamInvitation(models.Model):
    """A captain asks a participant by name into the team. Others come by the team's link."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="invitations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="team_invitations")
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField(db_default=Now())
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "user"], condition=Q(state="waiting"), name="one_open_team_invitation_per_person"
            ),
            models.CheckConstraint(condition=answered_says_when(), name="an_answered_team_invitation_says_when"),
        ]

    def __str__(self) -> str:
        return _("%(team)s invites %(user)s") % {"team": self.team, "user": self.user}


class MergeProposal(models.Model):
    """One captain offers another team a place in theirs: with the other captain's word, both are one.

    `from_team` stays, with its name and its captain; the people and the submissions of `to_team` come to it.
    """

    from_team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="proposals_made")
    to_team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="proposals_got")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField(db_default=Now())
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["from_team", "to_team"], condition=Q(state="waiting"), name="one_open_proposal_per_pair"
            ),
            models.CheckConstraint(condition=~Q(from_team=F("to_team")), name="a_team_does_not_merge_with_itself"),
            models.CheckConstraint(condition=answered_says_when(), name="an_answered_proposal_says_when"),
        ]

    def __str__(self) -> str:
        return _("%(from_team)s and %(to_team)s") % {"from_team": self.from_team, "to_team": self.to_team}
