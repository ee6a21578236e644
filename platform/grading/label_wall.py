"""Runs a program that cannot read the label store: `python -m grading.label_wall web|models|mail COMMAND …`.

A second wall, around code of our own: whatever makes it open a file, it is not a label. Landlock can only allow, so
everything on the machine is allowed but the label folder and writing to our own code. `web` may put files into the
label folder, for it passes an organizer's upload on; `models` and `mail` get no uploads that are still on their way
either, and no credentials of labels in a bucket. Names of files stay visible, what is in them does not. What it cannot
see: the same files under another path, by a bind mount or a link inside the label folder.

Nothing new can be made directly in a folder above the closed ones; temporary files go to TMPDIR.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.conf import settings
from django.core.files.storage import storages

from config.environment import ROOT
from config.stores import LABEL_KEY_SETTINGS
from grader.model_runner import kernel, landlock
from grader.model_runner.landlock import EVERYTHING, OF_A_FILE, READ_BENEATH, FileRight

PUT_AWAY = (
    FileRight.WRITE_FILE
    | FileRight.REMOVE_FILE
    | FileRight.MAKE_DIR
    | FileRight.MAKE_REG
    | FileRight.REFER
    | FileRight.TRUNCATE
)
READ_AND_RUN = READ_BENEATH | FileRight.EXECUTE


def shut_out(closed: Sequence[Path], put_away: Sequence[Path]) -> None:
    """Take this process, and all that it will start, the right to read what is in the folders.

    Into those of `put_away`, files may still be put. Call it with one thread. Raises OSError where there is no
    Landlock.
    """
    kernel.prctl(kernel.Prctl.SET_NO_NEW_PRIVS, 1)
    landlock.restrict(_rules([folder.resolve() for folder in closed], put_away), files_only=True)


def _rules(closed: Sequence[Path], put_away: Sequence[Path]) -> Iterator[tuple[str, FileRight]]:
    for folder in put_away:
        yield str(folder), PUT_AWAY
    above = {outer for folder in (ROOT / "anything", *closed) for outer in folder.parents}
    for outer in above:
        # Python looks modules up by listing folders.
        yield str(outer), FileRight.READ_DIR
        for inner in _entries(outer):
            if inner not in above and inner not in closed:
                is_code = inner.is_relative_to(ROOT) and not inner.is_relative_to(settings.VAR)
                rights = READ_AND_RUN if is_code else EVERYTHING
                yield str(inner), rights if inner.is_dir() else rights & OF_A_FILE


def _entries(folder: Path) -> Iterator[Path]:
    """What lies in it, links left out: what they lead to has a place of its own."""
    try:
        yield from (path for path in folder.iterdir() if not path.is_symlink())
    except PermissionError:
        # Homes are often closed to listing: then only what we live in is known to be there.
        for path in (ROOT, settings.VAR, Path(sys.prefix), Path(sys.base_prefix)):
            if path.is_relative_to(folder) and path != folder:
                yield folder / path.relative_to(folder).parts[0]


def labels_within_reach() -> bool:
    """Whether this process can read any file of the label store, or of a scoring worker's copies of it."""
    # A bucket answers for itself.
    can_be_read = getattr(storages["labels"], "can_be_read", None)
    if can_be_read is not None and can_be_read():
        return True
    for path in settings.LABELS_DIR.rglob("*"):
        try:
            with path.open("rb"):
                return True
        except OSError:
            continue
    return False


def main() -> None:
    """Put the wall up, where there is Landlock, and become COMMAND. Who must not go without asks again by itself."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    role, *command = sys.argv[1:]
    labels, uploads, runs = settings.LABELS_DIR, settings.UPLOAD_TEMP_DIR, settings.MODEL_RUNS_DIR
    closed, put_away, temporary = {
        "web": ([labels], [labels], uploads),
        "models": ([labels, uploads], [], runs),
        "mail": ([labels, uploads], [], settings.MAIL_DIR),
    }[role]
    if landlock.version():
        shut_out(closed, put_away)
    else:
        print("No Landlock here: nothing keeps this process out of the label store.", file=sys.stderr, flush=True)
    # The command is the one that `./run` or compose.yml has written down.
    os.execvpe(command[0], command, {**os.environ, "TMPDIR": str(temporary), **_without_label_keys(role)})  # nosec B606


def _without_label_keys(role: str) -> dict[str, str]:
    """Empty, and not left out: `.env` may have them too."""
    if role == "web":
        return {}
    return {f"{name}{ending}": "" for name in LABEL_KEY_SETTINGS for ending in ("", "_FILE")}


if __name__ == "__main__":
    main()
