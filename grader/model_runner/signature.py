"""What a screened SavedModel takes and gives: the tensors behind serving_default."""

from dataclasses import dataclass

from grader.model_runner.output_values import OutputType


@dataclass(frozen=True)
class InputTensor:
    """One input: the feature it is named for, its tensor ("name:0"), and its rank: 1 for (n,), 2 for (n, 1)."""

    name: str
    tensor: str
    rank: int


@dataclass(frozen=True)
class Signature:
    """The inputs, in the features' order, the one output, and the TensorFlow version of the export ("": unknown)."""

    inputs: tuple[InputTensor, ...]
    output_tensor: str
    output_type: OutputType
    tensorflow_version: str
