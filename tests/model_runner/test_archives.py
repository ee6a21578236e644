"""Which zips are taken, and that nothing of the others lands anywhere."""

import io
import stat
import struct
import sys
import zipfile

import pytest

from grader.model_runner.archive import unpack
from grader.model_runner.limits import ModelLimits
from grader.scoring.rejection import Rejected

FILES = {
    "saved_model.pb": b"graph",
    "fingerprint.pb": b"print",
    "variables/variables.index": b"index",
    "variables/variables.data-00000-of-00001": b"data" * 1000,
    "assets/words.txt": b"one\ntwo\n",
}
LIMITS = ModelLimits(max_unpacked_bytes=1_000_000, max_entries=50)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="models are not run on Windows")


def packed(files, method=zipfile.ZIP_DEFLATED):
    """A zip of names (or ZipInfos) and contents, in their order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items() if isinstance(files, dict) else files:
            archive.writestr(name, data)
    return buffer.getvalue()


def special(name, mode):
    """A zip's record of something else than a file."""
    record = zipfile.ZipInfo(name)
    record.create_system = 3
    record.external_attr = mode << 16
    return record


def unpacked(data, tmp_path, limits=LIMITS):
    """The files that come out, and what nobody should find: anything else in the folder."""
    (tmp_path / "model.zip").write_bytes(data)
    into = tmp_path / "into"
    into.mkdir()
    model = unpack(tmp_path / "model.zip", into, limits)
    assert [path.name for path in into.iterdir()] == [model.name]
    return {str(path.relative_to(model)): path.read_bytes() for path in model.rglob("*") if path.is_file()}


def names_in(folder):
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("folder", ["", "my_model/"])
def test_one_saved_model_comes_out_as_it_went_in(folder, method, tmp_path):
    assert unpacked(packed({folder + name: data for name, data in FILES.items()}, method), tmp_path) == FILES


def test_what_computers_add_by_themselves_is_left_out(tmp_path):
    added = {"__MACOSX/m/._saved_model.pb": b"x", "m/.DS_Store": b"x", "m/": b"", "m/variables/": b"", "m/assets/": b""}
    assert unpacked(packed({**added, **{f"m/{name}": data for name, data in FILES.items()}}), tmp_path) == FILES


def test_what_comes_out_can_be_read_by_everyone_and_run_by_nobody(tmp_path):
    unpacked(packed({**FILES, "assets/deep/more.txt": b"x"}), tmp_path)
    model = tmp_path / "into" / "model"
    modes = {oct(stat.S_IMODE(path.stat().st_mode)) for path in model.rglob("*") if path.is_file()}
    folders = {oct(stat.S_IMODE(path.stat().st_mode)) for path in [model, *model.rglob("*")] if path.is_dir()}
    assert (modes, folders) == ({"0o644"}, {"0o755"})


def changed(data, old, new):
    assert old in data
    return data.replace(old, new)


def with_size_that_lies(data, name, size):
    """The archive's list says that the file is `size` bytes long."""
    at = data.rindex(name.encode()) - 46
    return data[: at + 24] + struct.pack("<I", size) + data[at + 28 :]


def with_overlap(data):
    """The list's second file begins where its first one does."""
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    return data[: second + 42] + data[first + 42 : first + 46] + data[second + 46 :]


PLAIN = packed(FILES, zipfile.ZIP_STORED)
REFUSED = {
    "no zip": (b"hello" * 100, "is no zip archive"),
    "an empty file": (b"", "is no zip archive"),
    "a zip that is cut off": (PLAIN[:-30], "cut off, or something follows"),
    "a zip with something behind": (PLAIN + b"more", "cut off, or something follows"),
    "a zip with something before": (b"PK\x03\x04" + PLAIN, "other data before or behind"),
    "a program with a zip behind it": (b"MZ" * 50 + PLAIN, "is no zip archive"),
    "an empty zip": (packed({}), "holds no file"),
    "no saved_model.pb": (packed({"variables/variables.index": b""}), "holds no saved_model.pb"),
    "a .keras file": (packed({"model.keras": b""}), r"is a Keras file \(.keras\). .* call model.export"),
    "a .h5 file": (packed({"model.h5": b""}), "is an HDF5 file"),
    "a model in text form": (packed({"saved_model.pbtxt": b""}), "is a model in text form"),
    "text form beside the real one": (packed({**FILES, "saved_model.pbtxt": b""}), "is a model in text form"),
    "chunks beside the real one": (packed({**FILES, "saved_model.cpb": b""}), "is a model in chunks"),
    "custom ops": (packed({**FILES, "assets.extra.so": b""}), "is a library with custom ops"),
    "code": (packed({**FILES, "run.py": b""}), r"is Python code \(.py\)"),
    "a file that does not belong": (packed({**FILES, "notes.txt": b""}), "'notes.txt' in the archive is no part of"),
    "two models": (packed({f"{top}/{name}": b"" for top in "ab" for name in FILES}), "no part of a SavedModel"),
    "a model too deep": (packed({f"a/b/{name}": b"" for name in FILES}), "lies too deep"),
    "a folder that does not belong": (packed({**FILES, "secrets/": b""}), "The folder 'secrets/'"),
    "a way up": (packed({**FILES, "assets/../../x": b""}), "is no name in a SavedModel"),
    "a way from the root": (packed({**FILES, "/etc/passwd": b""}), "is no name in a SavedModel"),
    "a backslash": (packed({**FILES, "assets\\x": b""}), "is no name in a SavedModel"),
    "a drive": (packed({**FILES, "C:/x": b""}), "is no name in a SavedModel"),
    "a hidden file": (packed({**FILES, "assets/.bashrc": b""}), "is no name in a SavedModel"),
    "a NUL in a name": (changed(PLAIN, b"assets/words.txt", b"assets/w\0rds.txt"), "is no name in a SavedModel"),
    "a control character": (packed({**FILES, "assets/a\nb": b""}), "is no name in a SavedModel"),
    "a name that no file system holds": (packed({**FILES, "assets/" + "a" * 256: b""}), "is no name in a SavedModel"),
    "a path too deep": (packed({**FILES, "assets/" + "d/" * 9 + "x": b""}), "is no name in a SavedModel"),
    "a symbolic link": (packed([*FILES.items(), (special("assets/l", stat.S_IFLNK | 0o777), "/etc/passwd")]), "a link"),
    "a pipe": (packed([*FILES.items(), (special("assets/p", stat.S_IFIFO | 0o666), b"")]), "a link or a device"),
    "a device": (packed([*FILES.items(), (special("assets/d", stat.S_IFCHR | 0o666), b"")]), "a link or a device"),
    "an encrypted file": (
        changed(PLAIN, b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00"),
        "is encrypted",
    ),
    "another packing": (packed(FILES, zipfile.ZIP_LZMA), "is packed with method 14"),
    "names that differ by case": (packed({**FILES, "assets/WORDS.txt": b""}), "is in the archive twice"),
    "a file used as a folder": (packed({**FILES, "assets/words.txt/x": b""}), "lies in a file, not in a folder"),
    "too many files": (packed({**FILES, **{f"assets/{n}": b"" for n in range(60)}}), "holds 65 files; at most 50"),
    "too much in all": (packed({**FILES, "assets/big": b"0" * 1_000_001}), "would unpack to 1,00"),
    "more than the list says": (with_size_that_lies(PLAIN, "assets/words.txt", 3), "'assets/words.txt' .* damaged"),
    "less than the list says": (with_size_that_lies(PLAIN, "assets/words.txt", 9), "'assets/words.txt' .* damaged"),
    "files over each other": (with_overlap(PLAIN), "lie over each other"),
    "a wrong checksum": (changed(PLAIN, b"one\ntwo\n", b"two\none\n"), "'assets/words.txt' .* damaged"),
    "a count that lies": (PLAIN[:-12] + b"\xff\xff" + PLAIN[-10:], "zip64|several"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_saved_model_is_refused_by_name_and_lands_nowhere(case, tmp_path):
    data, sentence = REFUSED[case]
    with pytest.raises(Rejected, match=sentence):
        unpacked(data, tmp_path)
    assert names_in(tmp_path) == {"model.zip", "into"}
    assert names_in(tmp_path / "into") == {"model"}


def test_a_zip_above_the_limit_is_refused_unread(tmp_path):
    with pytest.raises(Rejected, match=r"has [\d,]+ bytes; at most 100 are accepted"):
        unpacked(PLAIN, tmp_path, ModelLimits(max_zip_bytes=100))


def test_zeros_that_shrink_a_thousandfold_are_taken_within_the_limit(tmp_path):
    zeros = {**FILES, "variables/variables.data-00000-of-00001": bytes(900_000)}
    data = packed(zeros)
    assert len(data) < 10_000
    assert unpacked(data, tmp_path) == zeros
