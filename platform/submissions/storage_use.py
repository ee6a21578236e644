"""How many bytes a competition takes, by what they are: from the rows, without looking through its files."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

from django.db.models import Count, Sum
from django.db.models.fields.files import FieldFile

from competitions.models import Competition, Solution
from submissions.models import ChunkedUpload, Evaluation

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
    """What its files take. Only data files and solutions, of which there are few, are asked for their sizes."""
    sent = competition.submissions.filter(upload_removed_at=None)
    on_their_way = ChunkedUpload.objects.filter(team__competition=competition, submission=None).exclude(stored_name="")
    return StorageUse(
        uploads=_sum(sent.aggregate(bytes=Sum("size_bytes")))
        + _sum(on_their_way.aggregate(bytes=Sum("received_bytes"))),
        predictions=_predictions(competition),
        data=_sizes(data_file.file for data_file in competition.data_files.all()),
        archives=_sum(competition.archives.exclude(file="").aggregate(bytes=Sum("size_bytes"))),
        labels=_sizes(solution.file for solution in competition.solutions.exclude(file="")),
    )


def _predictions(competition: Competition) -> int:
    """Kept predictions, a file for all the versions that it was scored by, and what models have answered."""
    counted = competition.solutions.filter(verdict=Solution.Verdict.ACCEPTED).first()
    if counted is None:
        return 0
    rows = sum(count or 0 for count in (counted.public_count, counted.private_count, counted.ignored_count))
    evaluations = Evaluation.objects.filter(
        submission__competition=competition, submission__predictions_removed_at=None
    )
    kept = evaluations.aggregate(files=Count("predictions", distinct=True))["files"]
    answered = competition.submissions.filter(predictions_removed_at=None).exclude(predictions="").count()
    return int(kept * (HEADER_BYTES + VALUE_BYTES * rows) + answered * (HEADER_BYTES + ANSWER_BYTES * rows))


def _sum(found: dict[str, int | None]) -> int:
    return found["bytes"] or 0


def _sizes(files: Iterable[FieldFile]) -> int | None:
    try:
        return sum(file.size for file in files)
    except OSError:
        return None
