"""A competition: what is asked, when, of whom, and how it is judged."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from simple_history.models import HistoricalRecords

from grader.scoring.prediction_format import OutOfRange, PredictionFormat

COLUMN_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
column_name = RegexValidator(rf"^{COLUMN_NAME}\Z", "Use letters, digits and _, beginning with a letter.")


class Metric(models.TextChoices):
    MSE = "mse", "mean squared error (lower is better)"


class OutOfRangePolicy(models.TextChoices):
    REJECT = OutOfRange.REJECT.value, "reject the file, naming the line"
    CLIP = OutOfRange.CLIP.value, "clip to the range"


@dataclass(frozen=True)
class ModelAllowance:
    """What one SavedModel may use: bytes of its zip, processor seconds and MiB of memory of one run."""

    zip_bytes: int
    seconds: int
    memory_mib: int


class Competition(models.Model):
    """A challenge: what is asked, from when to when, and how a submission is judged."""

    slug = models.SlugField(unique=True, help_text="The last part of the competition's address.")
    title = models.CharField(max_length=120)
    tagline = models.CharField(max_length=200, help_text="One sentence under the title.")
    notice = models.TextField(
        blank=True,
        help_text="Markdown. Stands in a box above every page: what a participant must know first.",
    )
    organizers = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="organized_competitions")
    is_published = models.BooleanField("published", default=False, help_text="Unpublished: only organizers see it.")
    labels_are_public = models.BooleanField(
        default=False,
        help_text="The hidden labels can be found elsewhere: this is for practice, and its page says so.",
    )
    data_needs_joining = models.BooleanField(
        default=False, help_text="Only those who have joined may download the data files."
    )

    opens_at = models.DateTimeField(default=timezone.now, help_text="UTC. Submissions are taken from here on.")
    closes_at = models.DateTimeField(null=True, blank=True, help_text="UTC. Empty: it never closes.")
    daily_limit = models.PositiveIntegerField(
        default=5,
        validators=[MinValueValidator(1)],
        help_text="Scored submissions a team may send per UTC day. Rejected and failed ones do not count.",
    )
    max_upload_bytes = models.PositiveBigIntegerField(
        default=20_000_000,
        validators=[MinValueValidator(1_000)],
        help_text="A larger prediction file is refused unread.",
    )

    takes_predictions = models.BooleanField(
        "takes prediction files", default=True, help_text="CSV with one row for each id of test.csv."
    )
    takes_models = models.BooleanField(
        "takes SavedModels",
        default=False,
        help_text="A zip with one TensorFlow SavedModel, run on test.csv behind walls. Its inputs are the columns of "
        "test.csv but the id.",
    )
    max_model_bytes = models.PositiveBigIntegerField(
        "largest model",
        default=100_000_000,
        validators=[MinValueValidator(1_000)],
        help_text="Bytes of its zip.",
    )
    model_seconds = models.PositiveIntegerField(
        default=60,
        validators=[MinValueValidator(1)],
        help_text="Processor time of one run. By the wall clock twice as much.",
    )
    model_memory_mib = models.PositiveIntegerField(
        "model memory",
        default=2048,
        validators=[MinValueValidator(256)],
        help_text="MiB of one run, the library's own pages not counted.",
    )
    tensorflow_version = models.CharField(
        "TensorFlow version",
        max_length=20,
        blank=True,
        validators=[RegexValidator(r"^[0-9]+\.[0-9]+\.[0-9A-Za-z.+-]+\Z", "Write it as 2.21.0.")],
        help_text="What models are run with, for as long as the competition lasts. Empty: that of the first run.",
    )

    metric = models.CharField(max_length=20, choices=Metric.choices, default=Metric.MSE)
    decimals = models.PositiveSmallIntegerField(
        default=3, help_text="Digits after the point that participants see, and that ranks are made from."
    )
    id_column = models.CharField(max_length=40, default="id", validators=[column_name])
    target_column = models.CharField(max_length=40, default="rating", validators=[column_name])
    lowest = models.FloatField(default=1.0, help_text="The smallest value of a prediction and of a label.")
    highest = models.FloatField(default=5.0, help_text="The largest.")
    out_of_range = models.CharField(max_length=10, choices=OutOfRangePolicy.choices, default=OutOfRangePolicy.REJECT)
    created_at = models.DateTimeField(auto_now_add=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-opens_at", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__isnull=True) | Q(closes_at__gt=F("opens_at")),
                name="competition_closes_after_it_opens",
                violation_error_message="The competition must close after it opens.",
            ),
            models.CheckConstraint(
                condition=Q(lowest__lt=F("highest")),
                name="competition_range_is_not_empty",
                violation_error_message="The smallest value must lie below the largest.",
            ),
            models.CheckConstraint(condition=Q(daily_limit__gte=1), name="competition_daily_limit_is_at_least_one"),
            models.CheckConstraint(
                condition=Q(takes_predictions=True) | Q(takes_models=True),
                name="competition_takes_something",
                violation_error_message="A competition must take prediction files, SavedModels, or both.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("competition", args=[self.slug])

    def clean(self) -> None:
        most = {
            "max_model_bytes": settings.MAX_MODEL_BYTES,
            "model_seconds": settings.MAX_MODEL_SECONDS,
            "model_memory_mib": settings.MAX_MODEL_MEMORY_MIB,
        }
        above = {name: limit for name, limit in most.items() if (getattr(self, name) or 0) > limit}
        if above:
            raise ValidationError({name: f"This site allows at most {limit:,}." for name, limit in above.items()})

    def model_allowance(self) -> ModelAllowance:
        """The competition's limits, or the site's where those have become lower."""
        return ModelAllowance(
            zip_bytes=min(self.max_model_bytes, settings.MAX_MODEL_BYTES),
            seconds=min(self.model_seconds, settings.MAX_MODEL_SECONDS),
            memory_mib=min(self.model_memory_mib, settings.MAX_MODEL_MEMORY_MIB),
        )

    def has_opened(self, at: datetime) -> bool:
        return self.opens_at <= at

    def has_closed(self, at: datetime) -> bool:
        return self.closes_at is not None and at >= self.closes_at

    def is_open(self, at: datetime) -> bool:
        return self.has_opened(at) and not self.has_closed(at)

    def prediction_format(self) -> PredictionFormat:
        """What a prediction file of this competition must look like."""
        return PredictionFormat(
            id_column=self.id_column,
            target_column=self.target_column,
            lowest=self.lowest,
            highest=self.highest,
            out_of_range=OutOfRange(self.out_of_range),
            max_bytes=self.max_upload_bytes,
            max_unpacked_bytes=settings.MAX_UNPACKED_BYTES,
        )

    def solution_format(self) -> PredictionFormat:
        """What its solution must look like: the same columns and range, without the limit on participants' files."""
        return replace(self.prediction_format(), max_bytes=settings.MAX_UNPACKED_BYTES)
