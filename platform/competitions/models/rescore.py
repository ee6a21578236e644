"""Scoring everything again under another version of the solution."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competitions.models.competition import Competition
from competitions.models.solution import Solution


class Rescore(models.Model):
    """One rescore of a competition: what was scored under `before` is scored under `solution` too.

    Until it is ACTIVE nothing of it counts or is shown to participants. Its state is written by `submissions.rescores`.
    """

    class State(models.TextChoices):
        SCORING = "scoring", gettext_lazy("being scored")
        PREVIEWED = "previewed", gettext_lazy("waits for an organizer's word")
        ACTIVATING = "activating", gettext_lazy("being made active")
        ACTIVE = "active", gettext_lazy("made active")
        CANCELLED = "cancelled", gettext_lazy("cancelled")
        FAILED = "failed", gettext_lazy("cannot be done")

    WORKED_ON = (State.SCORING, State.ACTIVATING)
    UNDER_WAY = (State.SCORING, State.PREVIEWED, State.ACTIVATING)

    # The competition stands here too, so that the database can forbid two at once.
    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="rescores")
    solution = models.ForeignKey(Solution, on_delete=models.RESTRICT, related_name="rescores")
    before = models.ForeignKey(
        Solution,
        on_delete=models.RESTRICT,
        related_name="+",
        help_text=gettext_lazy("The active version when it was asked for."),
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.SCORING)
    failure = models.CharField(max_length=500, blank=True, help_text=gettext_lazy("Why it cannot be done."))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True, help_text=gettext_lazy("A worker is at it until then, or has died."))
    preview = models.JSONField(default=dict, help_text=gettext_lazy("Who moves, by how much: for organizers only."))
    read_again = models.JSONField(
        default=list, help_text=gettext_lazy("Submissions whose kept predictions could not be read.")
    )
    left_out = models.JSONField(
        default=list, help_text=gettext_lazy("{submission, team, why} of those that could not be scored.")
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["competition"],
                condition=Q(state__in=("scoring", "previewed", "activating")),
                name="one_rescore_under_way_per_competition",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("scoring", "previewed", "activating", "active", "cancelled", "failed")),
                name="rescore_state_is_known",
            ),
            models.CheckConstraint(
                condition=(Q(state="failed") & ~Q(failure="")) | (~Q(state="failed") & Q(failure="")),
                name="a_failed_rescore_means_reason",
            ),
            models.CheckConstraint(condition=~Q(solution=models.F("before")), name="a_rescore_changes_the_version"),
        ]

    def __str__(self) -> str:
        return _("%(competition)s: from version %(before_version)s to %(solution_version)s") % {
            "competition": self.competition,
            "before_version": self.before.version,
            "solution_version": self.solution.version,
        }

    def get_absolute_url(self) -> str:
        return reverse("admin:competitions_rescore_change", args=[self.pk])

    @property
    def is_worked_on(self) -> bool:
        return self.state in self.WORKED_ON

    @property
    def is_under_way(self) -> bool:
        return self.state in self.UNDER_WAY
