"""The child's side of a run: library and features first, then the walls, and only then the model.

It says two things over its pipe: which walls stand, before the model is opened, and how the run ended.
"""

import ctypes
import os
import sys
from typing import TypedDict

from grader.model_runner import capi, frames
from grader.model_runner.feature_file import STRING_BYTES
from grader.model_runner.limits import ModelLimits
from grader.model_runner.lockdown import WallsFailed, lock_down, uid_of_this_run
from grader.model_runner.outcomes import RUNNER_FAILED_CODE, WALLS_FAILED_CODE, Outcome

MAX_ERROR_CHARACTERS = 4000


class Input(TypedDict):
    """One input of the model: its tensor, its rank (1 or 2), and where its column begins in the features."""

    tensor: str
    rank: int
    start: int


class RunArguments(TypedDict):
    """What the child is told. `jail`: the folder to be locked into, None for a run without walls.

    `model` is the SavedModel's folder, seen from the jail or, without one, from here.
    """

    library: str
    model: str
    jail: str | None
    cpu_seconds: int
    memory_bytes: int
    max_threads: int
    inputs: list[Input]
    output: str
    output_type: int
    batches: list[tuple[int, int]]


def work(parent: int, arguments: RunArguments) -> None:
    """Do the run. Ends the process with a code of its own when the walls or the library are not to be had."""
    try:
        tensorflow = capi.TensorFlow(arguments["library"])
        tensorflow.warm()
    except (OSError, AttributeError, capi.TensorFlowError) as problem:
        print(f"TensorFlow's library cannot be used: {problem}", file=sys.stderr, flush=True)
        os._exit(RUNNER_FAILED_CODE)
    with os.fdopen(0, "rb") as file:
        features = bytearray(file.read())
    address = ctypes.addressof(ctypes.c_char.from_buffer(features))
    frames.send({"walls": _walls(parent, arguments)})
    outcome, error, values = _ask(tensorflow, address, arguments)
    frames.send({"outcome": outcome, "error": error[:MAX_ERROR_CHARACTERS]}, tuple(values))


def _walls(parent: int, arguments: RunArguments) -> list[str]:
    jail = arguments["jail"]
    if jail is None:
        return []
    limits = ModelLimits(
        cpu_seconds=arguments["cpu_seconds"],
        memory_bytes=arguments["memory_bytes"],
        max_threads=arguments["max_threads"],
    )
    try:
        walls = lock_down(jail, limits, parent=parent, own_uid=uid_of_this_run())
    except WallsFailed as problem:
        print(f"The walls failed: {problem}", file=sys.stderr, flush=True)
        os._exit(WALLS_FAILED_CODE)
    return walls.names()


def _ask(tensorflow: capi.TensorFlow, address: int, arguments: RunArguments) -> tuple[Outcome, str, list[bytes]]:
    try:
        model = tensorflow.open_model(arguments["model"])
        values = []
        for start, stop in arguments["batches"]:
            count = stop - start
            inputs = [
                (
                    each["tensor"],
                    address + each["start"] + STRING_BYTES * start,
                    (count,) if each["rank"] == 1 else (count, 1),
                )
                for each in arguments["inputs"]
            ]
            kind, shape, raw = model.ask(inputs, arguments["output"])
            if kind != arguments["output_type"]:
                return Outcome.WRONG_TYPE, f"The output has type {kind}.", []
            if shape not in ((count,), (count, 1)):
                return Outcome.WRONG_SHAPE, f"The output of {count} rows has shape {shape}.", []
            values.append(raw)
    except capi.TensorFlowError as problem:
        is_memory = problem.code == capi.RESOURCE_EXHAUSTED
        return Outcome.OUT_OF_MEMORY if is_memory else Outcome.MODEL_ERROR, str(problem), []
    except MemoryError:
        return Outcome.OUT_OF_MEMORY, "", []
    return Outcome.OK, "", values
