"""Runs a SavedModel in a child behind walls, and turns whatever comes back into a report.

`run_model` never runs a model bare: where the walls are too few, it refuses. What the child sends is checked like
any stranger's file; only what it said before it opened the model is believed.
"""

import os
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from grader.model_runner import capi, feature_file, frames
from grader.model_runner.child_process import Allowance, Ended, StoppedFor, run_child
from grader.model_runner.feature_file import FeatureTable
from grader.model_runner.limits import ModelLimits
from grader.model_runner.outcomes import (
    WALLS_FAILED_CODE,
    ModelGradingUnavailable,
    Outcome,
    RunReport,
)
from grader.model_runner.output_values import answers_differ, read_values
from grader.model_runner.signature import Signature
from grader.model_runner.walls import require_walls

# What the model's random_device opens; behind chroot an ordinary file does.
RANDOM_FILE = Path("dev") / "urandom"
RANDOM_BYTES = 4096

_STOPPED = {
    StoppedFor.TIME: Outcome.TIMED_OUT,
    StoppedFor.MEMORY: Outcome.OUT_OF_MEMORY,
    StoppedFor.THREADS: Outcome.TOO_MANY_THREADS,
    StoppedFor.RESULT: Outcome.OUTPUT_TOO_LARGE,
}
# What the C++ library writes before it ends itself, where it has no way to report.
_LAST_WORDS = {
    "bad_alloc": Outcome.OUT_OF_MEMORY,
    "creation via pthread_create() failed": Outcome.TOO_MANY_THREADS,
}
_ENDED_BY: dict[int, Outcome] = {signal.SIGSYS: Outcome.FORBIDDEN_SYSCALL, signal.SIGXCPU: Outcome.OUT_OF_CPU_TIME}
# The words that a child may choose between.
_CHILDS_WORDS = frozenset({Outcome.OUT_OF_MEMORY, Outcome.MODEL_ERROR, Outcome.WRONG_SHAPE, Outcome.WRONG_TYPE})


def run_model(
    model_dir: Path,
    features: Mapping[str, Sequence[str]],
    signature: Signature,
    limits: ModelLimits,
) -> RunReport:
    """Ask the model for one value for each of n rows, behind walls.

    `model_dir` is a SavedModel's folder that lies alone in its own folder: that folder becomes all the model can
    see, and must be readable to everyone. `features` has one column of n texts for each of the signature's inputs.
    Raises ModelGradingUnavailable when the walls are too few or there is no TensorFlow; never runs bare.
    """
    require_walls()
    jail = model_dir.parent
    random_file = jail / RANDOM_FILE
    random_file.parent.mkdir(mode=0o755, exist_ok=True)
    random_file.write_bytes(os.urandom(RANDOM_BYTES))
    return _run(model_dir.name, str(jail.resolve()), features, signature, limits)


def run_model_without_walls(
    model_dir: Path,
    features: Mapping[str, Sequence[str]],
    signature: Signature,
    limits: ModelLimits,
) -> RunReport:
    """The same run with nothing around it, for one's own model on one's own machine (macOS has no such walls).

    Raises ModelGradingUnavailable when there is no TensorFlow, and on Windows.
    """
    return _run(str(model_dir.resolve()), None, features, signature, limits)


def _run(
    model: str, jail: str | None, features: Mapping[str, Sequence[str]], signature: Signature, limits: ModelLimits
) -> RunReport:
    if sys.platform == "win32":
        raise ModelGradingUnavailable("Models are run on Linux and macOS only. Use WSL on Windows.")
    try:
        library = capi.library_path()
    except capi.NoTensorFlow as problem:
        raise ModelGradingUnavailable(str(problem)) from problem
    with tempfile.TemporaryFile() as file:
        columns = {each.name: features[each.name] for each in signature.inputs}
        table = feature_file.write(file, columns, limits.batch_rows, limits.repeated_rows)
        value_count = table.row_count + len(table.repeated)
        arguments = {
            "library": str(library),
            "model": model,
            "jail": jail,
            "cpu_seconds": limits.cpu_seconds,
            "memory_bytes": limits.memory_bytes,
            "max_threads": limits.max_threads,
            "inputs": [
                {"tensor": each.tensor, "rank": each.rank, "start": table.column_starts[each.name]}
                for each in signature.inputs
            ],
            "output": signature.output_tensor,
            "output_type": signature.output_type.number,
            "batches": table.batches,
        }
        allowance = Allowance(
            wall_seconds=limits.wall_seconds,
            result_bytes=2 * frames.MAX_HEADER_BYTES + value_count * signature.output_type.item_bytes,
            log_bytes=limits.log_bytes,
            rss_bytes=limits.rss_bytes,
            threads=limits.max_threads,
        )
        ended = run_child("run", arguments, file.fileno(), allowance)
    return report_of(ended, table, signature, limits, has_walls=jail is not None)


def report_of(
    ended: Ended, table: FeatureTable, signature: Signature, limits: ModelLimits, *, has_walls: bool
) -> RunReport:
    """What an ended child's exit and its frames amount to. Only a sound frame of finite values is OK."""
    first = frames.take(ended.result)
    walls = first[0].get("walls") if first else None
    names = tuple(str(name) for name in walls) if isinstance(walls, list) else ()
    rest = first[1] if first else b""
    outcome, error, payload = _outcome(ended, rest, limits.cpu_seconds, was_opened=first is not None)
    if has_walls and first is not None and not names:
        raise RuntimeError("A model's process reported no walls and opened the model all the same.")
    predictions, depends_on_batch = None, False
    if outcome is Outcome.OK:
        values = read_values(payload, signature.output_type, table.row_count + len(table.repeated))
        if values is None:
            outcome = Outcome.NO_RESULT
        elif not np.isfinite(values).all():
            outcome = Outcome.NOT_FINITE
        else:
            predictions = values[: table.row_count]
            again, before = values[table.row_count :], predictions[list(table.repeated)]
            depends_on_batch = answers_differ(before, again, signature.output_type)
    return RunReport(
        outcome=outcome,
        predictions=predictions,
        log="\n".join(part for part in (error, ended.log) if part),
        seconds=ended.seconds,
        peak_rss_bytes=ended.peak_rss_bytes,
        walls=names,
        depends_on_batch=depends_on_batch,
        exported_with=signature.tensorflow_version,
    )


def _outcome(ended: Ended, rest: bytes, cpu_limit: int, *, was_opened: bool) -> tuple[Outcome, str, bytes]:
    """The word, the error's text, and what came behind the last frame."""
    if not was_opened:
        return (Outcome.WALLS_FAILED if ended.code == WALLS_FAILED_CODE else Outcome.RUNNER_FAILED), "", b""
    if ended.stopped_for is not None:
        return _STOPPED[ended.stopped_for], "", b""
    if ended.code < 0:
        return _outcome_of_signal(-ended.code, ended, cpu_limit), "", b""
    frame = frames.take(rest)
    if ended.code != 0 or frame is None:
        return Outcome.NO_RESULT, "", b""
    header, payload = frame
    word, error = header.get("outcome"), str(header.get("error", ""))
    if word == Outcome.OK:
        return Outcome.OK, "", payload
    if isinstance(word, str) and word in _CHILDS_WORDS:
        return Outcome(word), error, b""
    return Outcome.NO_RESULT, "", b""


def _outcome_of_signal(ended_by: int, ended: Ended, cpu_limit: int) -> Outcome:
    if ended_by in _ENDED_BY:
        return _ENDED_BY[ended_by]
    if ended_by == signal.SIGKILL:
        # Its own hard limit of processor time; otherwise somebody, or a machine without memory, has killed it.
        return Outcome.OUT_OF_CPU_TIME if ended.cpu_seconds >= cpu_limit else Outcome.RUNNER_FAILED
    return next((outcome for words, outcome in _LAST_WORDS.items() if words in ended.log), Outcome.CRASHED)
