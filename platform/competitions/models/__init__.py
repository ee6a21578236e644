"""What a competition is made of."""

from competitions.models.competition import COLUMN_NAME, Competition, Metric, ModelAllowance, OutOfRangePolicy
from competitions.models.data_file import TEST_FILE, TRAIN_FILE, DataFile, data_file_path, data_storage
from competitions.models.page import Page, PageKind
from competitions.models.solution import Solution, label_storage, solution_path

__all__ = [
    "COLUMN_NAME",
    "TEST_FILE",
    "TRAIN_FILE",
    "Competition",
    "DataFile",
    "Metric",
    "ModelAllowance",
    "OutOfRangePolicy",
    "Page",
    "PageKind",
    "Solution",
    "data_file_path",
    "data_storage",
    "label_storage",
    "solution_path",
]
