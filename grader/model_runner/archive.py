"""From the zip that was sent to a SavedModel's folder, unpacked by a child under limits."""

import errno
from pathlib import Path

from grader.model_runner import archive_wording, frames
from grader.model_runner.archive_wording import ONE_MODEL
from grader.model_runner.child_process import Allowance, run_child
from grader.model_runner.limits import ModelLimits
from grader.model_runner.verdicts import answer_of
from grader.scoring.rejection import reject

MODEL_FOLDER = "model"


def unpack(zip_path: Path, into: Path, limits: ModelLimits) -> Path:
    """Unpack the zip's one SavedModel into the new folder `into`/model, which is returned.

    Files become readable to everyone and writable to us alone. Raises Rejected for an archive that is anything but
    one SavedModel within the limits, and ChildFailed or OSError when it is not its sender's fault; then the folder
    may hold what was unpacked so far.
    """
    size = zip_path.stat().st_size
    if size > limits.max_zip_bytes:
        raise archive_wording.LARGE_ARCHIVE.refusal(size=f"{size:,}", most=f"{limits.max_zip_bytes:,}")
    target = into / MODEL_FOLDER
    target.mkdir()
    target.chmod(0o755)
    arguments = {
        "into": str(target.resolve()),
        "max_unpacked_bytes": limits.max_unpacked_bytes,
        "max_entries": limits.max_entries,
        "unpack_seconds": limits.unpack_seconds,
    }
    allowance = Allowance(wall_seconds=2 * limits.unpack_seconds, result_bytes=2 * frames.MAX_HEADER_BYTES)
    with zip_path.open("rb") as file:
        ended = run_child("unpack", arguments, file.fileno(), allowance)
    if "No space left" in ended.log:
        raise OSError(errno.ENOSPC, f"{into}: no space left to unpack a model")
    if ended.cpu_seconds >= limits.unpack_seconds:
        raise reject(f"The archive could not be unpacked within {limits.unpack_seconds} seconds.", ONE_MODEL)
    answer_of("unpack", ended)
    return target
