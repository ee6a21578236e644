"""The time line of a submission."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from submissions.models.statuses import Status
from submissions.models.submission import Submission


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
