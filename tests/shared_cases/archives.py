"""Models' archives, whole and wrong, as far as their list of files shows it."""

import struct
import zipfile

from shared_cases.case import Case
from shared_cases.packings import changed, encrypted, zipped

WHOLE: dict[str, str | bytes] = {
    "model/saved_model.pb": "graph",
    "model/fingerprint.pb": "",
    "model/variables/variables.index": "index",
    "model/variables/variables.data-00000-of-00001": "data" * 50,
}
ARCHIVE = zipped(WHOLE)
END = b"PK\x05\x06"
MAX_ENTRIES, MAX_ZIP_BYTES, MAX_UNPACKED_BYTES = 20, 300_000, 1_000_000


def _with(more: dict[str, str | bytes]) -> bytes:
    return zipped({**WHOLE, **more})


def _at_the_top() -> bytes:
    return zipped({name.removeprefix("model/"): text for name, text in WHOLE.items()})


ARCHIVES = {
    "a model": ARCHIVE,
    "a model at the top": _at_the_top(),
    "a model with folders of their own": _with({"model/": "", "model/variables/": "", "model/assets/": ""}),
    "a model with assets": _with({"model/assets/words.txt": "a", "model/assets.extra/x.txt": "b"}),
    "a model with what macOS adds": _with({"__MACOSX/model/._saved_model.pb": "x", "model/.DS_Store": "x"}),
    "a model not compressed": zipped(WHOLE, zipfile.ZIP_STORED),
    "no archive": b"no zip at all, but more than twenty-two bytes",
    "an archive of a few bytes": b"PK\x03\x04",
    "an archive cut off": ARCHIVE[:-30],
    "an archive with a comment": ARCHIVE[:-2] + struct.pack("<H", 5) + b"hello",
    "an archive behind other data": b"PK\x03\x04" + b"-" * 40 + ARCHIVE,
    "an archive of several parts": changed(ARCHIVE, 4, b"\1\0", END),
    "an archive in the zip64 form": changed(ARCHIVE, 8, b"\xff\xff\xff\xff", END),
    "an archive with a broken list": changed(ARCHIVE, 0, b"XX"),
    "an archive with more files than it announces": changed(ARCHIVE, 8, struct.pack("<2H", 1, 1), END),
    "an archive with fewer files than it announces": changed(ARCHIVE, 8, struct.pack("<2H", 9, 9), END),
    "an archive with files over each other": changed(
        ARCHIVE, 42, struct.pack("<I", ARCHIVE.index(b"PK\x03\x04", 4)), b"PK\x01\x02"
    ),
    "an archive with a record that points nowhere": changed(ARCHIVE, 42, struct.pack("<I", 7)),
    "nothing in it": zipped({}),
    "only a folder": zipped({"model/": ""}),
    "no graph": zipped({"model/variables/variables.index": "x"}),
    "a Keras file": zipped({"model.keras": "x"}),
    "an HDF5 file": zipped({"weights.H5": "x"}),
    "a model as text": zipped({"model/saved_model.pbtxt": "x"}),
    "code beside the model": _with({"model/train.py": "print()"}),
    "a library beside the model": _with({"model/assets.so": "x"}),
    "notes beside the model": _with({"model/README.md": "x"}),
    "a file beside the model's folder": _with({"notes.txt": "x"}),
    "two models": _with({"other/saved_model.pb": "graph"}),
    "a model three folders down": zipped({f"a/b/{name}": text for name, text in WHOLE.items()}),
    "a folder that does not belong": _with({"model/notes/": ""}),
    "a folder beside the model": _with({"other/": ""}),
    "a way out of the folder": _with({"../evil.txt": "x"}),
    "a path from the root": _with({"/etc/passwd": "x"}),
    "a name with an accent": _with({"model/assets/é.txt": "x"}),
    "a hidden name": _with({"model/assets/.hidden": "x"}),
    "a name of 300 letters": _with({"model/assets/" + "n" * 300: "x"}),
    "seven folders deep": _with({"model/assets/a/b/c/d/e/f.txt": "x"}),
    "a link": zipped({**WHOLE}, mode=0o120777),
    "a device": zipped({**WHOLE}, mode=0o020666),
    "encrypted": encrypted(ARCHIVE),
    "packed by another method": zipped(WHOLE, zipfile.ZIP_BZIP2),
    "names that differ by case": _with({"model/assets/Words.txt": "a", "model/assets/words.txt": "b"}),
    "a file that lies in a file": _with({"model/assets/words": "a", "model/assets/words/one": "b"}),
    "too many files": _with({f"model/assets/{number}.txt": "" for number in range(MAX_ENTRIES)}),
    "a folder with content": changed(zipped({"model/": "", **WHOLE}), 24, struct.pack("<I", 9)),
    "too large when unpacked": _with({"model/assets/zeros": b"\0" * MAX_UNPACKED_BYTES}),
    "too large": _with({}) + b"\0" * MAX_ZIP_BYTES,
    "a workbook": zipped({"[Content_Types].xml": "", "xl/workbook.xml": ""}),
}
ARCHIVE_CASES = [Case(name, "model.zip", content) for name, content in ARCHIVES.items()]
