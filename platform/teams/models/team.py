"""Teams and who is in them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competitions.models import Competition

# Those who compete: no baselines, no rehearsals, and no teams that have become part of another.
COMPETES = Q(is_baseline=False, is_rehearsal=False, merged_into__isnull=True)


class Team(models.Model):
    """Who takes part in a competition: one person or several, the organizer's baseline, or a rehearsal."""

    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="teams")
    name = models.CharField(max_length=150)
    is_baseline = models.BooleanField(
        default=False, help_text=gettext_lazy("An organizer's entry: on the leaderboard without a rank.")
    )
    is_rehearsal = models.BooleanField(
        default=False,
        editable=False,
        help_text=gettext_lazy("The launch check's own: never on a board, deleted after it."),
    )
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="begun_teams",
        editable=False,
        help_text=gettext_lazy("Whose team of one it was at first, and by whose name it was called."),
    )
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.CASCADE, related_name="merged_teams", editable=False
    )
    # Plain and not hashed: the captain looks it up again, and it opens nothing but this team, until it is renewed.
    link_token = models.CharField(
        max_length=43, blank=True, editable=False, help_text=gettext_lazy("Of its link; empty: no link.")
    )
    disqualified_at = models.DateTimeField(null=True, editable=False)
    disqualification = models.CharField(max_length=500, blank=True, editable=False, help_text=gettext_lazy("Why."))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("competition", Lower("name"), name="team_names_differ"),
            models.UniqueConstraint(fields=["link_token"], condition=~Q(link_token=""), name="team_links_differ"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="a_team_is_not_merged_into_itself"
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(link_token=""), name="a_merged_team_has_no_link"
            ),
            models.CheckConstraint(
                condition=Q(disqualified_at__isnull=True, disqualification="")
                | (Q(disqualified_at__isnull=False) & ~Q(disqualification="")),
                name="disqualified_team_means_reason",
            ),
            models.CheckConstraint(
                condition=Q(is_baseline=False) | Q(is_rehearsal=False), name="a_rehearsal_is_no_baseline"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person in a team, and which rules they accepted when."""

    # The competition stands here too, so that the database can forbid a person in two teams of it.
    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    is_captain = models.BooleanField(
        default=False, help_text=gettext_lazy("Invites, merges, and hands the office over.")
    )
    rules_accepted_at = models.DateTimeField()
    rules_sha256 = models.CharField(max_length=64, help_text=gettext_lazy("Of the rules' text as it stood then."))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["competition", "user"], name="one_team_per_person_and_competition"),
            models.UniqueConstraint(fields=["team"], condition=Q(is_captain=True), name="one_captain_per_team"),
        ]

    def __str__(self) -> str:
        return _("%(user)s in %(team)s") % {"user": self.user, "team": self.team}
