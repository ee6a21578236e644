"""What organizers may be refused by the domain: the status that says so, and the word for programs."""

from competitions.as_files.refusal import FilesRefused
from competitions.publishing import PublishingRefused
from leaderboard.archives import ArchiveRefused
from leaderboard.moderation import ModerationRefused
from submissions.rescores import RescoreRefused
from submissions.row_exclusion import ExclusionRefused

ORGANIZERS_REFUSALS: dict[type[Exception], tuple[int, str]] = {
    FilesRefused: (400, "files_refused"),
    PublishingRefused: (409, "publishing_refused"),
    ExclusionRefused: (409, "exclusion_refused"),
    RescoreRefused: (409, "rescore_refused"),
    ModerationRefused: (409, "moderation_refused"),
    ArchiveRefused: (409, "archive_refused"),
}


def each_of(error: Exception) -> dict[str, object]:
    """Files may be refused for several things at once: each stands by itself too."""
    return {"problems": [{"message": each} for each in error.problems]} if isinstance(error, FilesRefused) else {}
