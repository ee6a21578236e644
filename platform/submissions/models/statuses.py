"""What a submission can be: its kinds, where it waits, its statuses, what its team was told."""

from django.db import models
from django.utils.translation import gettext_lazy


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
