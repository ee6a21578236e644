"""Taking an uploaded file in: named, measured and hashed before any transaction begins."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from uuid import uuid4

from django.core.files.base import File

from competitions.models import Competition
from submissions.models import submission_storage
from submissions.quota import SubmissionRefused

PREDICTION_SUFFIXES = (".csv", ".csv.gz", ".zip")


@dataclass(frozen=True)
class StoredUpload:
    """A file in the submissions store that no submission speaks of yet."""

    stored_name: str
    original_name: str
    size_bytes: int
    sha256: str


def too_large(competition: Competition, size_bytes: int) -> str | None:
    """The sentence for a file above the competition's limit; None: it is small enough."""
    if size_bytes <= competition.max_upload_bytes:
        return None
    return (
        f"The file has {size_bytes:,} bytes; {competition.title} takes at most {competition.max_upload_bytes:,}. "
        "Compress it (.csv.gz or .zip), or write fewer digits."
    )


def refuse_other_kinds(name: str) -> None:
    """Raises SubmissionRefused for a file that this site does not grade, by its name."""
    lower = name.lower()
    if lower.endswith(PREDICTION_SUFFIXES):
        return
    if lower.endswith((".keras", ".h5", ".hdf5", ".pb", ".pbtxt", ".pt", ".onnx", ".pkl", ".joblib")):
        what = "a model; this competition takes predictions, not models"
    else:
        what = "not one of them"
    raise SubmissionRefused(
        f"'{name[:80]}' is {what}. Send a prediction file: .csv, .csv.gz, or a .zip that holds one .csv."
    )


def store_upload(competition: Competition, file: File[bytes]) -> StoredUpload:
    """Put a file into the submissions store under a name of our own; the sender's name is kept as text only."""
    original_name = PurePosixPath((file.name or "predictions.csv").replace("\\", "/")).name[:200]
    digest = sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    size_bytes = file.size
    stored_name = submission_storage().save(f"{competition.slug}/{uuid4().hex}", file)
    return StoredUpload(stored_name, original_name, size_bytes, digest.hexdigest())


def forget_upload(upload: StoredUpload) -> None:
    """Remove a stored file that no submission took."""
    submission_storage().delete(upload.stored_name)
