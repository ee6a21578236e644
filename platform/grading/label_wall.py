"""Runs a program that cannot read the label store, however it tries: `python -m grading.label_wall COMMAND …`.

Landlock can only allow, so everything on the machine is allowed but the label folder. With `--may-write` files can be
put into it, which is what the web does with an organizer's upload. Files' names stay visible, their contents do not.
New files directly in one of the folders above the label folder cannot be made; temporary ones go to TMPDIR.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from grader.model_runner import kernel, landlock
from grader.model_runner.landlock import EVERYTHING, OF_A_FILE, FileRight

WRITE_ONLY = (
    FileRight.WRITE_FILE
    | FileRight.REMOVE_FILE
    | FileRight.MAKE_DIR
    | FileRight.MAKE_REG
    | FileRight.REFER
    | FileRight.TRUNCATE
)


def shut_out_of(folder: Path, *, may_write: bool) -> None:
    """Take this process, and all that it will start, the right to read what is in `folder`.

    Call it with one thread. Raises OSError where there is no Landlock.
    """
    kernel.prctl(kernel.Prctl.SET_NO_NEW_PRIVS, 1)
    landlock.restrict(_all_but(folder.resolve(), may_write=may_write), files_only=True)


def _all_but(folder: Path, *, may_write: bool) -> Iterator[tuple[str, FileRight]]:
    if may_write:
        yield str(folder), WRITE_ONLY
    inner = folder
    for outer in folder.parents:
        # Python looks modules up by listing folders.
        yield str(outer), FileRight.READ_DIR
        with os.scandir(outer) as entries:
            for entry in entries:
                # What a link leads to has a place of its own.
                if entry.name == inner.name or entry.is_symlink():
                    continue
                yield entry.path, EVERYTHING if entry.is_dir(follow_symlinks=False) else OF_A_FILE
        inner = outer


def labels_within_reach() -> bool:
    """Whether this process can read any file of the label store."""
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
    may_write = sys.argv[1] == "--may-write"
    command = sys.argv[2:] if may_write else sys.argv[1:]
    if landlock.version():
        shut_out_of(settings.LABELS_DIR, may_write=may_write)
    os.execvpe(command[0], command, {**os.environ, "TMPDIR": str(settings.UPLOAD_TEMP_DIR)})


if __name__ == "__main__":
    main()
