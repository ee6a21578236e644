"""The stores: whether labels are for their owner alone, whether there is room, and whether pages have their files."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages

from config.environment import VAR
from config.management.commands.prepare_static import fingerprint
from grader.model_runner import landlock
from grading.doctor.finding import Finding, bad, doubtful, well

FOR_OTHERS = 0o077
ALMOST_NOTHING_PERCENT = 2


def disks_found() -> Iterator[Finding]:
    yield _labels()
    yield _label_wall()
    yield from _room()
    yield _static_files()


def _labels() -> Finding:
    folder = settings.LABELS_DIR
    if folder.is_relative_to(settings.STATIC_ROOT):
        return bad("label store", f"{folder} lies in a served folder", "Set HOLDOUT_LABELS_DIR to another place.")
    if not folder.is_dir():
        return bad("label store", f"{folder} is no folder", "Mount it, or correct HOLDOUT_LABELS_DIR.")
    try:
        open_ones = [path for path in (folder, *folder.rglob("*")) if path.stat().st_mode & FOR_OTHERS]
    except PermissionError:
        return well("label store", f"{folder}; this user cannot look into it")
    if open_ones:
        found = f"{len(open_ones)} of its files and folders are open to others, such as {open_ones[0]}"
        return bad("label store", found, f"chmod -R go= {folder}")
    return well("label store", f"{folder}, for its owner alone")


def _label_wall() -> Finding:
    if landlock.version():
        return well("label wall", "Landlock keeps web, mail and models worker out of the label store")
    return doubtful(
        "label wall",
        "there is no Landlock here: nothing but the code keeps the web out of the label store",
        "Use Linux 5.13 or later; where an engine hides it, a newer one.",
    )


def _room() -> Iterator[Finding]:
    """Once for each disk, under the names of all that lies there."""
    places = {"var": VAR}
    for name in settings.STORAGES:
        store = storages[name]
        if name != "staticfiles" and isinstance(store, FileSystemStorage):
            places[name] = Path(store.location)
    disks: dict[int, list[str]] = {}
    for name, place in places.items():
        if place.exists():
            disks.setdefault(place.stat().st_dev, []).append(name)
        else:
            yield bad("disk", f"the store {name} is not at {place}", "Mount it; what was sent lies there.")
    for names in disks.values():
        usage = shutil.disk_usage(places[names[0]])
        percent = 100 * usage.free / usage.total
        found = f"{usage.free / 1e9:.1f} GB free ({percent:.0f} %) for {', '.join(names)}"
        if percent < ALMOST_NOTHING_PERCENT:
            yield bad("disk", found, "Make room now: uploads and scores are refused when it is full.")
        elif percent < settings.DISK_LOW_PERCENT:
            yield doubtful("disk", found, "Make room, or grow the disk.")
        elif not os.access(places[names[0]], os.W_OK):
            yield doubtful("disk", f"{found}, and this user may not write there", "Run this as the site's own user.")
        else:
            yield well("disk", found)


def _static_files() -> Finding:
    kept = settings.STATIC_ROOT / ".fingerprint"
    to_do = "Run manage.py prepare_static; ./run does it at each start."
    if not kept.exists():
        return bad("static files", f"there are none in {settings.STATIC_ROOT}: pages cannot be shown", to_do)
    if kept.read_text() != fingerprint():
        return doubtful("static files", "they are not those of this code", to_do)
    return well("static files", f"those of this code, in {settings.STATIC_ROOT}")
