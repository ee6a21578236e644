"""A competition's format as the check in the browser takes it (`platform/static/site/check/rows.js`)."""

from typing import TypedDict

from grader.scoring.prediction_format import OutOfRange, PredictionFormat


class BrowserFormat(TypedDict):
    """Bounds as numbers and as messages show them; `clips`: what lies outside is no problem."""

    columns: list[str]
    targetColumn: str
    cure: str
    lowest: float
    highest: float
    lowestShown: str
    highestShown: str
    clips: bool
    integersOnly: bool
    maxBytes: int
    maxUnpackedBytes: int


def browser_format(expected: PredictionFormat) -> BrowserFormat:
    """What JSON can carry of the format: a missing bound is the largest number that is taken."""
    lowest, highest = expected.bounds
    return {
        "columns": list(expected.columns),
        "targetColumn": expected.target_column,
        "cure": expected.number_cure,
        "lowest": lowest,
        "highest": highest,
        "lowestShown": f"{lowest:g}",
        "highestShown": f"{highest:g}",
        "clips": expected.out_of_range == OutOfRange.CLIP,
        "integersOnly": expected.integers_only,
        "maxBytes": expected.max_bytes,
        "maxUnpackedBytes": expected.max_unpacked_bytes,
    }
