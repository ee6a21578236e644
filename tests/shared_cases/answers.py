"""What the readers in Python answer to every shared case."""

import io
import tempfile
from pathlib import Path

import numpy as np
from shared_cases.archives import ARCHIVE_CASES, MAX_ENTRIES, MAX_ZIP_BYTES
from shared_cases.archives import MAX_UNPACKED_BYTES as MAX_MODEL_BYTES
from shared_cases.case import IDS, Case, differing_names
from shared_cases.formats import FORMAT_CASES, FORMATS, USUAL
from shared_cases.packings import PACKED_CASES
from shared_cases.texts import TEXT_CASES

from grader.model_runner import archive_wording
from grader.model_runner.limits import ModelLimits
from grader.model_runner.zip_directory import read_directory
from grader.scoring.predictions import PredictionFormat, Rejected, read_predictions

PREDICTION_CASES = differing_names([*TEXT_CASES, *PACKED_CASES])
MODEL_LIMITS = ModelLimits(max_zip_bytes=MAX_ZIP_BYTES, max_unpacked_bytes=MAX_MODEL_BYTES, max_entries=MAX_ENTRIES)


def answer_to_predictions(path: Path, expected: PredictionFormat = USUAL) -> str:
    """What the sender of a prediction file reads; "" when it is taken."""
    try:
        read_predictions(path, np.array(IDS), expected)
    except Rejected as rejection:
        return str(rejection)
    return ""


def answer_to_archive(content: bytes) -> str:
    """What the sender of a model reads before anything of it is unpacked; "" when its list of files is in order."""
    if len(content) > MAX_ZIP_BYTES:
        return str(archive_wording.LARGE_ARCHIVE.refusal(size=f"{len(content):,}", most=f"{MAX_ZIP_BYTES:,}"))
    try:
        read_directory(io.BytesIO(content), MODEL_LIMITS)
    except Rejected as rejection:
        return str(rejection)
    return ""


def answers() -> dict[str, dict[str, str]]:
    """Of all cases, as `expected.json` keeps them."""

    def of_predictions(case: Case, expected: PredictionFormat = USUAL) -> str:
        path.write_bytes(case.content)
        return answer_to_predictions(path, expected)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sent"
        predictions = {case.name: of_predictions(case) for case in PREDICTION_CASES}
        of_formats = {
            f"{name}: {case.name}": of_predictions(case, expected)
            for name, expected in FORMATS.items()
            for case in differing_names(FORMAT_CASES)
        }
    archives = {case.name: answer_to_archive(case.content) for case in differing_names(ARCHIVE_CASES)}
    return {"predictions": predictions, "formats": of_formats, "archives": archives}
