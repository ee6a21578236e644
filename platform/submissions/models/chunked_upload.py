"""A file on its way in chunks."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.by_locale import whole
from submissions.models.submission import Submission
from teams.models import Team


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
