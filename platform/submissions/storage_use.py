"""How many bytes a competition takes, by what they are: from the rows, without looking through its files."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

from django.db.models import Count, Q, Sum
from django.db.models.fields.files import FieldFile

from competitions.models import Competition, Solution
from submissions.models import ChunkedUpload

# NumPy's header before the values, and what a row takes: a float64 of a file, an id more in a model's answers.
HEADER_BYTES, VALUE_BYTES, ANSWER_BYTES = 128, 8, 16


@dataclass(frozen=True)
class StorageUse:
    """Bytes by kind. None: that store cannot be seen from here, such as the labels' from a machine without them."""

    uploads: int
    predictions: int
    data: int | None
    archives: int
    labels: int | None

    @property
    def in_all(self) -> int:
        """What is known of it together."""
        return sum(getattr(self, one.name) or 0 for one in fields(self))


def storage_use(competition: Competition) -> StorageUse:
    """What its files take. Only data files and solutions, of which there are few, are asked for their sizes.

    Of each scored submission one file of predictions is counted: its rescores share it. One more after a second grading
    is left out.
    """
    has_predictions = Q(predictions_removed_at=None)
    sent = competition.submissions.aggregate(
        bytes=Sum("size_bytes", filter=Q(upload_removed_at=None)),
        kept=Count("pk", filter=has_predictions & Q(evaluation__isnull=False)),
        answered=Count("pk", filter=has_predictions & ~Q(predictions="")),
    )
    on_their_way = ChunkedUpload.objects.filter(team__competition=competition, submission=None).exclude(stored_name="")
    rows = _row_count(competition)
    return StorageUse(
        uploads=_sum(sent) + _sum(on_their_way.aggregate(bytes=Sum("received_bytes"))),
        predictions=sent["kept"] * (HEADER_BYTES + VALUE_BYTES * rows)
        + sent["answered"] * (HEADER_BYTES + ANSWER_BYTES * rows),
        data=_sizes(data_file.file for data_file in competition.data_files.all()),
        archives=_sum(competition.archives.exclude(file="").aggregate(bytes=Sum("size_bytes"))),
        labels=_sizes(solution.file for solution in competition.solutions.exclude(file="")),
    )


def _row_count(competition: Competition) -> int:
    """Of what has to be predicted; 0: no solution was accepted, and nothing has been scored."""
    counted = competition.solutions.filter(verdict=Solution.Verdict.ACCEPTED).first()
    if counted is None:
        return 0
    return sum(count or 0 for count in (counted.public_count, counted.private_count, counted.ignored_count))


def _sum(found: dict[str, int | None]) -> int:
    return found["bytes"] or 0


def _sizes(files: Iterable[FieldFile]) -> int | None:
    try:
        return sum(file.size for file in files)
    except OSError:
        return None
