"""Files that no row names: what a process left that was killed between storing a file and writing its row."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.utils import timezone

from grading.keeping.named_files import LABELS, NAMES_AT_ONCE, SECRET_SUFFIX, STORES, named_now, names_of

# The folder of a run that says how sure a board is; the next run of that board clears it, and so does a clean-up.
RUNS_PREFIX = "certainty-"


def orphans(breathe: Callable[[], None]) -> Iterator[tuple[str, str]]:
    """(store, name) of each file that nothing names and that is older than ORPHANS_KEPT_SECONDS.

    `breathe` is called between two looks, which are short.
    """
    for store in STORES:
        named = names_of(store, breathe)
        unnamed: list[str] = []
        for name in stored_names(storages[store]):
            breathe()
            if name not in named and _is_old(storages[store], name) and not (store == LABELS and _is_apart(name)):
                unnamed.append(name)
            if len(unnamed) >= NAMES_AT_ONCE:
                yield from _still_unnamed(store, unnamed)
                unnamed = []
        yield from _still_unnamed(store, unnamed)


def stored_names(storage: Storage, folder: str = "") -> Iterator[str]:
    """Every file of a store."""
    if (bucket := getattr(storage, "bucket", None)) is not None:
        # A bucket has no folders, and lists a thousand files at a time whatever stands in their names.
        yield from (entry.key for entry in bucket.objects.all())
        return
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    before = f"{folder}/" if folder else ""
    yield from (before + name for name in files if name)
    for name in folders:
        yield from stored_names(storage, before + name)


def _still_unnamed(store: str, names: list[str]) -> Iterator[tuple[str, str]]:
    """Those that no row names by now either: the rows were read before the files."""
    named = named_now(store, names) if names else set()
    yield from ((store, name) for name in names if name not in named)


def _is_old(storage: Storage, name: str) -> bool:
    try:
        return storage.get_modified_time(name) < timezone.now() - timedelta(seconds=settings.ORPHANS_KEPT_SECONDS)
    except FileNotFoundError:
        return False


def _is_apart(name: str) -> bool:
    """What lies among the labels and is no row's: secrets of seeds, which stay, and folders of runs."""
    return ("/" not in name and name.endswith(SECRET_SUFFIX)) or name.startswith(RUNS_PREFIX)
