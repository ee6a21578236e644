"""The child's side of screening: reads saved_model.pb on descriptor 0, behind the walls, and judges it."""

import os
import re
import sys
from collections.abc import Iterable
from typing import TypedDict

from grader.model_runner import frames, wire
from grader.model_runner.limits import MIB, ModelLimits
from grader.model_runner.lockdown import WallsFailed, lock_down, uid_of_this_run
from grader.model_runner.op_policy import denial_of_node, registered_ops, written_for
from grader.model_runner.outcomes import WALLS_FAILED_CODE
from grader.model_runner.reachability import reachable
from grader.model_runner.saved_model_graph import Node, SavedModelGraph, TensorInfo, damaged, read_graph
from grader.model_runner.tensor_types import NUMERIC_TYPES, STRING
from grader.model_runner.verdicts import problems_header
from grader.scoring.rejection import ProblemList, Rejected, quoted

MEMORY_BYTES = 512 * MIB
MAX_NAME_CHARACTERS = 500
_TENSOR_NAME = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*:\d{1,4}")


class ScreenArguments(TypedDict):
    """What to compare the model with. `jail`: an empty folder to be locked into, None for screening without walls.

    `assets` are the files that came in the model's assets folder.
    """

    jail: str | None
    feature_names: list[str]
    assets: list[str]
    max_nodes: int
    seconds: int


def work(parent: int, arguments: ScreenArguments) -> None:
    """Screen, and say what the signature is or what is wrong."""
    jail = arguments["jail"]
    registered_ops(), written_for()
    if jail is not None:
        limits = ModelLimits(cpu_seconds=arguments["seconds"], memory_bytes=MEMORY_BYTES, max_threads=1)
        try:
            lock_down(jail, limits, parent=parent, own_uid=uid_of_this_run())
        except WallsFailed as problem:
            print(f"The walls failed: {problem}", file=sys.stderr, flush=True)
            os._exit(WALLS_FAILED_CODE)
    with os.fdopen(0, "rb") as file:
        data = file.read()
    try:
        frames.send(verdict(data, arguments["feature_names"], arguments["assets"], arguments["max_nodes"]))
    except Rejected as rejected:
        frames.send(problems_header(rejected))


def verdict(data: bytes, feature_names: list[str], assets: list[str], max_nodes: int) -> dict[str, object]:
    """The signature as a frame's header. Raises Rejected with every problem found."""
    graph = read_graph(data, max_nodes)
    try:
        return _signature_of(graph, feature_names, assets)
    except wire.BadWire as problem:
        raise damaged() from problem


def _signature_of(graph: SavedModelGraph, feature_names: list[str], assets: list[str]) -> dict[str, object]:
    problems = ProblemList()
    _check_inputs(graph, feature_names, problems)
    _check_output(graph, problems)
    _check_assets(graph, assets, problems)
    _check_ops(graph, problems)
    if problems.count:
        raise problems.rejection()
    (output,) = graph.outputs.values()
    return {
        "inputs": [[name, graph.inputs[name].tensor, _rank(graph.inputs[name])] for name in feature_names],
        "output": output.tensor,
        "output_type": output.type_number,
        "tensorflow_version": graph.tensorflow_version[:40],
    }


def _rank(info: TensorInfo) -> int:
    return 1 if info.dimensions is None else len(info.dimensions)


def _is_column(info: TensorInfo) -> bool:
    """Whether the shape is (n,) or (n, 1) with n open, or unknown."""
    return info.dimensions in (None, (-1,), (-1, 1), (-1, -1))


def _has_sound_name(info: TensorInfo) -> bool:
    return len(info.tensor) <= MAX_NAME_CHARACTERS and _TENSOR_NAME.fullmatch(info.tensor) is not None


def _names(names: Iterable[str]) -> str:
    return ", ".join(quoted(name) for name in sorted(names)[:10]) or "none"


def _shape(info: TensorInfo) -> str:
    inside = ", ".join("n" if size == -1 else str(size) for size in (info.dimensions or ())[:6])
    return f"({inside},)" if len(info.dimensions or ()) == 1 else f"({inside})"


def _check_inputs(graph: SavedModelGraph, feature_names: list[str], problems: ProblemList) -> None:
    wanted = " and ".join(feature_names)
    if set(graph.inputs) != set(feature_names):
        problems.add(
            None,
            f"The signature's inputs are {_names(graph.inputs)}; they must be {_names(feature_names)}.",
            f"Name the inputs of the model, or of the function that is saved, {wanted}.",
        )
        return
    for name in feature_names:
        info = graph.inputs[name]
        if info.type_number != STRING:
            problems.add(None, f"The input {name} is not text.", "Take strings (tf.string) and look them up inside.")
        elif not _is_column(info) or not _has_sound_name(info):
            problems.add(
                None,
                f"The input {name} has shape {_shape(info)}.",
                "It must be (n,) or (n, 1) with n open: batches of any size are sent.",
            )


def _check_output(graph: SavedModelGraph, problems: ProblemList) -> None:
    if len(graph.outputs) != 1:
        problems.add(
            None,
            f"The signature has {len(graph.outputs)} outputs: {_names(graph.outputs)}.",
            "It must have exactly one, with one number for each row.",
        )
        return
    ((name, info),) = graph.outputs.items()
    if info.type_number not in NUMERIC_TYPES:
        problems.add(None, f"The output {quoted(name)} is not numeric.", "Return one number for each row.")
    elif not _is_column(info) or not _has_sound_name(info):
        problems.add(
            None,
            f"The output {quoted(name)} has shape {_shape(info)}.",
            "It must be (n,) or (n, 1): one number for each row.",
        )


def _check_assets(graph: SavedModelGraph, assets: list[str], problems: ProblemList) -> None:
    for name in graph.assets:
        if name not in assets:
            problems.add(
                None,
                f"The model wants an asset {quoted(name)} that is not in its assets folder.",
                "Pack the whole folder that the export wrote.",
            )


def _check_ops(graph: SavedModelGraph, problems: ProblemList) -> None:
    """Restoring may restore, and initializing may read vocabularies; a call may do neither."""
    restoring = {"RestoreV2"}
    initializing = {"InitializeTableFromTextFileV2"} if graph.assets else set()
    outputs = [info.tensor for info in graph.outputs.values()]
    # A function that bears an op's name is judged as that op.
    own_functions = graph.functions.keys() - registered_ops()
    for starts, excused in (([graph.restore_op], restoring), (graph.init_ops, initializing), (outputs, set())):
        _check_reachable(reachable(graph, starts), excused | own_functions, problems)


def _check_reachable(nodes: Iterable[Node], excused: set[str], problems: ProblemList) -> None:
    named: set[str] = set()
    for node in nodes:
        if node.op in excused or node.op in named:
            continue
        denied = denial_of_node(node)
        if denied is not None:
            named.add(node.op)
            what, cure = denied
            problems.add(None, f"The op {quoted(node.op)} {what}.", cure)
