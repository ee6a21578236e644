"""Taking an uploaded file in: named, measured and hashed before any transaction begins."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from uuid import uuid4

from django.core.files.base import File
from django.utils.translation import gettext as _

from competitions.models import Competition
from config.by_locale import whole
from submissions.models import Kind, submission_storage
from submissions.quota import SubmissionRefused
from submissions.whole_files import save_whole

TAKEN_SUFFIXES = (".csv", ".csv.gz", ".zip")
OTHER_MODELS = (".keras", ".h5", ".hdf5", ".pb", ".pbtxt", ".tflite", ".pt", ".pth", ".onnx", ".pkl", ".joblib")
# A zip ends with the list of what it holds; the models worker takes none whose list is longer.
ZIP_LIST_BYTES = 1_000_000
GRAPH_FILE = b"saved_model.pb"


@dataclass(frozen=True)
class StoredUpload:
    """A file in the submissions store that no submission speaks of yet."""

    stored_name: str
    original_name: str
    kind: Kind
    size_bytes: int
    sha256: str


def largest_upload(competition: Competition) -> int:
    """The most bytes that a file of any kind may have here: above it nothing of a request is read."""
    predictions = competition.max_upload_bytes if competition.takes_predictions else 0
    return max(predictions, competition.model_allowance().zip_bytes if competition.takes_models else 0)


def too_large(competition: Competition, size_bytes: int, kind: Kind | None) -> str | None:
    """The sentence for a file above the competition's limit; None: it is small enough, as far as is known.

    `kind` None: only its size is known yet.
    """
    is_model = kind == Kind.SAVED_MODEL
    limit = competition.model_allowance().zip_bytes if is_model else competition.max_upload_bytes
    if kind is None:
        limit = largest_upload(competition)
        is_model = limit > competition.max_upload_bytes
    if size_bytes <= limit:
        return None
    cure = (
        _("Make the model smaller: store float16, or fewer rows of its tables.")
        if is_model
        else _("Compress it (.csv.gz or .zip), or write fewer digits.")
    )
    return _("The file has %(size_bytes)s bytes; %(competition)s takes at most %(limit)s. %(cure)s") % {
        "size_bytes": whole(size_bytes),
        "competition": competition.title,
        "limit": whole(limit),
        "cure": cure,
    }


def kind_of(file: File[bytes]) -> Kind:
    """Whether an upload is to be taken for a prediction file or a SavedModel, by the names at a zip's end.

    It is only told where it belongs here; what it really is, the worker finds out.
    """
    if not (file.name or "").lower().endswith(".zip"):
        return Kind.PREDICTIONS
    file.seek(max(0, file.size - ZIP_LIST_BYTES))
    listed = file.read(ZIP_LIST_BYTES)
    file.seek(0)
    return Kind.SAVED_MODEL if GRAPH_FILE in listed else Kind.PREDICTIONS


def expected_kind(competition: Competition, name: str) -> Kind:
    """The kind that a file of that name is taken for while its content is not known."""
    is_model = name.lower().endswith(".zip") and not competition.takes_predictions
    return Kind.SAVED_MODEL if is_model else Kind.PREDICTIONS


def refuse_other_names(competition: Competition, name: str) -> None:
    """Raises SubmissionRefused for a file that this site does not grade, by its name."""
    lower = name.lower()
    if lower.endswith(TAKEN_SUFFIXES):
        return
    takes = []
    if competition.takes_predictions:
        takes.append(_("a prediction file (.csv, .csv.gz, or a .zip that holds one .csv)"))
    if competition.takes_models:
        takes.append(_("a .zip with one SavedModel directory"))
    what = _("'%(name)s' is not one of them. Send %(taken)s.")
    if lower.endswith(OTHER_MODELS):
        what = _("'%(name)s' is a model of a kind that is not run here. Send %(taken)s.")
        if competition.takes_models:
            takes[-1] = _(
                "a .zip with one SavedModel directory; from Keras 3, model.export('my_model') writes that directory"
            )
        else:
            what = _("'%(name)s' is a model; this competition takes predictions, not models. Send %(taken)s.")
    raise SubmissionRefused(what % {"name": name[:80], "taken": _(", or ").join(takes)})


def new_stored_name(competition: Competition) -> str:
    """A name in the submissions store that nothing has yet."""
    return f"{competition.slug}/{uuid4().hex}"


def name_as_text(name: str) -> str:
    """The last part of the name that a sender gave to a file, for pages to show: one line, nothing unseen."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return "".join(letter for letter in last if letter.isprintable())[:200]


def not_what_was_sent(name: str, said: str, found: str) -> str | None:
    """The sentence for a file that has another SHA-256 than its sender says; None: it is the same."""
    if said.lower() == found:
        return None
    return _(
        "What has come of '%(name)s' is not what was sent: its SHA-256 is %(found)s, not %(said)s. Send it again."
    ) % {"name": name[:80], "found": found, "said": said.lower()}


def store_upload(competition: Competition, file: File[bytes]) -> StoredUpload:
    """Put a file into the submissions store under a name of our own; the sender's name is kept as text only."""
    kind = kind_of(file)
    digest = sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    size_bytes = file.size
    stored_name = save_whole(submission_storage(), new_stored_name(competition), file)
    return StoredUpload(stored_name, name_as_text(file.name or "predictions.csv"), kind, size_bytes, digest.hexdigest())


def forget_upload(upload: StoredUpload) -> None:
    """Remove a stored file that no submission took."""
    submission_storage().delete(upload.stored_name)
