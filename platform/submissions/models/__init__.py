"""A submission, the events of its life, its evaluations, and what else is kept of it."""

from submissions.models.chunked_upload import ChunkedUpload
from submissions.models.evaluation import MAY_BE_NEGATIVE, Evaluation
from submissions.models.event import Event
from submissions.models.model_run import ModelRun, ModelsWorker
from submissions.models.reminder import Reminder
from submissions.models.slice_report import SliceReport
from submissions.models.statuses import COST_NO_SLOT, TERMINAL, WORKED_ON, Kind, Queue, Status, Told
from submissions.models.stores import prediction_storage, submission_storage
from submissions.models.submission import Submission

__all__ = [
    "COST_NO_SLOT",
    "MAY_BE_NEGATIVE",
    "TERMINAL",
    "WORKED_ON",
    "ChunkedUpload",
    "Evaluation",
    "Event",
    "Kind",
    "ModelRun",
    "ModelsWorker",
    "Queue",
    "Reminder",
    "SliceReport",
    "Status",
    "Submission",
    "Told",
    "prediction_storage",
    "submission_storage",
]
