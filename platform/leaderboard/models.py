"""Where each team stands: its best evaluation, maintained in the scoring transaction. Ranks are never stored.

And what organizers have done to the board by hand: each act with its reason.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competitions.models import Competition
from config.by_locale import day_and_time

# Django looks for models here.
from leaderboard.certainty_models import Board as Board
from leaderboard.certainty_models import BoardCertainty as BoardCertainty
from leaderboard.certainty_models import PlaceCertainty as PlaceCertainty
from leaderboard.certainty_models import Replicates as Replicates
from leaderboard.integrity_models import IntegrityState as IntegrityState
from leaderboard.integrity_models import ProbingSign as ProbingSign
from leaderboard.integrity_models import SimilarPair as SimilarPair
from submissions.models import Evaluation, Submission
from teams.models import Team

# The public order of a team that was told no score yet: behind every score, which is 1e308 at most.
NOTHING_TOLD = 1.5e308


class Standing(models.Model):
    """A team's best submission of a competition, by its disclosed public score; the earlier of two equal ones.

    `best` None: none of its files was told its score (on a ladder board). It stands at the end of the public board,
    without a rank, at the time of its first file.
    `final` is the best private one of those that the team has chosen: what the private ranking is made from.
    What orders a board stands in its columns: the disclosed score, the lower the better (its negative where the
    metric's higher is better), when it was sent, and the team's key. A rank is counted from these.
    """

    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="standings")
    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="standing")
    best = models.ForeignKey(Evaluation, null=True, on_delete=models.CASCADE, related_name="+")
    final = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="+")
    scored_count = models.PositiveIntegerField()
    is_ranked = models.BooleanField(help_text=gettext_lazy("No baseline."))
    public_order = models.FloatField()
    public_at = models.DateTimeField()
    private_order = models.FloatField()
    private_at = models.DateTimeField()

    class Meta:
        # Each holds all that counting needs, so that the rows themselves are read for one page only.
        indexes = [
            models.Index(
                fields=["competition", "public_order", "public_at", "team", "is_ranked"], name="standing_public_board"
            ),
            models.Index(
                fields=["competition", "private_order", "private_at", "team", "is_ranked"],
                name="standing_private_board",
            ),
            # The unranked are few: who is ranked is counted by taking them away.
            models.Index(
                fields=["competition", "public_order", "public_at", "team", "is_ranked"],
                condition=Q(is_ranked=False),
                name="unranked_on_public_board",
            ),
            models.Index(
                fields=["competition", "private_order", "private_at", "team", "is_ranked"],
                condition=Q(is_ranked=False),
                name="unranked_on_private_board",
            ),
        ]
        constraints = [
            # PostgreSQL holds NaN above every number.
            models.CheckConstraint(
                condition=Q(Q(public_order__gte=-1e308, public_order__lte=1e308) | Q(public_order=NOTHING_TOLD))
                & Q(private_order__gte=-1e308, private_order__lte=1e308),
                name="a_standing_has_a_finite_order",
            ),
            models.CheckConstraint(
                condition=Q(best__isnull=True, public_order=NOTHING_TOLD)
                | Q(best__isnull=False, public_order__lt=NOTHING_TOLD),
                name="a_standing_without_a_told_score_stands_last",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team}: {self.best}"


class Receipt(models.Model):
    """What a team can prove of a score that it was told. Only `receipts.py` writes one, and nobody changes it.

    `text`, canonical JSON, holds the facts as they were; `digest` is of it, and `link` of the link before and the
    digest: the chain of a competition's receipts, counted from 1.
    """

    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="receipts")
    number = models.PositiveIntegerField()
    evaluation = models.OneToOneField(Evaluation, null=True, on_delete=models.SET_NULL, related_name="receipt")
    text = models.TextField()
    digest = models.CharField(max_length=64)
    link = models.CharField(max_length=64)
    appended_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["competition", "number"]
        constraints = [
            models.UniqueConstraint(fields=["competition", "number"], name="receipts_have_numbers_of_their_own"),
            models.CheckConstraint(condition=Q(number__gte=1), name="receipts_are_counted_from_1"),
        ]

    def __str__(self) -> str:
        return _("Receipt %(number)s of %(competition)s") % {"number": self.number, "competition": self.competition}


ABOUT_TEAMS = ("team_disqualified", "team_reinstated", "baseline_marked", "baseline_unmarked")
ABOUT_SUBMISSIONS = ("submission_disqualified", "submission_reinstated")
ABOUT_ACCOUNTS = ("account_closed", "account_reopened")


class ModerationAct(models.Model):
    """Who did what to whom, when and why. Only `moderation.py` writes one, and nobody changes it."""

    class Deed(models.TextChoices):
        TEAM_DISQUALIFIED = "team_disqualified", gettext_lazy("team disqualified")
        TEAM_REINSTATED = "team_reinstated", gettext_lazy("team reinstated")
        SUBMISSION_DISQUALIFIED = "submission_disqualified", gettext_lazy("submission disqualified")
        SUBMISSION_REINSTATED = "submission_reinstated", gettext_lazy("submission reinstated")
        BASELINE_MARKED = "baseline_marked", gettext_lazy("marked as a baseline")
        BASELINE_UNMARKED = "baseline_unmarked", gettext_lazy("no longer a baseline")
        ACCOUNT_CLOSED = "account_closed", gettext_lazy("account closed")
        ACCOUNT_REOPENED = "account_reopened", gettext_lazy("account opened again")

    deed = models.CharField(max_length=30, choices=Deed.choices)
    competition = models.ForeignKey(Competition, null=True, on_delete=models.CASCADE, related_name="moderation_acts")
    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="moderation_acts")
    submission = models.ForeignKey(Submission, null=True, on_delete=models.CASCADE, related_name="moderation_acts")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="moderation_acts"
    )
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(deed__in=ABOUT_ACCOUNTS, account__isnull=False, team__isnull=True)
                | Q(deed__in=ABOUT_SUBMISSIONS, account__isnull=True, team__isnull=False, submission__isnull=False)
                | Q(deed__in=ABOUT_TEAMS, account__isnull=True, team__isnull=False, submission__isnull=True),
                name="a_moderation_act_names_its_subject",
            ),
            models.CheckConstraint(
                condition=Q(team__isnull=True, competition__isnull=True)
                | Q(team__isnull=False, competition__isnull=False),
                name="a_moderation_act_names_the_teams_competition",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_moderation_act_has_a_reason"),
        ]

    def __str__(self) -> str:
        return _("%(deed)s on %(at)s UTC") % {"deed": self.get_deed_display(), "at": day_and_time(self.at)}
