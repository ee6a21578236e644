"""Reads what a SavedModel would do before it does anything: without TensorFlow, in a child of its own."""

import os
import re
import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path

from grader.model_runner import frames
from grader.model_runner.child_process import Allowance, Ended, run_child
from grader.model_runner.limits import ModelLimits
from grader.model_runner.outcomes import WALLS_FAILED_CODE, ModelGradingUnavailable
from grader.model_runner.output_values import output_type
from grader.model_runner.signature import InputTensor, Signature
from grader.model_runner.verdicts import ChildFailed, answer_of
from grader.model_runner.walls import require_walls
from grader.scoring.rejection import reject

GRAPH_FILE = "saved_model.pb"
_VERSION = re.compile(r"[0-9A-Za-z.+-]{1,40}")


def screen(model_dir: Path, feature_names: Sequence[str], limits: ModelLimits | None = None) -> Signature:
    """The signature of a SavedModel that may be run; its inputs in the order of `feature_names`.

    Raises Rejected naming each wrong input, output or op and its cure; ModelGradingUnavailable where the walls
    are too few; ChildFailed when it is not the sender's fault.
    """
    require_walls()
    with tempfile.TemporaryDirectory(prefix="holdout-screening-") as folder:
        Path(folder).chmod(0o755)
        return _screen(model_dir, feature_names, limits or ModelLimits(), folder)


def screen_without_walls(model_dir: Path, feature_names: Sequence[str], limits: ModelLimits | None = None) -> Signature:
    """The same with nothing around it, for one's own model on one's own machine."""
    return _screen(model_dir, feature_names, limits or ModelLimits(), None)


def _screen(model_dir: Path, feature_names: Sequence[str], limits: ModelLimits, jail: str | None) -> Signature:
    assets = model_dir / "assets"
    arguments = {
        "jail": jail,
        "feature_names": list(feature_names),
        "assets": [str(path.relative_to(assets)) for path in sorted(assets.rglob("*")) if path.is_file()],
        "max_nodes": limits.max_graph_nodes,
        "seconds": limits.screen_seconds,
    }
    allowance = Allowance(wall_seconds=2 * limits.screen_seconds, result_bytes=2 * frames.MAX_HEADER_BYTES)
    graph = os.open(model_dir / GRAPH_FILE, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        size = os.fstat(graph).st_size
        if size > limits.max_graph_bytes:
            raise reject(
                f"{GRAPH_FILE} has {size:,} bytes; at most {limits.max_graph_bytes:,} are accepted.",
                "Keep large tables in variables, not in constants of the graph.",
            )
        ended = run_child("screen", arguments, graph, allowance)
    finally:
        os.close(graph)
    if ended.code == WALLS_FAILED_CODE:
        raise ModelGradingUnavailable(ended.log.strip())
    has_crashed = ended.code < 0 and ended.code != -signal.SIGKILL
    if has_crashed or ended.cpu_seconds >= limits.screen_seconds or "MemoryError" in ended.log:
        raise reject(f"{GRAPH_FILE} is too large or too tangled to be read.", "Make the model's graph smaller.")
    return _signature(answer_of("screen", ended), feature_names, ended)


def _signature(header: dict[str, object], feature_names: Sequence[str], ended: Ended) -> Signature:
    """The child's answer, taken apart with care: it has read a stranger's file."""
    match header:
        case {
            "inputs": [*inputs],
            "output": str(output),
            "output_type": int(number),
            "tensorflow_version": str(version),
        } if (kind := output_type(number)) is not None:
            tensors = [
                InputTensor(name, each[1], each[2])
                for name, each in zip(feature_names, inputs, strict=False)
                if isinstance(each, list) and len(each) == 3 and isinstance(each[1], str) and each[2] in (1, 2)
            ]
            if len(tensors) == len(feature_names):
                return Signature(tuple(tensors), output, kind, version if _VERSION.fullmatch(version) else "")
    raise ChildFailed("screen", ended)
