"""A SavedModel's graph as its file describes it: nodes, functions, signatures, and what runs when it is loaded.

Field numbers are those of tensorflow/core/protobuf/{saved_model,meta_graph,saver}.proto and framework/{graph,node_def,
function,attr_value}.proto. Only what screening needs is read, and attributes only when a node is looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from grader.model_runner import wire
from grader.scoring.rejection import Rejected, reject

SERVING = "serving_default"
# Signatures and collections that name what is run once, right after loading.
_INIT_SIGNATURE = "__saved_model_init_op"
_INIT_COLLECTIONS = ("saved_model_main_op", "legacy_init_op")
_MAX_ATTRIBUTE_DEPTH = 20

EXPORT_AGAIN = "Export it again with model.export() or tf.saved_model.save()."


@dataclass(frozen=True)
class Node:
    """One op of the graph or of a function; `attributes` are unread bytes by name."""

    name: str
    op: str
    inputs: tuple[str, ...]
    attributes: tuple[bytes, ...]

    def functions(self) -> Iterator[str]:
        """The functions that its attributes name, at any depth."""
        for attribute in self.attributes:
            yield from _functions_in(wire.message(attribute, 2), 0)

    def text_attribute(self, name: str) -> str:
        """A text attribute; "" when there is none."""
        values = (wire.message(each, 2) for each in self.attributes if wire.text(each, 1) == name)
        return next((wire.text(value, 2) for value in values), "")


@dataclass(frozen=True)
class TensorInfo:
    """A tensor of a signature: its name, type number, and dimensions (-1 open); None: not even the rank is known."""

    tensor: str
    type_number: int
    dimensions: tuple[int, ...] | None


@dataclass(frozen=True)
class SavedModelGraph:
    """What the loader would load and run for the tag `serve`."""

    nodes: dict[str, Node]
    functions: dict[str, tuple[Node, ...]]
    gradients: dict[str, str]
    inputs: dict[str, TensorInfo]
    outputs: dict[str, TensorInfo]
    restore_op: str
    init_ops: tuple[str, ...]
    assets: tuple[str, ...]
    tensorflow_version: str


def read_graph(data: bytes, max_nodes: int) -> SavedModelGraph:
    """Read saved_model.pb. Raises Rejected when it cannot be one, has no signature, or more than `max_nodes` ops."""
    try:
        return _read(data, max_nodes)
    except (wire.BadWire, UnicodeDecodeError) as problem:
        raise damaged() from problem


def damaged() -> Rejected:
    """The refusal of a file that cannot be read: attributes of ops are read late, so whoever looks at them needs it."""
    return reject("saved_model.pb is damaged or no SavedModel.", EXPORT_AGAIN)


def _read(data: bytes, max_nodes: int) -> SavedModelGraph:
    meta_graph = _serving_meta_graph(data)
    about, graph = wire.message(meta_graph, 1), wire.message(meta_graph, 2)
    library = wire.message(graph, 2)
    budget = _Budget(max_nodes)
    signatures = wire.entries(meta_graph, 5)
    if SERVING not in signatures:
        named = ", ".join(sorted(signatures)[:5]) or "none"
        raise reject(
            f"The model has no signature {SERVING}; it has: {named[:200]}.",
            "Export it with model.export(), or save it with signatures=the function to be called.",
        )
    return SavedModelGraph(
        nodes={node.name: node for node in _nodes(graph, 1, budget)},
        functions={
            wire.text(wire.message(function, 1), 1): tuple(_nodes(function, 3, budget))
            for function in wire.messages(library, 1)
        },
        gradients={wire.text(each, 1): wire.text(each, 2) for each in wire.messages(library, 2)},
        inputs=_tensors(signatures[SERVING], 1),
        outputs=_tensors(signatures[SERVING], 2),
        restore_op=wire.text(wire.message(meta_graph, 3), 3),
        init_ops=tuple(_init_ops(meta_graph, signatures)),
        assets=tuple(wire.text(each, 2) for each in wire.messages(meta_graph, 6)),
        tensorflow_version=wire.text(about, 5),
    )


class _Budget:
    """Counts ops down, so that a small file of empty ops cannot fill the memory."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.left = most

    def take(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise reject(f"The model has more than {self.most:,} ops.", "Make its graph smaller.")


def _serving_meta_graph(data: bytes) -> bytes:
    for meta_graph in wire.messages(data, 2):
        tags = [tag.decode("utf-8", "replace") for tag in wire.messages(wire.message(meta_graph, 1), 4)]
        if tags == ["serve"]:
            return meta_graph
    raise reject("The model holds no graph with the tag 'serve' alone.", EXPORT_AGAIN)


def _nodes(data: bytes, number: int, budget: _Budget) -> Iterator[Node]:
    for node in wire.messages(data, number):
        budget.take()
        name = op = ""
        inputs, attributes = [], []
        for field, value in wire.fields(node):
            if not isinstance(value, bytes):
                continue
            if field == 1:
                name = value.decode("utf-8", "replace")
            elif field == 2:
                op = value.decode("utf-8", "replace")
            elif field == 3:
                inputs.append(value.decode("utf-8", "replace"))
            elif field == 5:
                attributes.append(value)
        yield Node(name, op, tuple(inputs), tuple(attributes))


def _functions_in(value: bytes, depth: int) -> Iterator[str]:
    """AttrValue: a function (field 10), or a list (1) with functions (9); a function has attributes of its own (2)."""
    if depth > _MAX_ATTRIBUTE_DEPTH:
        raise reject("An op of the model has attributes nested too deeply.", EXPORT_AGAIN)
    calls = [*wire.messages(value, 10)]
    for listed in wire.messages(value, 1):
        calls += wire.messages(listed, 9)
    for call in calls:
        yield wire.text(call, 1)
        for attribute in wire.messages(call, 2):
            yield from _functions_in(wire.message(attribute, 2), depth + 1)


def _tensors(signature: bytes, number: int) -> dict[str, TensorInfo]:
    return {
        name: TensorInfo(wire.text(info, 1), wire.number(info, 2), _dimensions(wire.message(info, 3)))
        for name, info in wire.entries(signature, number).items()
    }


def _dimensions(shape: bytes) -> tuple[int, ...] | None:
    if wire.number(shape, 3):
        return None
    return tuple(wire.number(dimension, 1) for dimension in wire.messages(shape, 2))


def _init_ops(meta_graph: bytes, signatures: dict[str, bytes]) -> Iterator[str]:
    for info in wire.entries(signatures.get(_INIT_SIGNATURE, b""), 2).values():
        yield wire.text(info, 1)
    collections = wire.entries(meta_graph, 4)
    for name in _INIT_COLLECTIONS:
        for node in wire.messages(wire.message(collections.get(name, b""), 1), 1):
            yield node.decode("utf-8", "replace")
