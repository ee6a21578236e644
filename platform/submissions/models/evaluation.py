"""The gradings of submissions."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competitions.models import Commitment, Solution
from submissions.models.statuses import Told
from submissions.models.stores import prediction_storage
from submissions.models.submission import Submission

# Of all metrics, R² alone has scores below 0 (a test compares this with grader.scoring.metrics).
MAY_BE_NEGATIVE = ("r2",)


class Evaluation(models.Model):
    """One grading of one submission against one solution version. The latest of each pair is live.

    Only those under the active version count or are shown: live ones under another are a rescore's, or history.
    Its public score is for organizers alone unless `told` says SCORE.
    """

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="evaluations")
    solution = models.ForeignKey(Solution, on_delete=models.PROTECT, related_name="evaluations")
    metric = models.CharField(max_length=20, default="mse", help_text=gettext_lazy("What the scores are."))
    public_score = models.FloatField()
    private_score = models.FloatField(null=True)
    is_public_only = models.BooleanField(
        default=False, help_text=gettext_lazy("Of a late submission: it has no private score.")
    )
    told = models.CharField(gettext_lazy("told"), max_length=20, choices=Told.choices, default=Told.SCORE)
    predictions = models.FileField(storage=prediction_storage, max_length=200)
    predictions_sha256 = models.CharField(
        max_length=64, blank=True, help_text=gettext_lazy("Of the values, in the rows' order.")
    )
    commitment = models.ForeignKey(
        Commitment,
        null=True,
        on_delete=models.RESTRICT,
        related_name="+",
        help_text=gettext_lazy("What it was scored under."),
    )
    is_receipted = models.BooleanField(default=False, help_text=gettext_lazy("Its receipt is written."))
    is_live = models.BooleanField(default=True)
    graded_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["solution"], condition=Q(is_receipted=False), name="evaluation_without_receipt")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "solution"],
                condition=Q(is_live=True),
                name="one_evaluation_per_submission_and_solution",
            ),
            # PostgreSQL holds NaN above every number; SQLite stores it as NULL, which the public score cannot be.
            models.CheckConstraint(
                condition=Q(public_score__gte=-1e308, public_score__lte=1e308), name="public_score_is_finite"
            ),
            models.CheckConstraint(
                condition=Q(is_public_only=True, private_score__isnull=True)
                | Q(
                    is_public_only=False,
                    private_score__isnull=False,
                    private_score__gte=-1e308,
                    private_score__lte=1e308,
                ),
                name="private_score_is_finite",
            ),
            models.CheckConstraint(
                condition=Q(metric__in=MAY_BE_NEGATIVE)
                | (Q(public_score__gte=0) & (Q(private_score__isnull=True) | Q(private_score__gte=0))),
                name="only_some_metrics_go_below_zero",
            ),
            models.CheckConstraint(condition=Q(told__in=Told.values), name="what_a_team_was_told_is_known"),
        ]

    def __str__(self) -> str:
        return _("%(public_score)r against version %(solution_version)s") % {
            "public_score": self.public_score,
            "solution_version": self.solution.version,
        }
