"""The daily clean-up: what nobody needs any more, in short steps, so that a file waits a moment at most."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog
from django.conf import settings
from django.core.files.storage import storages

from accounts.expired import expired_rows
from config.stored_files import COPY_PREFIX
from grading.beside_scoring import score_what_waits
from grading.keeping import retention
from grading.keeping.orphans import RUNS_PREFIX, orphans

log = structlog.get_logger(__name__)

BREATHE_SECONDS = 0.1
ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class Removal:
    """Something that may go: what kind it is, which, how many, of how many bytes, and how (False: not any more)."""

    kind: str
    which: str
    count: int
    size_bytes: int
    remove: Callable[[], object]


class TimeIsUp(Exception):
    """The rest is for tomorrow."""


def clean_up(seconds: float) -> None:
    """Remove what may go, for so many seconds at most, and score what waits between two steps."""
    breathe = _Breath(time.monotonic() + seconds)
    removed: dict[str, tuple[int, int]] = {}
    try:
        for removal in removals(breathe):
            if removal.remove() is not False:
                count, size_bytes = removed.get(removal.kind, (0, 0))
                removed[removal.kind] = (count + removal.count, size_bytes + removal.size_bytes)
            breathe()
    except TimeIsUp:
        log.warning("clean_up_not_finished", seconds=seconds)
    log.info("cleaned_up", removed={kind: f"{count} ({size} bytes)" for kind, (count, size) in removed.items()})


def removals(breathe: Callable[[], None] = lambda: None) -> Iterator[Removal]:
    """What may go now, one after the other; nothing is removed by looking."""
    yield from _kept_long_enough(breathe)
    for path in _left_behind():
        yield Removal("temporary files", path.name, 1, _size_of(path), partial(_remove, path))
    for what, rows in expired_rows():
        keys = list(rows.values_list("pk", flat=True))
        for start in range(0, len(keys), ROWS_AT_ONCE):
            some = rows.model._default_manager.filter(pk__in=keys[start : start + ROWS_AT_ONCE])
            count = len(keys[start : start + ROWS_AT_ONCE])
            yield Removal(what, "", count, 0, some.delete)
    for store, name in orphans(breathe):
        size = _stored_size(store, name)
        yield Removal(f"files in {store} that nothing names", name, 1, size, partial(storages[store].delete, name))


def _kept_long_enough(breathe: Callable[[], None]) -> Iterator[Removal]:
    for due in retention.due():
        breathe()
        size = sum(_stored_size(due.retention.store, name) for name in due.names())
        yield Removal(f"{due.retention.what} of {due.competition.slug}", "", len(due.submissions), size, due.remove)


def _left_behind() -> Iterator[Path]:
    """What processes that were killed have left in the folders for temporary files, a day ago or earlier."""
    left = [*settings.UPLOAD_TEMP_DIR.iterdir(), *settings.MODEL_RUNS_DIR.iterdir()]
    if (labels := Path(settings.LABELS_DIR)).is_dir():
        left += [*labels.glob(f"{RUNS_PREFIX}*-*"), *labels.glob(f"{COPY_PREFIX}*")]
    old = time.time() - settings.ORPHANS_KEPT_SECONDS
    for path in left:
        with suppress(FileNotFoundError):
            if path.lstat().st_mtime < old:
                yield path


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _size_of(path: Path) -> int:
    return sum(each.lstat().st_size for each in (path, *path.rglob("*")) if not each.is_dir())


def _stored_size(store: str, name: str) -> int:
    """0: it is gone."""
    try:
        return int(storages[store].size(name))
    except OSError:
        return 0


class _Breath:
    """Called between two steps: now and then it scores what waits, and it ends a clean-up that takes too long."""

    def __init__(self, ends_at: float) -> None:
        self._ends_at = ends_at
        self._last = time.monotonic()

    def __call__(self) -> None:
        now = time.monotonic()
        if now < self._last + BREATHE_SECONDS:
            return
        if now > self._ends_at:
            raise TimeIsUp
        score_what_waits(lambda: None)
        self._last = time.monotonic()
