"""How sure a board is: replicates of what stands on it, and each team's places as the worker last found them."""

from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import Exact
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competitions.models import Competition
from grader.scoring.board_certainty import CHANCE_STEP
from submissions.models import Evaluation
from teams.models import Team


class Board(models.TextChoices):
    """The two boards of a competition, named as the parts of its solution that they are made from."""

    PUBLIC = "public", gettext_lazy("public")
    PRIVATE = "private", gettext_lazy("private")


class Replicates(models.Model):
    """The score of an evaluation over each draw of one part: 1,000 numbers of float32, little-endian.

    Kept only for what stands on that board. `draws` says which draws: of another solution, part or clusters they are
    others, and the replicates are made anew.
    """

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="replicates")
    part = models.CharField(max_length=10, choices=Board.choices)
    draws = models.CharField(max_length=64)
    by_rows = models.BinaryField()
    by_clusters = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "part"], name="one_set_of_replicates_per_part"),
            models.CheckConstraint(condition=Q(part__in=Board.values), name="replicates_are_of_a_known_part"),
        ]

    def __str__(self) -> str:
        return f"{self.evaluation}, {self.part}"


class BoardCertainty(models.Model):
    """One board's certainty: what was found, for which state of the board, and who is at it or when it is next due.

    `state` is the fingerprint of the board that was compared; empty: none was yet. `attempt` is the ticket of
    whoever has it in hand until `held_until`.
    """

    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="certainties")
    board = models.CharField(max_length=10, choices=Board.choices)
    state = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField(null=True)
    unit = models.CharField(max_length=10, blank=True, help_text=gettext_lazy("What is drawn: row or list."))
    unit_count = models.PositiveIntegerField(null=True)
    cluster_count = models.PositiveIntegerField(
        null=True, help_text=gettext_lazy("None: nobody's rows belong together.")
    )
    cluster_ratio = models.FloatField(
        null=True, help_text=gettext_lazy("How many times as wide whole clusters make an interval.")
    )
    compared_count = models.PositiveIntegerField(default=0)
    tied_count = models.PositiveIntegerField(
        default=0, help_text=gettext_lazy("Of those compared, with the first, itself too.")
    )
    last_tied = models.PositiveIntegerField(default=0, help_text=gettext_lazy("The place of the last of these."))
    placed_count = models.PositiveIntegerField(
        null=True, help_text=gettext_lazy("Of a final board: teams that the public one had.")
    )
    expected_count = models.PositiveIntegerField(
        null=True, help_text=gettext_lazy("Of these, within the places it had given them.")
    )
    problem = models.CharField(max_length=300, blank=True, help_text=gettext_lazy("Of the last run, for organizers."))
    attempt = models.PositiveIntegerField(default=0)
    held_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True, help_text=gettext_lazy("Not again before."))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["competition", "board"], name="one_certainty_per_board"),
            models.CheckConstraint(condition=Q(board__in=Board.values), name="a_certainty_is_of_a_known_board"),
            models.CheckConstraint(
                condition=Q(made_at__isnull=True, state="") | (Q(made_at__isnull=False) & ~Q(state="")),
                name="a_certainty_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.competition}, {self.board}"


class PlaceCertainty(models.Model):
    """How sure one team's place is. It holds for that evaluation alone: a page asks whether it still stands there.

    Numbers are those that everybody may see: differences to the first of the board in its decimals, half widths
    rounded up to them, chances in per cent, in steps of five. No `group` and chance: a baseline that is not compared.
    """

    certainty = models.ForeignKey(BoardCertainty, on_delete=models.CASCADE, related_name="places")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="place_certainties")
    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="+")
    low = models.PositiveIntegerField()
    high = models.PositiveIntegerField()
    cluster_low = models.PositiveIntegerField(null=True)
    cluster_high = models.PositiveIntegerField(null=True)
    group = models.PositiveIntegerField(null=True)
    chance_first = models.PositiveSmallIntegerField(null=True)
    chance_top = models.PositiveSmallIntegerField(null=True)
    is_tied_with_first = models.BooleanField()
    is_first = models.BooleanField()
    difference = models.FloatField()
    half_width = models.FloatField()
    cluster_half_width = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["certainty", "team"], name="one_place_per_team_and_board"),
            models.CheckConstraint(
                condition=Q(low__gte=1, low__lte=F("high"))
                & (
                    Q(cluster_low__isnull=True, cluster_high__isnull=True)
                    # A comparison with NULL would pass.
                    | Q(cluster_low__isnull=False, cluster_high__isnull=False)
                    & Q(cluster_low__gte=1, cluster_low__lte=F("cluster_high"))
                ),
                name="places_run_from_low_to_high",
            ),
            models.CheckConstraint(
                condition=Q(group__isnull=True, chance_first__isnull=True, chance_top__isnull=True)
                | Q(group__isnull=False, chance_first__isnull=False, chance_top__isnull=False)
                & Q(group__gte=1, chance_first__lte=100, chance_top__lte=100)
                & Q(Exact(F("chance_first") % CHANCE_STEP, 0))
                & Q(Exact(F("chance_top") % CHANCE_STEP, 0)),
                name="chances_are_told_in_steps_of_five",
            ),
            models.CheckConstraint(
                condition=Q(half_width__gte=0, half_width__lte=1e308)
                & Q(difference__gte=-1e308, difference__lte=1e308)
                & (Q(cluster_half_width__isnull=True) | Q(cluster_half_width__gte=0, cluster_half_width__lte=1e308)),
                name="a_half_width_is_finite_and_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return _("%(team)s: %(low)s to %(high)s") % {"team": self.team, "low": self.low, "high": self.high}
