"""Runs of SavedModels, and who runs them."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.by_locale import decimal
from submissions.models.submission import Submission


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
