"""What a competition is made of."""

from competitions.models.announcement import Announcement
from competitions.models.archive import Archive, archive_storage
from competitions.models.commitment import Commitment
from competitions.models.competition import Competition, ModelAllowance
from competitions.models.competition_choices import (
    COLUMN_NAME,
    DisclosurePolicy,
    EntryPolicy,
    LimitWindow,
    OutOfRangePolicy,
    metric_choices,
)
from competitions.models.data_contents import DataContents
from competitions.models.data_file import (
    SAMPLE_FILE,
    TEST_FILE,
    TRAIN_FILE,
    DataFile,
    data_file_path,
    data_storage,
)
from competitions.models.launch import (
    SHORTEST_REASON,
    UNFINISHED,
    DataAudit,
    Job,
    JobState,
    LaunchCheck,
    Level,
    PublishOverride,
)
from competitions.models.page import Page, PageKind
from competitions.models.rescore import Rescore
from competitions.models.solution import Solution, label_storage, solution_path

__all__ = [
    "COLUMN_NAME",
    "SAMPLE_FILE",
    "SHORTEST_REASON",
    "TEST_FILE",
    "TRAIN_FILE",
    "UNFINISHED",
    "Announcement",
    "Archive",
    "Commitment",
    "Competition",
    "DataAudit",
    "DataContents",
    "DataFile",
    "DisclosurePolicy",
    "EntryPolicy",
    "Job",
    "JobState",
    "LaunchCheck",
    "Level",
    "LimitWindow",
    "ModelAllowance",
    "OutOfRangePolicy",
    "Page",
    "PageKind",
    "PublishOverride",
    "Rescore",
    "Solution",
    "archive_storage",
    "data_file_path",
    "data_storage",
    "label_storage",
    "metric_choices",
    "solution_path",
]
