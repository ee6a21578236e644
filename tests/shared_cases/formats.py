"""The same few files under other competitions' rules: classes, clipped values, no bounds, other columns."""

import math
from dataclasses import replace

from shared_cases.case import MAX_BYTES, MAX_UNPACKED_BYTES, Case
from shared_cases.texts import ROWS

from grader.scoring.prediction_format import OutOfRange, PredictionFormat

USUAL = PredictionFormat(max_bytes=MAX_BYTES, max_unpacked_bytes=MAX_UNPACKED_BYTES)
FORMATS = {
    "classes from 0 to 9": replace(USUAL, lowest=0, highest=9, integers_only=True),
    "a question of yes and no": replace(USUAL, lowest=0, highest=1, integers_only=True),
    "classes that are clipped": replace(USUAL, lowest=0, highest=3, integers_only=True, out_of_range=OutOfRange.CLIP),
    "clipped": replace(USUAL, out_of_range=OutOfRange.CLIP),
    "at least 0": replace(USUAL, lowest=0, highest=math.inf),
    "at most 0.1": replace(USUAL, lowest=-math.inf, highest=0.1),
    "without bounds": replace(USUAL, lowest=-math.inf, highest=math.inf),
    "wide": replace(USUAL, lowest=-1234567.5, highest=1e300),
    "other columns": replace(USUAL, id_column="Row", target_column="score"),
}
VALUES = (
    "3", "3.0", "3.5", "0", "-0.0", "1", "9", "10", "-1", "0.1", "0.1000000000000000055511151231257827",
    "0.10000000000000002", "1e100", "1e101", "-1e101", "1e-400", "1234567.5", "-1234567.6", "5.0000000000000001",
    "x", "3,5", "nan", "12345678901234567890",
)  # fmt: skip
FORMAT_CASES = [
    Case(f"the value {value}", "predictions.csv", ROWS.replace("2,2.25", f"2,{value}").encode()) for value in VALUES
] + [Case("other columns", "predictions.csv", ROWS.replace("id,rating", "Row,score").encode())]
