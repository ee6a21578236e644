"""The files that participants download."""

import re
from pathlib import Path
from uuid import uuid4

from django.core.files.storage import Storage, storages
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from competitions.models.competition import Competition

# Among the data files: what to predict, what there is to learn from, and a valid submission.
TEST_FILE, TRAIN_FILE, SAMPLE_FILE = "test.csv", "train.csv", "sample_submission.csv"


def data_storage() -> Storage:
    return storages["competition_data"]


def data_file_path(data_file: "DataFile", name: str) -> str:
    return f"{data_file.competition.slug}/{uuid4().hex}{Path(name).suffix}"


def name_to_download(uploaded: str) -> str:
    """The name that an uploaded file gets where none was written: its own, with the allowed characters only."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", Path(uploaded).name).lstrip("._-")[-100:]


class DataFile(models.Model):
    """A file that participants download. Its name is its address under the competition's Data page."""

    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="data_files")
    name = models.CharField(
        max_length=100,
        validators=[RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9._-]*\Z", _("Use letters, digits, '.', '_' and '-'."))],
    )
    description = models.CharField(max_length=200, blank=True)
    is_hidden = models.BooleanField(
        _("hidden"),
        default=False,
        help_text=_(
            "Participants cannot download it: for a test.csv whose features they must not see. Such a "
            "competition takes SavedModels only."
        ),
    )
    file = models.FileField(upload_to=data_file_path, storage=data_storage)
    uploaded_at = models.DateTimeField(auto_now=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["competition", "name"], name="data_file_names_differ")]

    def __str__(self) -> str:
        return self.name
