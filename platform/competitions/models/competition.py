"""A competition: what is asked, when, of whom, and how it is judged."""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from simple_history.models import HistoricalRecords

from competitions.models.competition_choices import (
    DisclosurePolicy,
    EntryPolicy,
    LimitWindow,
    OutOfRangePolicy,
    column_name,
    metric_choices,
)
from competitions.models.competition_constraints import CONSTRAINTS
from competitions.models.competition_problems import problem_of_list, problems_of_k, problems_of_range
from competitions.timeline import ORDERED_DATES, Stage, Timeline
from config.by_locale import whole
from grader.scoring.metrics import METRICS, Metric
from grader.scoring.prediction_format import OutOfRange, PredictionFormat


@dataclass(frozen=True)
class ModelAllowance:
    """What one SavedModel may use: bytes of its zip, processor seconds and MiB of memory of one run."""

    zip_bytes: int
    seconds: int
    memory_mib: int


class Competition(models.Model):
    """A challenge: what is asked, from when to when, and how a submission is judged."""

    slug = models.SlugField(unique=True, help_text=gettext_lazy("The last part of the competition's address."))
    title = models.CharField(max_length=120)
    tagline = models.CharField(max_length=200, help_text=gettext_lazy("One sentence under the title."))
    notice = models.TextField(
        blank=True,
        help_text=gettext_lazy("Markdown. Stands in a box above every page: what a participant must know first."),
    )
    organizers = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="organized_competitions")
    is_published = models.BooleanField(
        gettext_lazy("published"), default=False, help_text=gettext_lazy("Unpublished: only organizers see it.")
    )
    labels_are_public = models.BooleanField(
        default=False,
        help_text=gettext_lazy("The hidden labels can be found elsewhere: this is for practice, and its page says so."),
    )
    data_needs_joining = models.BooleanField(
        default=False, help_text=gettext_lazy("Only those who have joined may download the data files.")
    )

    opens_at = models.DateTimeField(
        default=timezone.now, help_text=gettext_lazy("UTC. Submissions are taken from here on.")
    )
    merger_deadline_at = models.DateTimeField(
        gettext_lazy("team merger deadline"),
        null=True,
        blank=True,
        help_text=gettext_lazy("UTC. Teams stay as they are from here on. Empty: never."),
    )
    entry_deadline_at = models.DateTimeField(
        gettext_lazy("entry deadline"),
        null=True,
        blank=True,
        help_text=gettext_lazy("UTC. Nobody new may join from here on. Empty: when it closes."),
    )
    closes_at = models.DateTimeField(null=True, blank=True, help_text=gettext_lazy("UTC. Empty: it never closes."))
    reveals_at = models.DateTimeField(
        gettext_lazy("private results from"),
        null=True,
        blank=True,
        help_text=gettext_lazy(
            "UTC. Private scores and the final ranking are shown from here on. Empty: when it has closed and "
            "uploads on their way have had their ten minutes."
        ),
    )
    archived_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text=gettext_lazy("UTC. From here on nothing is taken, and it stands among the past ones."),
    )
    uploads_kept_days = models.PositiveIntegerField(
        gettext_lazy("days that uploads are kept"),
        null=True,
        blank=True,
        help_text=gettext_lazy(
            "After so many days from its archiving the files that teams sent are removed; scores, boards and kept "
            "predictions stay. Empty: they are kept."
        ),
    )
    predictions_kept_days = models.PositiveIntegerField(
        gettext_lazy("days that predictions are kept"),
        null=True,
        blank=True,
        help_text=gettext_lazy(
            "After so many days from its archiving the kept predictions, by which it can be scored again, are "
            "removed; a rescore then reads the uploads, where they are still there. Empty: they are kept."
        ),
    )

    entry = models.CharField(
        gettext_lazy("who may join"), max_length=12, choices=EntryPolicy.choices, default=EntryPolicy.PUBLIC
    )
    allowed_emails = models.TextField(
        gettext_lazy("list of e-mail addresses and domains"),
        blank=True,
        help_text=gettext_lazy(
            "One in a line: ada@example.org, or @example.org for everyone there. Used where the list decides."
        ),
    )
    needs_verified_email = models.BooleanField(
        gettext_lazy("needs a verified e-mail address"),
        default=False,
        help_text=gettext_lazy(
            "Only those may join who have confirmed their address. Where the list decides, it is always so."
        ),
    )
    max_team_size = models.PositiveSmallIntegerField(
        gettext_lazy("largest team"),
        default=5,
        validators=[MinValueValidator(1)],
        help_text=gettext_lazy("1: everyone stays alone."),
    )

    daily_limit = models.PositiveIntegerField(
        default=5,
        validators=[MinValueValidator(1)],
        help_text=gettext_lazy(
            "Scored submissions a team may send per day. Rejected, failed and withdrawn ones do not count."
        ),
    )
    limit_window = models.CharField(
        gettext_lazy("a day is"), max_length=12, choices=LimitWindow.choices, default=LimitWindow.UTC_DAY
    )
    total_limit = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=gettext_lazy("Scored submissions a team may send in all. Empty: as many as the days allow."),
    )
    pending_limit = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=gettext_lazy(
            "Submissions of a team that may wait for their score at once. Empty: as many as the day allows."
        ),
    )
    final_selection_count = models.PositiveSmallIntegerField(
        gettext_lazy("final selection"),
        default=2,
        validators=[MinValueValidator(1)],
        help_text=gettext_lazy(
            "How many submissions a team may choose for the private ranking. Its best public ones stand in."
        ),
    )
    takes_late_submissions = models.BooleanField(
        default=False,
        help_text=gettext_lazy("After closing, submissions are taken and scored on the public part, and not ranked."),
    )
    max_upload_bytes = models.PositiveBigIntegerField(
        default=20_000_000,
        validators=[MinValueValidator(1_000)],
        help_text=gettext_lazy("A larger prediction file is refused unread."),
    )

    takes_predictions = models.BooleanField(
        gettext_lazy("takes prediction files"),
        default=True,
        help_text=gettext_lazy("CSV with one row for each id of test.csv."),
    )
    takes_models = models.BooleanField(
        gettext_lazy("takes SavedModels"),
        default=False,
        help_text=gettext_lazy(
            "A zip with one TensorFlow SavedModel, run on test.csv behind walls. Its inputs are the columns of "
            "test.csv but the id."
        ),
    )
    max_model_bytes = models.PositiveBigIntegerField(
        gettext_lazy("largest model"),
        default=100_000_000,
        validators=[MinValueValidator(1_000)],
        help_text=gettext_lazy("Bytes of its zip."),
    )
    model_seconds = models.PositiveIntegerField(
        default=60,
        validators=[MinValueValidator(1)],
        help_text=gettext_lazy("Processor time of one run. By the wall clock twice as much."),
    )
    model_memory_mib = models.PositiveIntegerField(
        gettext_lazy("model memory"),
        default=2048,
        validators=[MinValueValidator(256)],
        help_text=gettext_lazy("MiB of one run, the library's own pages not counted."),
    )
    tensorflow_version = models.CharField(
        gettext_lazy("TensorFlow version"),
        max_length=20,
        blank=True,
        validators=[RegexValidator(r"^[0-9]+\.[0-9]+\.[0-9A-Za-z.+-]+\Z", gettext_lazy("Write it as 2.21.0."))],
        help_text=gettext_lazy(
            "What models are run with, for as long as the competition lasts. Empty: that of the first run."
        ),
    )

    metric = models.CharField(max_length=20, choices=metric_choices, default="mse")
    metric_k = models.PositiveSmallIntegerField(
        gettext_lazy("places of a list"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=gettext_lazy("k of a metric “at k”."),
    )
    decimals = models.PositiveSmallIntegerField(
        default=3, help_text=gettext_lazy("Digits after the point that participants see, and that ranks are made from.")
    )
    disclosure = models.CharField(
        gettext_lazy("how the board answers"),
        max_length=10,
        choices=DisclosurePolicy.choices,
        default=DisclosurePolicy.PLAIN,
        help_text=gettext_lazy(
            "A ladder tells of hidden labels as little as can be: a team's first score must clearly beat the "
            "weakest baseline, and each later one the team's best by more than its noise. Fixed from the first file on."
        ),
    )
    id_column = models.CharField(max_length=40, default="id", validators=[column_name])
    target_column = models.CharField(max_length=40, default="rating", validators=[column_name])
    cluster_column = models.CharField(
        gettext_lazy("column of whose rows belong together"),
        max_length=40,
        blank=True,
        validators=[column_name],
        help_text=gettext_lazy(
            "Of test.csv, user_id for one: how sure the board is, is then told for other users too, and not only "
            "for other rows of the same ones. Empty: each row stands alone."
        ),
    )
    item_column = models.CharField(
        gettext_lazy("column of what a row is about"),
        max_length=40,
        blank=True,
        validators=[column_name],
        help_text=gettext_lazy(
            "Of test.csv and train.csv, book_name for one: a submission's owner is then also told where it errs "
            "by how often that stands in train.csv. Empty: not."
        ),
    )
    lowest = models.FloatField(
        null=True,
        blank=True,
        default=1.0,
        help_text=gettext_lazy("The smallest value of a prediction. Empty: no bound."),
    )
    highest = models.FloatField(
        null=True, blank=True, default=5.0, help_text=gettext_lazy("The largest. Empty: no bound.")
    )
    out_of_range = models.CharField(max_length=10, choices=OutOfRangePolicy.choices, default=OutOfRangePolicy.REJECT)
    expected_solution_sha256 = models.CharField(
        max_length=64,
        blank=True,
        editable=False,
        help_text=gettext_lazy("Of the solution that its files name, until a version counts here."),
    )
    created_at = models.DateTimeField(auto_now_add=True)
    history = HistoricalRecords(m2m_fields=[organizers])

    class Meta:
        ordering = ["-opens_at", "slug"]
        constraints = CONSTRAINTS

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
        problems = {
            name: _("This site allows at most %(limit)s.") % {"limit": whole(limit)} for name, limit in above.items()
        }
        problems |= dict(self.timeline.out_of_order())
        if problem := problem_of_list(self.allowed_emails, self.entry):
            problems["allowed_emails"] = problem
        if self.metric in METRICS:
            metric = METRICS[self.metric]
            problems |= problems_of_k(metric, self.metric_k) | problems_of_range(metric, self.lowest, self.highest)
        if problems:
            raise ValidationError(problems)

    def model_allowance(self) -> ModelAllowance:
        """The competition's limits, or the site's where those have become lower."""
        return ModelAllowance(
            zip_bytes=min(self.max_model_bytes, settings.MAX_MODEL_BYTES),
            seconds=min(self.model_seconds, settings.MAX_MODEL_SECONDS),
            memory_mib=min(self.model_memory_mib, settings.MAX_MODEL_MEMORY_MIB),
        )

    @property
    def timeline(self) -> Timeline:
        """Its dates, which say what may be done when."""
        grace = timedelta(seconds=settings.UPLOAD_GRACE_SECONDS)
        dates = {name: getattr(self, name) for name in ORDERED_DATES}
        return Timeline(self.is_published, **dates, upload_grace=grace)

    def stage(self, at: datetime) -> Stage:
        """Where it is in its time line."""
        return self.timeline.stage(at)

    def has_closed(self, at: datetime) -> bool:
        """Whether the time for ranked submissions is over."""
        return self.closes_at is not None and at >= self.closes_at

    @property
    def scored_by(self) -> Metric:
        """The metric, with its direction."""
        return METRICS[self.metric]

    @property
    def is_ladder(self) -> bool:
        """Whether a score is told only when it clearly beats the team's best (`grader.scoring.score_ladder`)."""
        return self.disclosure == DisclosurePolicy.LADDER

    @property
    def metric_label(self) -> str:
        """The metric's short name, such as MSE or NDCG@10."""
        return self.scored_by.short.replace("@k", f"@{self.metric_k}")

    @property
    def prediction_in_words(self) -> str:
        """What a prediction must be, such as "a number from 1 to 5"."""
        is_whole = self.scored_by.predicts_classes
        if self.lowest is not None and self.highest is not None:
            said = (
                _("a whole number from %(lowest)s to %(highest)s")
                if is_whole
                else _("a number from %(lowest)s to %(highest)s")
            )
        elif self.lowest is not None:
            said = _("a whole number of at least %(lowest)s") if is_whole else _("a number of at least %(lowest)s")
        elif self.highest is not None:
            said = _("a whole number of at most %(highest)s") if is_whole else _("a number of at most %(highest)s")
        else:
            return _("a whole number of any size") if is_whole else _("a number of any size")
        return said % {"lowest": f"{self.lowest or 0:g}", "highest": f"{self.highest or 0:g}"}

    def prediction_format(self) -> PredictionFormat:
        """What a prediction file of this competition must look like."""
        return PredictionFormat(
            id_column=self.id_column,
            target_column=self.target_column,
            lowest=-math.inf if self.lowest is None else self.lowest,
            highest=math.inf if self.highest is None else self.highest,
            out_of_range=OutOfRange(self.out_of_range),
            max_bytes=self.max_upload_bytes,
            max_unpacked_bytes=settings.MAX_UNPACKED_BYTES,
            integers_only=self.scored_by.predicts_classes,
        )

    def solution_format(self) -> PredictionFormat:
        """What its solution must look like: the same columns and range, without the limit on participants' files."""
        return replace(self.prediction_format(), max_bytes=settings.MAX_UNPACKED_BYTES)
