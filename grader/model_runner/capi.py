"""TensorFlow's public C API by ctypes (tensorflow/c/c_api.h), as much of it as running a SavedModel takes.

`import tensorflow` is never needed: the wheel's shared library alone loads and runs a SavedModel, in a tenth of the
time, and has no Python functions that a model could call.
"""

import ctypes
import importlib.metadata
import importlib.util
import sys
from collections.abc import Sequence
from ctypes import POINTER, c_char_p, c_int, c_int64, c_size_t, c_void_p
from pathlib import Path

INSTALL_COMMAND = "pip install tensorflow-cpu (Linux on x86-64) or pip install tensorflow"
RESOURCE_EXHAUSTED = 8
# ConfigProto: one thread inside an op (field 2), two between ops (field 5).
_SESSION_CONFIG = b"\x10\x01\x28\x02"


class NoTensorFlow(Exception):
    """There is no TensorFlow library to open; the message says how to get one."""


class TensorFlowError(Exception):
    """An error that TensorFlow reported: its code (absl's) and its text, which may quote the features."""

    def __init__(self, code: int, text: str) -> None:
        self.code = code
        super().__init__(text)


def library_path() -> Path:
    """The shared library of the installed wheel, found without importing it. Raises NoTensorFlow."""
    name = "libtensorflow_cc.2.dylib" if sys.platform == "darwin" else "libtensorflow_cc.so.2"
    found = importlib.util.find_spec("tensorflow")
    if found is None or found.origin is None:
        raise NoTensorFlow(f"TensorFlow is not installed. Install it with: {INSTALL_COMMAND}.")
    path = Path(found.origin).with_name(name)
    if not path.is_file():
        raise NoTensorFlow(f"The installed TensorFlow has no {name}. Install it again with: {INSTALL_COMMAND}.")
    return path


def installed_version() -> str:
    """The version of the installed wheel, such as 2.21.0. Raises NoTensorFlow."""
    for name in ("tensorflow-cpu", "tensorflow"):
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    raise NoTensorFlow(f"TensorFlow is not installed. Install it with: {INSTALL_COMMAND}.")


class _Output(ctypes.Structure):
    _fields_ = [("operation", c_void_p), ("index", c_int)]


_Deallocator = ctypes.CFUNCTYPE(None, c_void_p, c_size_t, c_void_p)


# The memory of the inputs is the feature file's and stays.
_keep = _Deallocator(lambda data, length, argument: None)


class TensorFlow:
    """The opened library. Making one starts no thread and reads nothing but the library."""

    def __init__(self, path: str) -> None:
        self._library = ctypes.CDLL(path)
        for name, (result, *arguments) in _PROTOTYPES.items():
            function = getattr(self._library, name)
            function.restype, function.argtypes = result, arguments
        self.version = str(self._library.TF_Version().decode())

    def warm(self) -> None:
        """Let the library read /proc/self once; it would end the process if that failed behind the walls."""
        status = self._library.TF_NewStatus()
        self._library.TF_GetRegisteredKernelsForOp(b"NoOp", status)
        self._checked(status)

    def open_model(self, directory: str) -> "Model":
        """Load a SavedModel's graph for serving, restore its variables and run its initializers.

        Raises TensorFlowError.
        """
        graph = self._library.TF_NewGraph()
        options = self._library.TF_NewSessionOptions()
        status = self._library.TF_NewStatus()
        self._library.TF_SetConfig(options, _SESSION_CONFIG, len(_SESSION_CONFIG), status)
        self._checked(status)
        tags = (c_char_p * 1)(b"serve")
        status = self._library.TF_NewStatus()
        session = self._library.TF_LoadSessionFromSavedModel(
            options, None, directory.encode(), tags, 1, graph, None, status
        )
        self._checked(status)
        return Model(self, graph, session)

    def _checked(self, status: int) -> None:
        code = self._library.TF_GetCode(status)
        text = self._library.TF_Message(status).decode("utf-8", "replace")
        self._library.TF_DeleteStatus(status)
        if code:
            raise TensorFlowError(code, text)


class Model:
    """A loaded SavedModel, ready to be asked."""

    def __init__(self, tensorflow: TensorFlow, graph: int, session: int) -> None:
        self._tensorflow = tensorflow
        self._library = tensorflow._library
        self._graph = graph
        self._session = session

    def ask(
        self, inputs: Sequence[tuple[str, int, tuple[int, ...]]], output: str
    ) -> tuple[int, tuple[int, ...], bytes]:
        """One answer: the output tensor's type number, its shape and its raw values.

        Each input is a tensor's name ("name:0"), the address of its strings and its shape. Raises TensorFlowError.
        """
        library = self._library
        tensors = (c_void_p * len(inputs))(*(self._strings(address, shape) for _, address, shape in inputs))
        places = (_Output * len(inputs))(*(self._place(name) for name, _, _ in inputs))
        answers = (c_void_p * 1)()
        status = library.TF_NewStatus()
        library.TF_SessionRun(
            *(self._session, None, places, tensors, len(inputs)),
            *((_Output * 1)(self._place(output)), answers, 1, None, 0, None, status),
        )
        for tensor in tensors:
            library.TF_DeleteTensor(tensor)
        self._tensorflow._checked(status)
        answer = answers[0]
        shape = tuple(library.TF_Dim(answer, axis) for axis in range(library.TF_NumDims(answer)))
        values = ctypes.string_at(library.TF_TensorData(answer), library.TF_TensorByteSize(answer))
        kind = library.TF_TensorType(answer)
        library.TF_DeleteTensor(answer)
        return kind, shape, values

    def _strings(self, address: int, shape: tuple[int, ...]) -> int:
        dimensions = (c_int64 * len(shape))(*shape)
        # 7: DT_STRING, 24 bytes each; the shape is (n,) or (n, 1).
        tensor: int = self._library.TF_NewTensor(7, dimensions, len(shape), address, 24 * shape[0], _keep, None)
        return tensor

    def _place(self, tensor_name: str) -> _Output:
        operation, _, index = tensor_name.rpartition(":")
        found = self._library.TF_GraphOperationByName(self._graph, operation.encode())
        if not found:
            raise TensorFlowError(5, f"The graph has no operation named {operation!r}.")
        if not 0 <= int(index) < self._library.TF_OperationNumOutputs(found):
            raise TensorFlowError(5, f"The operation {operation!r} has no output {index}.")
        return _Output(found, int(index))


_PROTOTYPES: dict[str, tuple[object, ...]] = {
    "TF_Version": (c_char_p,),
    "TF_NewStatus": (c_void_p,),
    "TF_DeleteStatus": (None, c_void_p),
    "TF_GetCode": (c_int, c_void_p),
    "TF_Message": (c_char_p, c_void_p),
    "TF_GetRegisteredKernelsForOp": (c_void_p, c_char_p, c_void_p),
    "TF_NewGraph": (c_void_p,),
    "TF_NewSessionOptions": (c_void_p,),
    "TF_SetConfig": (None, c_void_p, c_char_p, c_size_t, c_void_p),
    "TF_LoadSessionFromSavedModel": (
        *(c_void_p, c_void_p, c_void_p, c_char_p),
        *(POINTER(c_char_p), c_int, c_void_p, c_void_p, c_void_p),
    ),
    "TF_GraphOperationByName": (c_void_p, c_void_p, c_char_p),
    "TF_OperationNumOutputs": (c_int, c_void_p),
    "TF_NewTensor": (c_void_p, c_int, POINTER(c_int64), c_int, c_void_p, c_size_t, _Deallocator, c_void_p),
    "TF_DeleteTensor": (None, c_void_p),
    "TF_TensorType": (c_int, c_void_p),
    "TF_NumDims": (c_int, c_void_p),
    "TF_Dim": (c_int64, c_void_p, c_int),
    "TF_TensorData": (c_void_p, c_void_p),
    "TF_TensorByteSize": (c_size_t, c_void_p),
    "TF_SessionRun": (
        *(None, c_void_p, c_void_p, POINTER(_Output), POINTER(c_void_p), c_int),
        *(POINTER(_Output), POINTER(c_void_p), c_int, c_void_p, c_int, c_void_p, c_void_p),
    ),
}
