"""The archive of a competition: all that its final ranking was made from, for everybody."""

from uuid import uuid4

from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competitions.models.competition import Competition
from competitions.models.launch import UNFINISHED, Job, JobState


def archive_storage() -> Storage:
    return storages["archives"]


def archive_path(archive: "Archive", _name: str) -> str:
    return f"{archive.competition.slug}/{uuid4().hex}.zip"


class Archive(Job):
    """One archive, asked for by an organizer after the reveal. It holds the labels: only a done one has a file."""

    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="archives")
    asked_at = models.DateTimeField(auto_now_add=True)
    file = models.FileField(upload_to=archive_path, storage=archive_storage, max_length=200, blank=True)
    size_bytes = models.PositiveBigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True, help_text=gettext_lazy("Of the zip."))

    class Meta(Job.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["competition"], condition=Q(state__in=UNFINISHED), name="one_archive_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state__in=UNFINISHED, finished_at__isnull=True, file="", sha256="", failure="")
                | (Q(state=JobState.DONE, finished_at__isnull=False, failure="") & ~Q(file="") & ~Q(sha256=""))
                | (Q(state=JobState.FAILED, finished_at__isnull=False, file="", sha256="") & ~Q(failure="")),
                name="archive_ends_with_its_file",
            ),
        ]

    def __str__(self) -> str:
        return _("Archive of %(competition)s") % {"competition": self.competition}
