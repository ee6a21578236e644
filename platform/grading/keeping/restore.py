"""Putting a backup back: checked first, then its files, then its database; then what came of it is looked at.

Until the database is put back nothing names the files, so a restore that was interrupted is simply run once more.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import file_digest
from pathlib import Path
from tempfile import SpooledTemporaryFile, TemporaryDirectory
from time import monotonic

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage, storages
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.utils import timezone

from accounts.models import User
from competitions.models import Competition
from config.environment import VAR
from config.heartbeats import last_beat
from grading.keeping import database_copy
from grading.keeping.backup import DATABASE, SECONDS_BETWEEN_WORDS, SECRET_KEY, STORES
from grading.keeping.backup_file import Checked, Part, checked, parts_of
from grading.keeping.named_files import named_files
from leaderboard.standings import rebuild
from submissions.models import Queue

SPOOLED_BYTES = 8_000_000

Say = Callable[[str], None]


class CannotRestore(Exception):
    """Why nothing was restored, and what to do."""


@dataclass
class Restored:
    """What came of it. `missing`: files that rows name and no store has; `key_differs`: of this site's SECRET_KEY."""

    files: int = 0
    rows: int = 0
    standings: int = 0
    wrong_standings: int = 0
    missing: list[str] = field(default_factory=list)
    has_labels: bool = True
    key_is_written: bool = False
    key_differs: bool = False


def restore(path: Path, say: Say, *, replace: bool = False) -> Restored:
    """Make this site what the backup is; `replace`: also one that is not empty. Raises CannotRestore, and BadBackup."""
    _refuse_a_site(replace)
    backup = checked(path, say)
    _refuse_other(backup)
    done = Restored(has_labels=backup.about["with_labels"])
    with TemporaryDirectory(dir=settings.UPLOAD_TEMP_DIR) as name:
        folder = Path(name)
        key = _take_out(backup, folder, say, done)
        say("Putting the database back …")
        try:
            database_copy.put_back(folder, [(app, name) for app, name in backup.about["migrations"]])
        except database_copy.CannotCopy as problem:
            raise CannotRestore(str(problem)) from problem
    _compare_rows(backup, done)
    if database_copy.unapplied():
        call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    _take_key(key, done)
    say("Looking at what came of it …")
    for competition in Competition.objects.all():
        done.wrong_standings += rebuild(competition)
        done.standings += competition.standings.count()
    known = set(backup.missing)
    for named in named_files(with_labels=done.has_labels):
        wanted = f"{STORES}/{named.store}/{named.name}"
        if named.at_most != 0 and wanted not in known and not storages[named.store].exists(named.name):
            done.missing.append(wanted)
    return done


def _refuse_a_site(replace: bool) -> None:
    """Raises CannotRestore for a site that works, and, unless `replace`, for one that somebody uses."""
    if _is_running():
        raise CannotRestore("A worker of this site lives. Stop the site, wait half a minute, and restore once more.")
    if not replace and (used := _who_is_there()):
        raise CannotRestore(
            f"This site is not empty: it has {used}. Restore into an empty one, or say --replace: then all that is in "
            "its database now is gone."
        )


def _is_running() -> bool:
    silent_since = timezone.now() - timedelta(seconds=settings.WORKER_SILENCE_SECONDS)
    try:
        beats = [last_beat(queue) for queue in (Queue.SCORING.value, "mail")]
    except DatabaseError:  # No table yet: nothing has ever run here.
        return False
    return any(at is not None and at > silent_since for at in beats)


def _who_is_there() -> str:
    there = set(database_copy.tables())
    if User._meta.db_table not in there or Competition._meta.db_table not in there:
        return ""
    counted = [(User.objects.count(), "accounts"), (Competition.objects.count(), "competitions")]
    return " and ".join(f"{count} {what}" for count, what in counted if count)


def _refuse_other(backup: Checked) -> None:
    """Raises CannotRestore for a backup of another kind of database, or of newer code."""
    taken_of = backup.about["database"]
    if taken_of != connection.vendor:
        raise CannotRestore(
            f"{backup.path} is of a {taken_of} database; this site has {connection.vendor}. Set DATABASE_URL to an "
            f"empty {taken_of} database."
        )
    if unknown := database_copy.unknown_here([(app, name) for app, name in backup.about["migrations"]]):
        app, name = unknown[-1]
        raise CannotRestore(
            f"{backup.path} was taken by newer code: this one does not know the migration {app}.{name}. Restore it "
            "with the code that took it, or with later code."
        )


def _take_out(backup: Checked, folder: Path, say: Say, done: Restored) -> str:
    """Put the files into their stores and the database's copy into the folder; returns the secret key."""
    key, said_at, in_all = "", monotonic(), len(backup.digests)
    for part in parts_of(backup):
        if part.store is not None:
            _put_away(part, backup.digests[f"{STORES}/{part.store}/{part.name}"][1])
        elif part.name == SECRET_KEY:
            key = part.content.read().decode()
        else:
            with (folder / part.name.removeprefix(f"{DATABASE}/").replace("/", "_")).open("wb") as file:
                shutil.copyfileobj(part.content, file)
        done.files += 1
        if monotonic() > said_at + SECONDS_BETWEEN_WORDS:
            said_at = monotonic()
            say(f"{done.files:,} of {in_all:,} files …")
    return key


def _put_away(part: Part, digest: str) -> None:
    """A file into its store under its very name; one that is there with the same bytes stays."""
    storage = storages[str(part.store)]
    if storage.exists(part.name):
        if _digest_of(storage, part.name) == digest:
            return
        storage.delete(part.name)
    # A stream cannot be read twice, as a store at the other end of a network may have to.
    with SpooledTemporaryFile(SPOOLED_BYTES, dir=str(settings.UPLOAD_TEMP_DIR)) as content:
        shutil.copyfileobj(part.content, content)
        content.seek(0)
        name = storage.save(part.name, File(content, part.name))
    if name != part.name:
        storage.delete(name)
        raise CannotRestore(f"The store {part.store} took {part.name} under another name, {name}. Is it being used?")


def _digest_of(storage: Storage, name: str) -> str:
    with storage.open(name, "rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _compare_rows(backup: Checked, done: Restored) -> None:
    """Raises CannotRestore where a table has not as many rows as it had."""
    now = database_copy.row_counts()
    for table, count in backup.about["rows"].items():
        if table != database_copy.MIGRATIONS_TABLE and now.get(table) != count:
            raise CannotRestore(
                f"The table {table} has {now.get(table)} rows, and had {count}. Is the site running? Stop it, and "
                "restore once more with --replace."
            )
    done.rows = sum(backup.about["rows"].values())


def _take_key(key: str, done: Restored) -> None:
    """Sign with the key that everything was signed with, where this site keeps its own in a file."""
    if key == settings.SECRET_KEY:
        return
    own = VAR / "secret_key"
    if own.exists() and own.read_text() == settings.SECRET_KEY:
        unfinished = own.with_name("secret_key.new")
        unfinished.touch(mode=0o600)
        unfinished.write_text(key)
        unfinished.replace(own)
        done.key_is_written = True
    else:
        done.key_differs = True
