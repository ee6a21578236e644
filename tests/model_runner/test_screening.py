"""What screening says of a model before it runs: one readable sentence each, naming op and cure."""

import dataclasses
import subprocess
import sys

import pytest
from rows import FEATURES

from grader.model_runner import wire
from grader.model_runner.capi import library_path
from grader.model_runner.inspecting import verdict
from grader.model_runner.limits import ModelLimits
from grader.model_runner.op_policy import denial, registered_ops, written_for
from grader.model_runner.output_values import OutputType
from grader.model_runner.screening import screen, screen_without_walls
from grader.model_runner.tensor_types import NUMERIC_TYPES
from grader.scoring.rejection import Rejected

NAMES = list(FEATURES)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's; elsewhere nothing is screened")


def test_the_signature_of_a_tame_model_is_read(zoo):
    found = screen(zoo.model("keras_export"), NAMES)
    assert [each.name for each in found.inputs] == ["user_id", "book_name"]
    assert [each.rank for each in found.inputs] == [1, 1]
    assert found.output_type is OutputType.FLOAT
    assert found.tensorflow_version == written_for()


def test_columns_of_rank_two_are_told_apart(zoo):
    assert [each.rank for each in screen(zoo.model("column"), NAMES).inputs] == [2, 2]


def test_the_savers_own_ops_are_no_reason_to_refuse(zoo):
    assert b"SaveV2" in (zoo.model("weights_of_48_megabytes") / "saved_model.pb").read_bytes()
    assert screen(zoo.model("weights_of_48_megabytes"), NAMES).inputs


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("reads_the_labels", "The op 'ReadFile' reads files. Keep what it needs in variables, constants or assets"),
        ("reads_lines_of_the_labels", "The op 'TextLineDataset' reads files."),
        ("maps_the_labels", "The op 'ImmutableConst' reads files."),
        ("lists_folders", "The op 'MatchingFiles' reads files."),
        ("writes_a_file", "The op 'WriteFile' writes files."),
        ("prints_into_a_file", "The op 'PrintV2' writes files. Print to the standard output, or not at all."),
        ("writes_when_it_is_loaded", "The op 'WriteFile' writes files."),
        ("fetches_from_the_network", "The op 'DataServiceDatasetV4' talks to other machines or devices."),
        ("calls_python", "The op 'PyFunc' runs code outside the graph."),
        ("aborts", "The op 'Abort' runs code outside the graph."),
        ("waits_for_ever", "The op 'Unstage' waits for something that never comes here."),
        ("answers_three_columns", "The output 'rating' has shape (n, 3). It must be (n,) or (n, 1)"),
        ("answers_text", "The output 'rating' is not numeric. Return one number for each row."),
        ("answers_twice", "The signature has 2 outputs: 'rating', 'surprise'. It must have exactly one"),
        ("other_inputs", "The signature's inputs are 'user'; they must be 'book_name', 'user_id'."),
        ("fixed_batch", "The input user_id has shape (32,). It must be (n,) or (n, 1) with n open"),
        ("no_signature", "The model has no signature serving_default; it has: __saved_model_init_op."),
    ],
)
def test_a_model_that_cannot_be_graded_is_refused_by_name(name, sentence, zoo):
    with pytest.raises(Rejected) as refused:
        screen(zoo.model(name), NAMES)
    assert sentence in str(refused.value)


@pytest.mark.parametrize("name", ["loops_for_ever", "takes_more_and_more", "calls_itself", "talks_without_end"])
def test_what_only_the_walls_can_stop_passes(name, zoo):
    assert screen(zoo.model(name), NAMES).output_type is OutputType.FLOAT


def test_at_home_the_same_words_are_said_without_walls(zoo):
    assert screen_without_walls(zoo.model("plain"), NAMES) == screen(zoo.model("plain"), NAMES)
    with pytest.raises(Rejected, match="'ReadFile' reads files"):
        screen_without_walls(zoo.model("reads_the_labels"), NAMES)


def test_an_asset_that_lies_elsewhere_is_refused(zoo, tmp_path):
    data = (zoo.model("with_assets") / "saved_model.pb").read_bytes()
    assert b"words.txt" in data
    with pytest.raises(Rejected, match=r"wants an asset '\.\./etc/pw' that is not in its assets folder"):
        verdict(data.replace(b"words.txt", b"../etc/pw"), NAMES, ["words.txt"], 100_000)
    with pytest.raises(Rejected, match=r"wants an asset 'words\.txt' that is not in its assets folder"):
        verdict(data, NAMES, [], 100_000)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "no graph with the tag 'serve'"),
        (b"no model at all", "damaged or no SavedModel"),
        (b"\x12\xff\xff\xff\xff\x0f", "damaged or no SavedModel"),
        (b"\x80" * 40, "damaged or no SavedModel"),
    ],
)
def test_a_graph_that_is_none_is_refused(data, sentence, tmp_path):
    (tmp_path / "saved_model.pb").write_bytes(data)
    with pytest.raises(Rejected, match=sentence):
        screen(tmp_path, NAMES)


def a_message(number, *parts):
    """One field of the wire format: a message of that number."""
    data = b"".join(parts)
    length = b""
    size = len(data)
    while size >= 0x80:
        length, size = length + bytes([size & 0x7F | 0x80]), size >> 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + data


def a_model(*graph_parts):
    """The smallest file that has the tag and the signature, around a graph."""
    signature = a_message(5, a_message(1, b"serving_default"), a_message(2))
    return a_message(2, a_message(1, a_message(4, b"serve")), a_message(2, *graph_parts), signature)


def test_a_small_file_of_countless_ops_is_refused(tmp_path):
    (tmp_path / "saved_model.pb").write_bytes(a_model(b"\x0a\x00" * 8_000_000))
    with pytest.raises(Rejected, match="The model has more than 200,000 ops"):
        screen(tmp_path, NAMES)


def test_attributes_nested_without_end_are_refused(tmp_path):
    called = a_message(1, b"f")
    for _ in range(30):
        called = a_message(1, b"f") + a_message(2, a_message(1, b"k"), a_message(2, a_message(10, called)))
    node = a_message(1, a_message(1, b"n"), a_message(2, b"AddV2"), a_message(5, a_message(2, a_message(10, called))))
    output = a_message(2, a_message(1, b"rating"), a_message(2, a_message(1, b"n:0"), b"\x10\x01"))
    signature = a_message(5, a_message(1, b"serving_default"), a_message(2, output))
    data = a_message(2, a_message(1, a_message(4, b"serve")), a_message(2, node), signature)
    (tmp_path / "saved_model.pb").write_bytes(data)
    with pytest.raises(Rejected, match="nested too deeply"):
        screen(tmp_path, NAMES)


def test_a_graph_above_the_limit_is_refused_unread(zoo):
    with pytest.raises(Rejected, match=r"saved_model\.pb has [\d,]+ bytes; at most 100 are accepted"):
        screen(zoo.model("plain"), NAMES, dataclasses.replace(ModelLimits(), max_graph_bytes=100))


@pytest.mark.parametrize(
    ("op", "word"),
    [
        ("ReadFile", "reads files"),
        ("RestoreV2", "reads files"),
        ("SaveV2", "writes files"),
        ("WriteScalarSummary", "writes files"),
        ("RpcCall", "talks to other machines"),
        ("ConfigureDistributedTPU", "talks to other machines"),
        ("QueueDequeueV2", "waits for something"),
        ("EagerPyFunc", "runs code outside"),
        ("XlaCallModule", "runs code outside"),
        ("DebugIdentityV3", "is for debugging"),
        ("_Send", "is internal"),
        ("SimpleMLInferenceOpWithHandle", "does not exist in TensorFlow"),
    ],
)
def test_each_kind_of_op_is_denied(op, word):
    assert word in denial(op)[0]


@pytest.mark.parametrize("op", ["MatMul", "LookupTableFindV2", "MapDataset", "TensorListReserve", "StatefulUniform"])
def test_ordinary_ops_are_not_denied(op):
    assert denial(op) is None


LIST_OPS = """
import ctypes, sys

class Buffer(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("length", ctypes.c_size_t)]

library = ctypes.CDLL(sys.argv[1])
library.TF_GetAllOpList.restype = ctypes.POINTER(Buffer)
library.TF_Version.restype = ctypes.c_char_p
listed = library.TF_GetAllOpList().contents
sys.stdout.buffer.write(library.TF_Version() + b"\\n" + ctypes.string_at(listed.data, listed.length))
"""


def test_the_list_of_ops_is_the_librarys_own():
    # In a process of its own: where TensorFlow's Python has been imported, it has registered ops for its own tests.
    done = subprocess.run([sys.executable, "-c", LIST_OPS, str(library_path())], capture_output=True, check=True)
    version, _, listed = done.stdout.partition(b"\n")
    ops = {wire.text(op, 1) for op in wire.messages(listed, 1)}
    assert version.decode() == written_for()
    assert registered_ops() == {op for op in ops if not op.startswith("_")}


def test_the_numeric_types_are_those_that_can_be_read():
    assert {known.number for known in OutputType} == NUMERIC_TYPES
