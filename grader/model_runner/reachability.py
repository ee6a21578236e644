"""Which ops can run: everything that loading, initializing and calling the model leads to.

Every SavedModel carries its own saver, with ops that write files and never run here; so a flat list of its ops
would say nothing. Followed are inputs, control inputs, calls, functions in attributes, and gradients.
"""

from collections.abc import Iterable, Iterator

from grader.model_runner.saved_model_graph import Node, SavedModelGraph


def reachable(graph: SavedModelGraph, tensors: Iterable[str]) -> Iterator[Node]:
    """Each op, once, that running those tensors or ops can run, in functions too."""
    seen_nodes: set[str] = set()
    seen_functions: set[str] = set()
    waiting = [_node_name(tensor) for tensor in tensors]
    calls: list[str] = []
    while waiting or calls:
        if waiting:
            name = waiting.pop()
            node = graph.nodes.get(name)
            if name in seen_nodes or node is None:
                continue
            seen_nodes.add(name)
            yield node
            waiting += [_node_name(each) for each in node.inputs]
            calls += _called(graph, node)
            continue
        function = calls.pop()
        if function in seen_functions:
            continue
        seen_functions.add(function)
        if function in graph.gradients:
            calls.append(graph.gradients[function])
        for node in graph.functions.get(function, ()):
            yield node
            calls += _called(graph, node)


def _called(graph: SavedModelGraph, node: Node) -> Iterator[str]:
    if node.op in graph.functions:
        yield node.op
    yield from node.functions()


def _node_name(tensor: str) -> str:
    """The op behind "name:0" or the control input "^name"."""
    return tensor.removeprefix("^").partition(":")[0]
