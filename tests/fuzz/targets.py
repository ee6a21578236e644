"""What reads a stranger's bytes, and what must hold whatever they are: values or Rejected, and nothing else."""

import gzip
import io
import os
import stat
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
from shared_cases.answers import MODEL_LIMITS, PREDICTION_CASES
from shared_cases.archives import ARCHIVE_CASES
from shared_cases.case import IDS
from shared_cases.formats import FORMATS, USUAL
from shared_cases.packings import zipped
from shared_cases.texts import ROWS

from grader.model_runner.inspecting import verdict
from grader.model_runner.unpacking import write_entry
from grader.model_runner.zip_directory import read_directory
from grader.scoring.arrays import Float64Array
from grader.scoring.container import open_csv
from grader.scoring.predictions import PredictionFormat, read_fast, read_predictions
from grader.scoring.rejection import Rejected
from grader.scoring.row_index import RowIndex
from grader.scoring.strict_scan import scan_predictions
from tests.fuzz.mutation import TOKENS, changed, other_field, other_number, other_token

SEEDS = Path(__file__).parent / "seeds"
ROW_IDS = np.array(IDS, dtype=np.int64)
MOST_NODES = 20_000
# A refusal is read by a person: the first problems, shortened.
LONGEST_REFUSAL = 20_000
# What takes long to read shows no more of a reader than what does not.
MOST_SEED_BYTES = 10_000
# Where the machine has it: folders on a disk take longer than all else.
IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
PACKED = (b"PK", b"\x1f\x8b")
NAMES = (
    "saved_model.pb", "m/saved_model.pb", "variables/variables.index", "m/variables/variables.index",
    "../saved_model.pb",
    "/etc/passwd", "m//x", "assets/a", "assets/../../b", "assets/.hidden", "ASSETS/A", "assets/a/b", "C:\\x", "m/", "é",
    "variables/variables.data-00000-of-00001", "__MACOSX/x", "assets/" + "d/" * 8 + "x", "a" * 300, "saved_model.pb/x",
)  # fmt: skip


class Fault(Exception):
    """What must not be."""


@dataclass(frozen=True)
class Target:
    """`make` draws an input; `check` says "taken" or "refused", and raises Fault or anything else where it is wrong."""

    name: str
    share: float
    make: Callable[[Random], bytes]
    check: Callable[[bytes, Random], str]


def _refused(rejection: Rejected) -> str:
    if not 0 < len(str(rejection)) <= LONGEST_REFUSAL:
        raise Fault(f"The refusal has {len(str(rejection))} characters.")
    return "refused"


# --- prediction files --------------------------------------------------------------------------------------------


def check_predictions(content: bytes, random: Random) -> str:
    """Both ways of reading agree to the last bit, on values that the competition's rules allow."""
    expected = FORMATS[random.choice(sorted(FORMATS))] if random.random() < 0.3 else USUAL
    with TemporaryDirectory(dir=IN_MEMORY) as folder:
        path = Path(folder) / "sent"
        path.write_bytes(content)
        try:
            values = read_predictions(path, ROW_IDS, expected)
        except Rejected as rejection:
            values, answer = None, _refused(rejection)
        else:
            answer = "taken"
        _check_agreement(path, expected, values)
    if values is not None:
        inside = (values >= expected.lowest) & (values <= expected.highest) & np.isfinite(values)
        if values.shape != ROW_IDS.shape or values.dtype != np.float64 or not inside.all():
            raise Fault(f"Values outside of {expected.lowest} … {expected.highest}: {values}")
    return answer


def _check_agreement(path: Path, expected: PredictionFormat, values: Float64Array | None) -> None:
    def read_by(reader: Callable[..., Float64Array | None]) -> Float64Array | None:
        opened = open_csv(path, max_bytes=expected.max_bytes, max_unpacked_bytes=expected.max_unpacked_bytes)
        try:
            with opened as stream:
                return reader(stream, RowIndex(ROW_IDS), expected)
        except Rejected:
            return None

    quick, scanned = read_by(read_fast), read_by(scan_predictions)
    for found in (quick, values):
        if found is not None and (scanned is None or scanned.tobytes() != found.tobytes()):
            raise Fault(f"One way reads {found}, the strict scan {scanned}.")
    if scanned is not None and values is None:
        raise Fault(f"The strict scan reads {scanned}; the file was refused.")


@cache
def _texts() -> list[bytes]:
    """Every second one is the good file: what is nearly right goes deepest."""
    found = [content for content in _small() if not content.startswith(PACKED)]
    return [*found, *[ROWS.encode()] * len(found)]


@cache
def _packings() -> list[bytes]:
    found = [content for content in _small() if content.startswith(PACKED)]
    return [*found, *[zipped({"predictions.csv": ROWS}), gzip.compress(ROWS.encode(), mtime=0)] * (len(found) // 2)]


def _small() -> list[bytes]:
    return [
        case.content for case in PREDICTION_CASES if len(case.content) < MOST_SEED_BYTES and not case.rests_on_bounds
    ]


def make_text(random: Random) -> bytes:
    if random.random() < 0.3:
        lines = [random.choice(TOKENS) + b"," + random.choice(TOKENS) for _ in range(random.randint(0, 6))]
        return b"id,rating" + random.choice((b"\n", b"\r\n", b"\r")) + b"\n".join(lines)
    return changed(random, _texts(), (other_number, other_number, other_token))


def make_packing(random: Random) -> bytes:
    """A packed file that was changed, or a changed file that was packed."""
    if random.random() < 0.6:
        return changed(random, _packings())
    text = make_text(random)
    if random.random() < 0.5:
        return gzip.compress(text, compresslevel=1, mtime=0)
    return zipped({random.choice(NAMES): text})


# --- the zips of models --------------------------------------------------------------------------------------------


def check_archive(content: bytes, random: Random) -> str:
    """What is taken lies in its folder: plain files, no more bytes and files than allowed."""
    with TemporaryDirectory(dir=IN_MEMORY) as folder:
        target = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            archive, entries = read_directory(io.BytesIO(content), MODEL_LIMITS)
            for entry in entries:
                write_entry(archive, entry, target)
        except Rejected as rejection:
            return _refused(rejection)
        finally:
            os.close(target)
        found = [path for path in Path(folder).rglob("*") if not path.is_dir()]
        if sorted(str(path.relative_to(folder)) for path in found) != sorted(entry.path for entry in entries):
            raise Fault(f"Other files than were announced: {found}")
        if (
            any(not stat.S_ISREG(path.lstat().st_mode) for path in found)
            or not (Path(folder) / "saved_model.pb").is_file()
        ):
            raise Fault(f"No plain files of a model: {found}")
        if (
            sum(path.stat().st_size for path in found) > MODEL_LIMITS.max_unpacked_bytes
            or len(found) > MODEL_LIMITS.max_entries
        ):
            raise Fault("More was unpacked than is allowed.")
    return "taken"


@cache
def _archives() -> list[bytes]:
    small = [case.content for case in ARCHIVE_CASES if len(case.content) < MOST_SEED_BYTES]
    return [*small, *(path.read_bytes() for path in sorted(SEEDS.glob("*.zip")))]


def make_archive(random: Random) -> bytes:
    if random.random() < 0.6:
        return changed(random, _archives())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ["saved_model.pb", *random.choices(NAMES, k=random.randint(0, 5))]:
            record = zipfile.ZipInfo(name)
            record.external_attr = random.choice((0, 0, 0o100644, 0o120777, 0o040755, 0o010644)) << 16
            record.compress_type = random.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2))
            if name not in archive.namelist():
                archive.writestr(record, random.randbytes(random.randint(0, 40)))
    return packed.getvalue() if random.random() < 0.5 else changed(random, [packed.getvalue()])


# --- the graphs of models ------------------------------------------------------------------------------------------


def check_graph(content: bytes, random: Random) -> str:
    """What is passed on fits the frame that the supervisor takes apart."""
    try:
        found = verdict(content, ["user_id", "book_name"], [], MOST_NODES)
    except Rejected as rejection:
        return _refused(rejection)
    if not isinstance(found["output"], str) or not isinstance(found["output_type"], int) or len(found["inputs"]) != 2:  # type: ignore[arg-type]
        raise Fault(f"A signature of another shape: {found}")
    return "taken"


@cache
def _graphs() -> list[bytes]:
    """Those of the models that the kit exports (see seeds/README.md)."""
    found = []
    for path in sorted(SEEDS.glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            found += [archive.read(name) for name in archive.namelist() if name.endswith("saved_model.pb")]
    return found


def make_graph(random: Random) -> bytes:
    return changed(random, _graphs(), (other_field,))


TARGETS = (
    Target("predictions", 0.45, make_text, check_predictions),
    Target("packed predictions", 0.2, make_packing, check_predictions),
    Target("zips of models", 0.2, make_archive, check_archive),
    Target("graphs of models", 0.15, make_graph, check_graph),
)
