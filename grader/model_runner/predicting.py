"""The first step of grading a model: from its zip to predictions, with nothing left behind."""

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from grader.model_runner.archive import unpack
from grader.model_runner.limits import ModelLimits
from grader.model_runner.outcomes import RunReport
from grader.model_runner.screening import screen, screen_without_walls
from grader.model_runner.supervisor import run_model, run_model_without_walls
from grader.model_runner.walls import require_walls

RUN_PREFIX = "run-"
# A run's folder is locked within moments of being made; before that it must not be taken for a dead one.
SETTLING_SECONDS = 60.0


def predict(zip_path: Path, features: Mapping[str, Sequence[str]], limits: ModelLimits, run_root: Path) -> RunReport:
    """Unpack, screen and run one model behind walls, in a folder of its own in `run_root` that is gone afterwards.

    `features` holds one column of n texts for each input that the model must have. Raises Rejected when the
    archive or the model is refused before it runs, ModelGradingUnavailable where models cannot be run safely, and
    ChildFailed or OSError when it is not the sender's fault. A failing run raises nothing: its report says how.
    """
    require_walls()
    with _run_folder(run_root) as folder:
        model_dir = unpack(zip_path, folder, limits)
        signature = screen(model_dir, list(features), limits)
        return run_model(model_dir, features, signature, limits)


def predict_without_walls(zip_path: Path, features: Mapping[str, Sequence[str]], limits: ModelLimits) -> RunReport:
    """The same for one's own model on one's own machine: the same checks and limits of time, and no walls at all."""
    with tempfile.TemporaryDirectory(prefix="holdout-check-") as folder:
        model_dir = unpack(zip_path, Path(folder), limits)
        signature = screen_without_walls(model_dir, list(features), limits)
        return run_model_without_walls(model_dir, features, signature, limits)


@contextlib.contextmanager
def _run_folder(run_root: Path) -> Iterator[Path]:
    """A folder that stays locked while its run lasts, so that what a killed worker left can be told from it."""
    run_root.mkdir(parents=True, exist_ok=True)
    remove_leftovers(run_root)
    folder = Path(tempfile.mkdtemp(prefix=RUN_PREFIX, dir=run_root))
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # The model's process, under another user, must be able to enter.
        folder.chmod(0o755)
        yield folder
    finally:
        shutil.rmtree(folder)
        os.close(lock)


def remove_leftovers(run_root: Path) -> int:
    """Remove the folders of runs whose worker was killed; how many there were. Safe beside running workers."""
    removed = 0
    for folder in run_root.glob(f"{RUN_PREFIX}*"):
        try:
            if time.time() - folder.stat().st_mtime < SETTLING_SECONDS:
                continue
            lock = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(folder, ignore_errors=True)
            removed += 1
        finally:
            os.close(lock)
    return removed
