"""What a competition is made of."""

from competitions.models.announcement import Announcement
from competitions.models.competition import (
    COLUMN_NAME,
    Competition,
    EntryPolicy,
    LimitWindow,
    ModelAllowance,
    OutOfRangePolicy,
    metric_choices,
)
from competitions.models.data_file import TEST_FILE, TRAIN_FILE, DataFile, data_file_path, data_storage
from competitions.models.page import Page, PageKind
from competitions.models.solution import Solution, label_storage, solution_path

__all__ = [
    "COLUMN_NAME",
    "TEST_FILE",
    "TRAIN_FILE",
    "Announcement",
    "Competition",
    "DataFile",
    "EntryPolicy",
    "LimitWindow",
    "ModelAllowance",
    "OutOfRangePolicy",
    "Page",
    "PageKind",
    "Solution",
    "data_file_path",
    "data_storage",
    "label_storage",
    "metric_choices",
    "solution_path",
]
