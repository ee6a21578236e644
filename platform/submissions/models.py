"""A submission, the events of its life, and its evaluations. Statuses are written by `lifecycle.py` only."""

from uuid import uuid4

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competitions.models import Commitment, Competition, Solution
from config.by_locale import decimal, whole
from config.request_log import ID_CHARACTERS

# Django looks for models here.
from submissions.reminder_models import Reminder as Reminder
from submissions.slice_models import SliceReport as SliceReport
from teams.models import Team


def submission_storage() -> Storage:
    return storages["submissions"]


def prediction_storage() -> Storage:
    return storages["predictions"]


class Kind(models.TextChoices):
    PREDICTIONS = "predictions", gettext_lazy("prediction file")
    SAVED_MODEL = "saved_model", gettext_lazy("SavedModel")


class Queue(models.TextChoices):
    """Where work waits; each has workers of its own."""

    MODELS = "models", gettext_lazy("SavedModels to be run")
    SCORING = "scoring", gettext_lazy("files and answers to be scored")


class Status(models.TextChoices):
    QUEUED = "queued", gettext_lazy("waiting")
    PREDICTING = "predicting", gettext_lazy("being run")
    PREDICTED = "predicted", gettext_lazy("waiting for its score")
    SCORING = "scoring", gettext_lazy("being scored")
    SCORED = "scored", gettext_lazy("scored")
    REJECTED = "rejected", gettext_lazy("rejected")
    FAILED = "failed", gettext_lazy("failed")
    CANCELLED = "cancelled", gettext_lazy("cancelled")


WORKED_ON = (Status.PREDICTING, Status.SCORING)
TERMINAL = (Status.SCORED, Status.REJECTED, Status.FAILED, Status.CANCELLED)
COST_NO_SLOT = (Status.REJECTED, Status.FAILED, Status.CANCELLED)


class Told(models.TextChoices):
    """What a team was told of a scored file: its score, or the `Word` that stands in its place (on ladder boards)."""

    SCORE = "score", gettext_lazy("its score")
    NO_IMPROVEMENT = "no_improvement", gettext_lazy("no significant improvement")
    BELOW_BASELINE = "below_baseline", gettext_lazy("below baseline")


# Of all metrics, R² alone has scores below 0 (a test compares this with grader.scoring.metrics).
MAY_BE_NEGATIVE = ("r2",)


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

    @property
    def is_finished(self) -> bool:
        return self.status in TERMINAL


class ChunkedUpload(models.Model):
    """A file on its way in chunks. The first `received_bytes` of the stored file count, whatever else is in it.

    It is open until it is taken (it has become a submission) or abandoned.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="chunked_uploads")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="chunked_uploads")
    original_name = models.CharField(max_length=200)
    size_bytes = models.PositiveBigIntegerField(help_text=gettext_lazy("Of the whole file, as its sender says."))
    sha256 = models.CharField(
        max_length=64, blank=True, help_text=gettext_lazy("As its sender says. Empty: told at the end.")
    )
    stored_name = models.CharField(max_length=200, blank=True, help_text=gettext_lazy("Empty: its file was removed."))
    received_bytes = models.PositiveBigIntegerField(default=0)
    chunks = models.JSONField(
        default=list,
        db_default=models.Value([], models.JSONField()),
        help_text=gettext_lazy("In a bucket: the stored names of the chunks that count, in their order."),
    )
    part_bytes = models.PositiveBigIntegerField(
        default=0,
        db_default=0,
        help_text=gettext_lazy("Of each part that goes straight to the bucket; 0: it comes through the site."),
    )
    parts_key = models.CharField(
        max_length=1000,
        blank=True,
        default="",
        db_default="",
        help_text=gettext_lazy("The bucket's own name for those parts."),
    )
    begun_at = models.DateTimeField(help_text=gettext_lazy("By the database's clock."))
    touched_at = models.DateTimeField(help_text=gettext_lazy("When it was begun, or last grew."))
    abandoned_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    submission = models.OneToOneField(
        Submission,
        null=True,
        on_delete=models.CASCADE,
        related_name="chunked_upload",
        help_text=gettext_lazy("What it has become."),
    )

    class Meta:
        ordering = ["begun_at", "id"]
        indexes = [models.Index(fields=["team", "touched_at"], name="chunked_upload_of_team")]
        constraints = [
            models.CheckConstraint(condition=Q(size_bytes__gte=1), name="chunked_upload_is_not_empty"),
            models.CheckConstraint(
                condition=Q(received_bytes__lte=F("size_bytes")), name="chunked_upload_is_not_longer_than_said"
            ),
            models.CheckConstraint(
                condition=Q(submission__isnull=True, finished_at__isnull=True)
                | Q(submission__isnull=False, finished_at__isnull=False, received_bytes=F("size_bytes")),
                name="chunked_upload_is_taken_whole",
            ),
            models.CheckConstraint(
                condition=Q(submission__isnull=True) | Q(abandoned_at__isnull=True), name="chunked_upload_ends_once"
            ),
            models.CheckConstraint(
                condition=~Q(stored_name="") | Q(abandoned_at__isnull=False),
                name="only_an_abandoned_upload_has_no_file",
            ),
        ]

    def __str__(self) -> str:
        return _("%(original_name)s: %(received_bytes)s of %(size_bytes)s bytes") % {
            "original_name": self.original_name,
            "received_bytes": whole(self.received_bytes),
            "size_bytes": whole(self.size_bytes),
        }

    @property
    def is_whole(self) -> bool:
        return self.received_bytes == self.size_bytes

    @property
    def is_direct(self) -> bool:
        """Whether its sender puts it straight into the bucket."""
        return self.part_bytes > 0

    @property
    def is_open(self) -> bool:
        return self.submission_id is None and self.abandoned_at is None


class Event(models.Model):
    """One step of a submission's life, as its timeline shows it."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(db_default=Now())
    status = models.CharField(max_length=20, choices=Status.choices)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return _("%(status)s at %(at)s") % {"status": self.get_status_display(), "at": f"{self.at:%Y-%m-%d %H:%M:%S}"}


class ModelRun(models.Model):
    """One run of a SavedModel: on the hidden features, or once more on public rows to show its owner what is wrong.

    `log` of a hidden run may quote hidden features: for organizers only. That of a public run is its owner's.
    """

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="model_runs")
    is_public_sample = models.BooleanField(help_text=gettext_lazy("On rows of the training data."))
    outcome = models.CharField(max_length=30)
    seconds = models.FloatField()
    peak_rss_bytes = models.PositiveBigIntegerField()
    walls = models.JSONField(default=list)
    warning = models.CharField(max_length=300, blank=True, help_text=gettext_lazy("For its owner, in fixed words."))
    exported_with = models.CharField(
        max_length=40, blank=True, help_text=gettext_lazy("TensorFlow's version, as the export says.")
    )
    log = models.TextField(blank=True)
    ran_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return _("%(outcome)s after %(seconds)s s") % {"outcome": self.outcome, "seconds": decimal(self.seconds, 2)}


class ModelsWorker(models.Model):
    """A worker that runs SavedModels, as it reports itself: the site says from this whether models are graded now."""

    name = models.CharField(primary_key=True, max_length=100)
    seen_at = models.DateTimeField(db_default=Now())
    reason_it_is_off = models.CharField(max_length=500, blank=True)
    layers = models.JSONField(default=list, help_text=gettext_lazy("Its walls: {name, is_standing, detail}."))
    tensorflow_version = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return self.name


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
