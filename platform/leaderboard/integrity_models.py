"""What the scoring worker has found for organizers: signs of probing, and files that are nearly one and the same.

Counts, shares and correlations alone, no label and no residual. Nothing of it is for participants.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competitions.models import Competition, Solution
from config.by_locale import decimal
from submissions.models import Evaluation, Submission


class ProbingSign(models.Model):
    """A sign that a file asks for labels: `measured` is the share of its commonest value, or the rows that differ.

    `before`: the team's earlier file that it differs from in these rows.
    """

    class Kind(models.TextChoices):
        NEAR_CONSTANT = "near_constant", gettext_lazy("nearly constant")
        FEW_ROW_STEP = "few_row_step", gettext_lazy("a step of few rows")

    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="probing_signs")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="probing_signs")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    measured = models.FloatField()
    before = models.ForeignKey(Submission, null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "kind"], name="one_probing_sign_of_a_kind"),
            models.CheckConstraint(
                condition=Q(kind="near_constant", before__isnull=True, measured__gt=0, measured__lt=1)
                | Q(kind="few_row_step", before__isnull=False, measured__gte=1),
                name="a_probing_sign_says_what_was_measured",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.measured:g}"


class SimilarPair(models.Model):
    """Two teams' best files, or a team's and a baseline's as `other`, and how their errors correlate."""

    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="similar_pairs")
    one = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="+")
    correlation = models.FloatField(help_text=gettext_lazy("Rounded to 4 decimals."))
    is_with_baseline = models.BooleanField()

    class Meta:
        ordering = ["is_with_baseline", "-correlation", "id"]
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="a_similar_pair_stands_once"),
            models.CheckConstraint(condition=~Q(one=F("other")), name="a_similar_pair_is_of_two_files"),
            models.CheckConstraint(
                condition=Q(correlation__gte=-1, correlation__lte=1), name="a_correlation_lies_within_one"
            ),
        ]

    def __str__(self) -> str:
        return _("%(one_id)s and %(other_id)s: %(correlation)s") % {
            "one_id": self.one_id,
            "other_id": self.other_id,
            "correlation": decimal(self.correlation, 4),
        }


class IntegrityState(models.Model):
    """A competition's look at similar files: what it was made from, and when the next is due.

    `next_at` is also the ticket of the worker that is at it: it writes only while its own moment stands here.
    `label_count`, `label_step` (the smallest gap) and `label_spread` describe the public labels of `solution`; the leak
    meter needs them, and the web cannot read labels.
    """

    competition = models.OneToOneField(Competition, on_delete=models.CASCADE, related_name="integrity_state")
    next_at = models.DateTimeField(db_default=Now())
    made_from = models.CharField(
        max_length=64, blank=True, help_text=gettext_lazy("A digest of the bests. Empty: never made.")
    )
    made_at = models.DateTimeField(null=True)
    compared_count = models.PositiveIntegerField(default=0, help_text=gettext_lazy("Files, baselines' among them."))
    left_out_count = models.PositiveIntegerField(default=0, help_text=gettext_lazy("Files that could not be read."))
    row_count = models.PositiveIntegerField(default=0, help_text=gettext_lazy("Rows that were compared."))
    like_baseline_count = models.PositiveIntegerField(
        default=0, help_text=gettext_lazy("Teams whose file is like a baseline's.")
    )
    solution = models.ForeignKey(Solution, null=True, on_delete=models.SET_NULL, related_name="+")
    label_count = models.PositiveIntegerField(null=True)
    label_step = models.FloatField(null=True)
    label_spread = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(made_from="", made_at__isnull=True) | (~Q(made_from="") & Q(made_at__isnull=False)),
                name="an_integrity_look_says_when",
            ),
        ]

    def __str__(self) -> str:
        return _("Integrity of %(competition)s") % {"competition": self.competition}
