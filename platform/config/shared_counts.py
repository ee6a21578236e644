"""The folder in which the processes of a web server count together, so that whichever is asked answers for all.

No library of metrics may be loaded before it is made: it looks for the folder once.
"""

import atexit
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

SHARED = "PROMETHEUS_MULTIPROC_DIR"
PREFIX = "holdout-counts-"


def share_counts() -> None:
    """Make it, for this process and those that will be forked from it. Call it before Django is set up.

    What the killed have left is removed: nobody holds its lock any more.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            with (left / "lock").open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)
        except OSError:
            continue
    made = Path(tempfile.mkdtemp(prefix="holdout-making-counts-"))
    # Never closed: the lock is held until the last of the forked is gone. It has its name once that is so.
    fcntl.flock(os.open(made / "lock", os.O_RDWR | os.O_CREAT, 0o600), fcntl.LOCK_EX)
    folder = made.with_name(made.name.replace("holdout-making-counts-", PREFIX))
    made.rename(folder)
    os.environ[SHARED] = str(folder)
    atexit.register(_remove, folder, os.getpid())


def _remove(folder: Path, maker: int) -> None:
    # The forked leave by the same door.
    if os.getpid() == maker:
        shutil.rmtree(folder, ignore_errors=True)
