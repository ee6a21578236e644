"""Which ops a submitted model may hold. Courtesy, not the wall: it says early and readably what cannot work.

An op that this TensorFlow does not have is refused, and so are those that touch files, the network or the host, or
that wait for somebody. What is left can still loop, crash or fill memory: that is the walls' business.
"""

import re
from functools import cache
from pathlib import Path

from grader.model_runner.saved_model_graph import Node

_REGISTERED_OPS = Path(__file__).with_name("registered_ops.txt")

_KEEP_IT_IN_THE_MODEL = "Keep what it needs in variables, constants or assets of the model."
_PLAIN_OPS = "Export a model of plain TensorFlow ops."

# What each denied kind does, the cure, and the full names of its ops as one pattern.
_DENIED = (
    (
        "reads files",
        _KEEP_IT_IN_THE_MODEL,
        r"ReadFile|MatchingFiles|(Experimental)?MatchingFilesDataset|\w*Reader(V2)?|Reader\w+|RecordInput"
        r"|(Experimental)?(TextLine|TFRecord|FixedLengthRecord|CSV|Sql|LMDB|Load)Dataset(V2)?|ImmutableConst"
        r"|Restore\w*|DTensorRestoreV2|LoadAndRemapMatrix|GenerateVocabRemapping|DecodeProtoV2|EncodeProto"
        r"|InitializeTableFromTextFile(V2)?|ImportEvent|ListSnapshotChunksDataset|Snapshot\w*",
    ),
    (
        "writes files",
        "A model only answers here: leave out savers, summaries and caches.",
        r"WriteFile|Save\w*|MergeV2Checkpoints|DistributedSave|(Experimental)?DatasetToTFRecord|\w*Summary(V2)?"
        r"|\w*SummaryWriter|\w*SummaryDbWriter|\w*SummaryFileWriter|DumpTensor|FileSystemSetConfiguration"
        r"|CacheDataset(V2)?|CalibrationStatisticsSaver|CustomAggregator|StoreMinibatchStatisticsInFdo",
    ),
    (
        "talks to other machines or devices",
        "Export the model for one machine, without tf.distribute, TPUs or remote calls.",
        r"Rpc\w+|DataServiceDataset\w*|RegisterDataset\w*|Collective\w+|Nccl\w+|\w*TPU\w*|\w*Tpu\w*|Send|Recv"
        r"|Infeed\w+|Outfeed\w+|DTensor\w+|CopyToMesh\w*|WorkerHeartbeat|XlaSend\w*|XlaRecv\w*|XlaHostCompute"
        r"|CrossReplicaSum|AllToAll|Xla\w*SparseCore\w*|XlaSparse\w+|Prelinearize\w*|GetMinibatch\w+"
        r"|ConvertTo\w*SparseCore\w+|SyncDevice|UpdateTaskIdAndGlobalCoreArray",
    ),
    (
        "waits for something that never comes here",
        "Leave out queues, stages, barriers and locks.",
        r"\w*Queue(V2)?|Queue\w+|Stage\w*|Unstage|(Ordered)?Map(Stage|Unstage|UnstageNoKey|Peek|Clear|Size|IncompleteSize)"
        r"|Barrier\w*|(Experimental)?SleepDataset|\w*Accumulator\w*|MutexLock|MutexV2|ConsumeMutexLock|Batch|Unbatch(Grad)?",
    ),
    (
        "runs code outside the graph",
        "Write it with TensorFlow ops; models on JAX or PyTorch must be exported from Keras on TensorFlow.",
        r"(Eager)?PyFunc\w*|RemoteCall|DatasetFromGraph|DeserializeIterator|XlaLaunch\w*|XlaCustomCall\w*"
        r"|XlaCallModule|BatchFunction|MlirPassthroughOp|Abort",
    ),
    ("is for debugging", "Export the model without the debugger.", r"Debug\w+|Copy|CopyHost"),
    ("is internal to TensorFlow", _PLAIN_OPS, r"_\w*"),
)
_COMPILED = tuple((what, cure, re.compile(pattern)) for what, cure, pattern in _DENIED)


@cache
def registered_ops() -> frozenset[str]:
    """The public ops of the TensorFlow version that models run with."""
    lines = _REGISTERED_OPS.read_text().splitlines()
    return frozenset(name for line in lines if not line.startswith("#") for name in line.split())


@cache
def written_for() -> str:
    """The TensorFlow version whose ops are known."""
    first_line = _REGISTERED_OPS.read_text().partition("\n")[0]
    return first_line.partition("TensorFlow ")[2].partition(". ")[0]


@cache
def denial(op: str) -> tuple[str, str] | None:
    """What a denied op does and what to do instead; None: it may run."""
    for what, cure, pattern in _COMPILED:
        if pattern.fullmatch(op):
            return what, cure
    if op not in registered_ops():
        cure = (
            "Use TensorFlow's own ops only: no TensorFlow Text, no Decision Forests, no custom ops"
            f"; and export with TensorFlow {written_for()} or older."
        )
        return f"does not exist in TensorFlow {written_for()}", cure
    return None


def denial_of_node(node: Node) -> tuple[str, str] | None:
    """As `denial`, and for what only the node's attributes tell."""
    if node.op == "PrintV2" and node.text_attribute("output_stream").startswith("file://"):
        return "writes files", "Print to the standard output, or not at all."
    return denial(node.op)
