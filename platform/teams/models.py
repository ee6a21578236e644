"""Teams and who is in them."""

from django.conf import settings
from django.db import models

from competitions.models import Competition


class Team(models.Model):
    """Who takes part in a competition: one person or several, or the organizer's baseline."""

    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="teams")
    name = models.CharField(max_length=150)
    is_baseline = models.BooleanField(
        default=False, help_text="An organizer's entry: on the leaderboard without a rank."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["competition", "name"], name="team_names_differ")]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person in a team, and which rules they accepted when."""

    # The competition stands here too, so that the database can forbid a person in two teams of it.
    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    rules_accepted_at = models.DateTimeField()
    rules_sha256 = models.CharField(max_length=64, help_text="Of the rules' text as it stood then.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["competition", "user"], name="one_team_per_person_and_competition")
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"
