"""Removing uploads and kept predictions of archived competitions, as their organizers have said, and nothing else.

What the final ranking rests on stays, so that an archive of it can still be made. Rows are marked first, in a
transaction that holds the competition as a rescore does when it is asked for; then the files go. What a killed process
leaves of a marked row is an orphan.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from uuid import UUID

from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from competitions.clock import database_now
from competitions.models import UNFINISHED, Competition, Rescore
from grading.archive_contents import needed
from submissions.models import TERMINAL, Evaluation, Submission

ROWS_AT_ONCE = 100


@dataclass(frozen=True)
class Retention:
    """One thing that is kept for so many days: its setting, its mark on a submission, its store."""

    what: str
    setting: str
    mark: str
    store: str


UPLOADS = Retention("uploads", "uploads_kept_days", "upload_removed_at", "submissions")
PREDICTIONS = Retention("kept predictions", "predictions_kept_days", "predictions_removed_at", "predictions")


@dataclass(frozen=True)
class Due:
    """Submissions of a competition whose files have been kept long enough, some at once."""

    retention: Retention
    competition: Competition
    submissions: tuple[UUID, ...]

    def names(self) -> list[str]:
        """The stored files of it."""
        if self.retention is UPLOADS:
            return list(Submission.objects.filter(pk__in=self.submissions).values_list("file", flat=True))
        answers = Submission.objects.filter(pk__in=self.submissions).exclude(predictions="")
        kept = Evaluation.objects.filter(submission__in=self.submissions)
        return sorted(
            {*answers.values_list("predictions", flat=True), *kept.order_by().values_list("predictions", flat=True)}
        )

    def remove(self) -> bool:
        """Mark, then remove. False: something has come between, and nothing was touched."""
        with transaction.atomic():
            Competition.objects.select_for_update(no_key=True).get(pk=self.competition.pk)
            if _is_in_use(self.competition):
                return False
            names = self.names()
            Submission.objects.filter(pk__in=self.submissions).update(**{self.retention.mark: Now()})
        storage = storages[self.retention.store]
        for name in names:
            storage.delete(name)
        for folder in {str(PurePosixPath(name).parent) for name in names} - {self.competition.slug}:
            # Kept predictions have a folder for each submission; where folders are real, the empty one goes too.
            with suppress(OSError):
                storage.delete(folder)
        return True


def due() -> Iterator[Due]:
    """What has been kept long enough, in portions; what stands against it is asked once more when it is removed."""
    said = Q(uploads_kept_days__isnull=False) | Q(predictions_kept_days__isnull=False)
    for competition in Competition.objects.filter(said, archived_at__isnull=False):
        for retention in (UPLOADS, PREDICTIONS):
            if _is_over(competition, retention) and not _is_in_use(competition):
                waiting = list(_with_files(competition, retention).values_list("pk", flat=True))
                for start in range(0, len(waiting), ROWS_AT_ONCE):
                    yield Due(retention, competition, tuple(waiting[start : start + ROWS_AT_ONCE]))


def _is_over(competition: Competition, retention: Retention) -> bool:
    days = getattr(competition, retention.setting)
    if days is None or competition.archived_at is None:
        return False
    return bool(database_now(competition) >= competition.archived_at + timedelta(days=days))


def _is_in_use(competition: Competition) -> bool:
    """Whether anything still needs the files: a rescore, an archive that is being made, a file that waits."""
    return (
        competition.rescores.filter(state__in=Rescore.UNDER_WAY).exists()
        or competition.archives.filter(state__in=UNFINISHED).exists()
        or competition.submissions.exclude(status__in=TERMINAL).exists()
    )


def _with_files(competition: Competition, retention: Retention) -> QuerySet[Submission]:
    sent = competition.submissions.filter(**{retention.mark: None}, team__is_rehearsal=False)
    if retention is PREDICTIONS:
        sent = sent.filter(Q(evaluations__isnull=False) | ~Q(predictions="")).distinct()
    active = competition.solutions.filter(is_active=True).first()
    if active is not None:
        sent = sent.exclude(pk__in=needed(competition, active))
    return sent.order_by("pk")
