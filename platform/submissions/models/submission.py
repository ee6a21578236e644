"""What a team has sent. Its status is written by `lifecycle.py` only."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competitions.models import Competition
from config.request_log import ID_CHARACTERS
from submissions.models.statuses import TERMINAL, WORKED_ON, Kind, Status
from submissions.models.stores import prediction_storage, submission_storage
from teams.models import Team


class Submission(models.Model):
    """What a team has sent. `attempt` is the fencing ticket of the claim that may finish it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="submissions")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="submissions")
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="submissions"
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    file = models.FileField(storage=submission_storage, max_length=200)
    original_name = models.CharField(max_length=200)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    description = models.CharField(max_length=300, blank=True)
    submitted_at = models.DateTimeField(
        help_text=gettext_lazy("When the last byte was accepted, by the database's clock.")
    )
    is_late = models.BooleanField(
        default=False, help_text=gettext_lazy("Sent after closing: scored on the public part alone, and never ranked.")
    )
    is_selected = models.BooleanField(default=False, help_text=gettext_lazy("In the team's final selection."))
    disqualified_at = models.DateTimeField(null=True, editable=False)
    disqualification = models.CharField(max_length=500, blank=True, editable=False, help_text=gettext_lazy("Why."))

    request_id = models.CharField(
        max_length=ID_CHARACTERS,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text=gettext_lazy("Of the request that brought it, as the logs have it."),
    )
    looked_at = models.DateTimeField(
        null=True, editable=False, help_text=gettext_lazy("When it was looked at for signs of probing.")
    )

    status = models.CharField(max_length=20, choices=Status.choices, default=Status.QUEUED)
    waiting_since = models.DateTimeField(help_text=gettext_lazy("When it last entered its queue."))
    attempt = models.PositiveIntegerField(default=0)
    tries = models.PositiveIntegerField(default=0, help_text=gettext_lazy("Failures of ours at the present step."))
    claimed_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    evaluation = models.OneToOneField(
        "Evaluation",
        null=True,
        on_delete=models.PROTECT,
        related_name="current_of",
        related_query_name="current_of",
    )
    problems = models.JSONField(
        default=list, help_text=gettext_lazy("Of a rejected one: {line, finding, cure} of the first ones.")
    )
    problem_count = models.PositiveIntegerField(default=0)
    failure = models.CharField(max_length=300, blank=True)
    predictions = models.FileField(
        storage=prediction_storage,
        max_length=200,
        blank=True,
        help_text=gettext_lazy("What a SavedModel has answered."),
    )
    upload_removed_at = models.DateTimeField(
        null=True, editable=False, help_text=gettext_lazy("When the file that was sent was removed (`retention.py`).")
    )
    predictions_removed_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text=gettext_lazy("When its kept predictions were removed, those of all its evaluations."),
    )

    class Meta:
        ordering = ["-submitted_at", "id"]
        indexes = [
            models.Index(fields=["status", "waiting_since"], name="submission_waiting"),
            # All that the metrics count is in it.
            models.Index(fields=["status", "kind", "attempt"], name="submission_counted"),
            models.Index(fields=["team", "submitted_at"], name="submission_of_team"),
            models.Index(fields=["team", "claimed_at"], name="submission_claims"),
            models.Index(
                fields=["status", "submitted_at"], condition=Q(looked_at__isnull=True), name="submission_not_looked_at"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="submission_status_is_known"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="submission_kind_is_known"),
            models.CheckConstraint(
                condition=Q(status="scored", evaluation__isnull=False)
                | (~Q(status="scored") & Q(evaluation__isnull=True)),
                name="scored_means_evaluated",
            ),
            models.CheckConstraint(
                condition=Q(status="rejected", problem_count__gte=1) | (~Q(status="rejected") & Q(problem_count=0)),
                name="rejected_means_reason",
            ),
            models.CheckConstraint(
                condition=(Q(status="failed") & ~Q(failure="")) | (~Q(status="failed") & Q(failure="")),
                name="failed_means_reason",
            ),
            models.CheckConstraint(
                condition=Q(status__in=WORKED_ON, lease_until__isnull=False)
                | (~Q(status__in=WORKED_ON) & Q(lease_until__isnull=True)),
                name="worked_on_means_leased",
            ),
            models.CheckConstraint(
                condition=Q(disqualified_at__isnull=True, disqualification="")
                | (Q(disqualified_at__isnull=False) & ~Q(disqualification="")),
                name="disqualified_submission_means_reason",
            ),
            models.CheckConstraint(
                condition=Q(is_late=False) | Q(is_selected=False), name="a_late_one_is_not_selected"
            ),
            models.CheckConstraint(
                condition=Q(kind="saved_model") | ~Q(status__in=("predicting", "predicted")),
                name="only_a_model_predicts",
            ),
            models.CheckConstraint(
                condition=Q(~Q(kind="saved_model"), predictions="")
                | Q(Q(kind="saved_model"), ~Q(status__in=("predicted", "scoring", "scored")) | ~Q(predictions="")),
                name="a_model_is_scored_by_its_predictions",
            ),
        ]

    def __str__(self) -> str:
        return _("%(original_name)s of %(team)s") % {"original_name": self.original_name, "team": self.team}

    def get_absolute_url(self) -> str:
        return reverse("submission", args=[self.pk])

    def get_status_display(self) -> str:  # type: ignore[no-redef]
        """As Django's own, which goes through all the words for each; a long list says it a hundred times."""
        return str(Status(self.status).label)

    @property
    def is_finished(self) -> bool:
        return self.status in TERMINAL
