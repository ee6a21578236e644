"""Where each team stands: its best evaluation, maintained in the scoring transaction. Ranks are never stored."""

from django.db import models

from competitions.models import Competition
from submissions.models import Evaluation
from teams.models import Team


class Standing(models.Model):
    """A team's best submission of a competition, by its disclosed public score; the earlier of two equal ones.

    `final` is the best private one of those that the team has chosen: what the private ranking is made from.
    """

    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="standings")
    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="standing")
    best = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="+")
    final = models.ForeignKey(Evaluation, null=True, on_delete=models.CASCADE, related_name="+")
    scored_count = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["competition"], name="standing_of_competition")]

    def __str__(self) -> str:
        return f"{self.team}: {self.best}"
