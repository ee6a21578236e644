"""A slice report: where a scored submission errs, for its owner."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competitions.models import UNFINISHED, Competition, Job, JobState


class SliceReport(Job):
    """Where one evaluation errs: `slices` as `grader.scoring.slices.Slice` has them; NULL until it is done."""

    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="slice_reports")
    evaluation = models.ForeignKey("submissions.Evaluation", on_delete=models.CASCADE, related_name="slice_reports")
    asked_at = models.DateTimeField(help_text=gettext_lazy("By the database's clock."))
    is_charged = models.BooleanField(help_text=gettext_lazy("It is one of the team's; no organizer asked for it."))
    slices = models.JSONField(null=True)

    class Meta(Job.Meta):
        constraints = [
            # One that failed, by our fault, makes way for another try.
            models.UniqueConstraint(
                fields=["evaluation"],
                condition=~Q(state=JobState.FAILED),
                name="one_slice_report_per_evaluation",
            ),
            models.CheckConstraint(
                condition=Q(state__in=UNFINISHED, finished_at__isnull=True, slices__isnull=True, failure="")
                | Q(state=JobState.DONE, finished_at__isnull=False, slices__isnull=False, failure="")
                | (Q(state=JobState.FAILED, finished_at__isnull=False, slices__isnull=True) & ~Q(failure="")),
                name="slice_report_ends_with_its_result",
            ),
        ]

    def __str__(self) -> str:
        return _("Slices of evaluation %(evaluation_id)s") % {"evaluation_id": self.evaluation_id}
