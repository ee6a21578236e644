"""Making the archive of a competition, as a job of the scoring worker: it alone reads labels.

The zip grows in the label store, as a file without a name, and goes to where the web can read it when it is whole and
has been replayed: what does not verify here is never published.
"""

import json
import zipfile
from collections.abc import Iterable, Iterator
from functools import partial
from hashlib import file_digest, sha256
from pathlib import Path
from tempfile import TemporaryFile
from time import monotonic
from typing import IO, Any, cast

import structlog
from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from competitions.models import Archive, Competition, Solution, archive_storage
from grader.scoring.version import grader_version
from grader.verify import layout
from grader.verify.opening import BadArchive
from grader.verify.replay import Kept, replay
from grading import archive_contents as contents
from grading.beside_scoring import HOLD_SECONDS, score_what_waits
from grading.jobs import JobLost, fail, finish, hold, is_overdue, take_in_hand
from grading.labels import LabelsDoNotFit, NoActiveSolution, active_version
from leaderboard import receipts
from leaderboard.archives import ArchiveRefused, refuse_archive

log = structlog.get_logger(__name__)

COPIED_AT_ONCE = 1 << 20
# A third of the time of the usual level, for a tenth more bytes.
QUICKLY = 1
README = Path(__file__).with_name("archive_readme.md")


class CannotArchive(Exception):
    """Why there is no archive, for an organizer to read."""


def archive_waiting() -> None:
    """Make the archive that waits longest; the sweeper rings for the next, which has the whole time of a task again."""
    if (job := take_in_hand(Archive)) is not None:
        try:
            _carry_out(job)
        except JobLost:
            log.warning("archive_lost", archive=job.pk)
        except (CannotArchive, ArchiveRefused, LabelsDoNotFit, NoActiveSolution) as reason:
            fail(job, str(reason))
        except Exception as problem:  # The worker must live on; the log has it whole.
            log.exception("archive_failed", archive=job.pk)
            fail(job, f"Our fault: it stopped with {type(problem).__name__}; the log has more. Ask again.")


def _carry_out(job: Archive) -> None:
    if is_overdue(job, settings.ARCHIVE_SECONDS + settings.GRADING_SECONDS):
        raise CannotArchive(f"It was not made within {settings.ARCHIVE_SECONDS} s (HOLDOUT_ARCHIVE_SECONDS).")
    competition = Competition.objects.get(pk=job.competition_id)
    hold(job, "Writing the last receipts")
    if not receipts.append_waiting(monotonic() + settings.ARCHIVE_SECONDS, competition):
        raise CannotArchive("The receipts are not all written. Ask again in a minute.")
    refuse_archive(competition)
    # Without a name, so that nothing is left of it when this process dies: it holds the labels.
    with TemporaryFile(dir=settings.LABELS_DIR) as file:
        _write(job, competition, file)
        _replay(job, file)
        file.seek(0)
        _clear_away(competition)
        digest = file_digest(cast(Any, file), "sha256").hexdigest()
        size_bytes = file.tell()
        file.seek(0)
        name = archive_storage().save(job.file.field.generate_filename(job, ""), _HeldFile(job, file))
    try:
        with transaction.atomic():
            # Whatever changes dates or settings meanwhile holds the competition's row, or comes after.
            refuse_archive(Competition.objects.select_for_update(no_key=True).get(pk=competition.pk))
            finish(job, file=name, size_bytes=size_bytes, sha256=digest)
    except BaseException:
        archive_storage().delete(name)
        raise
    log.info("archive_made", archive=job.pk, bytes=size_bytes)


def _write(job: Archive, competition: Competition, file: IO[bytes]) -> None:
    active: Solution = active_version(competition)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=QUICKLY) as zipped:
        writing = _Writing(job, zipped)
        for stored in contents.stored_files(competition, active):
            writing.copy(stored)
        present = set(writing.digests)
        writing.json(layout.COMMITMENTS, contents.commitments(competition))
        writing.json(layout.TEAMS, contents.teams(competition))
        writing.lines(layout.SUBMISSIONS, contents.submissions(competition, active, present))
        writing.lines(layout.RECEIPTS, contents.receipts(competition))
        writing.json(layout.RANKING, contents.boards(competition))
        made_at = timezone.now()
        readme = README.read_text().format(
            title=competition.title, made_at=f"{made_at:%d %B %Y at %H:%M} UTC", name=f"{competition.slug}.zip"
        )
        writing.text(layout.README, readme)
        facts = contents.facts(competition, active, dict(writing.digests))
        facts |= {"made_at": made_at.isoformat(), "grader": grader_version()}
        writing.json(layout.FACTS, facts)


def _replay(job: Archive, file: IO[bytes]) -> None:
    """Replay what was made, as everybody will. Raises CannotArchive where it does not fit."""
    file.flush()

    def say(line: str) -> None:
        score_what_waits(partial(hold, job, f"Replaying it. {line}"))

    try:
        _, findings = replay(Path(f"/proc/self/fd/{file.fileno()}"), Kept(), say)
    except BadArchive as problem:
        raise CannotArchive(f"The archive that was made cannot be replayed. {problem}") from problem
    if findings.count:
        raise CannotArchive(
            f"The archive that was made does not replay; something may have changed meanwhile. Ask again. "
            f"{findings.named[0]}"
        )


def _clear_away(competition: Competition) -> None:
    """Remove what workers that were killed have half copied: it holds labels, and no row names it."""
    named = {str(archive.file.name) for archive in competition.archives.exclude(file="")}
    try:
        _, found = archive_storage().listdir(competition.slug)
    except FileNotFoundError:
        return
    for name in (f"{competition.slug}/{last}" for last in found if last.endswith(".zip")):
        if name not in named:
            archive_storage().delete(name)


class _HeldFile(File[bytes]):
    """The finished zip: its job is held while it is copied to its store."""

    def __init__(self, job: Archive, file: IO[bytes]) -> None:
        super().__init__(file)
        self._job = job

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        held_at = -HOLD_SECONDS
        for chunk in super().chunks(COPIED_AT_ONCE):
            if monotonic() > held_at + HOLD_SECONDS:
                hold(self._job, "Putting it where it can be downloaded")
                held_at = monotonic()
            yield chunk


class _Writing:
    """The zip on its way, with the digest of each file in it."""

    def __init__(self, job: Archive, zipped: zipfile.ZipFile) -> None:
        self.digests: dict[str, str] = {}
        self._job = job
        self._zipped = zipped
        self._held_at = monotonic()

    def copy(self, stored: contents.StoredFile) -> None:
        """Add a stored file; between two of them what waits for its score is scored."""
        digest = sha256()
        with (
            stored.storage.open(stored.stored_name, "rb") as source,
            self._zipped.open(stored.name, "w", force_zip64=True) as target,
        ):
            while block := source.read(COPIED_AT_ONCE):
                digest.update(block)
                target.write(block)
        self.digests[stored.name] = digest.hexdigest()
        score_what_waits(self._keep)

    def _keep(self) -> None:
        if monotonic() > self._held_at + HOLD_SECONDS:
            hold(self._job, f"{len(self.digests):,} files packed")
            self._held_at = monotonic()

    def json(self, name: str, value: object) -> None:
        self.text(name, json.dumps(value, ensure_ascii=False, indent=1) + "\n")

    def text(self, name: str, text: str) -> None:
        self._parts(name, [text])

    def lines(self, name: str, values: Iterable[dict[str, Any]]) -> None:
        """One object a line."""
        self._parts(name, (json.dumps(value, ensure_ascii=False) + "\n" for value in values))

    def _parts(self, name: str, parts: Iterable[str]) -> None:
        digest = sha256()
        with self._zipped.open(name, "w", force_zip64=True) as target:
            for part in parts:
                data = part.encode()
                digest.update(data)
                target.write(data)
        self.digests[name] = digest.hexdigest()
