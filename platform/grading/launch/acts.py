"""What a rehearsal sends: a file for each act. The scoring worker makes them: the perfect answer is made of labels."""

import math
from collections.abc import Iterable
from enum import StrEnum

from competitions.models import SAMPLE_FILE, Competition
from grader.scoring.solution import Solution


class Act(StrEnum):
    """In the order in which they are sent. TIE equals CONSTANT, of another team and later."""

    SAMPLE = "sample submission"
    CONSTANT = "constant"
    PERFECT = "perfect answer"
    NAN = "NaN"
    MISSING = "missing id"
    TIE = "tie"


def content_of(act: Act, competition: Competition, labels: Solution) -> bytes | None:
    """The file of that act. None: it cannot be made, because the competition has no sample submission."""
    ids = labels.row_ids.tolist()
    constant = written(constant_of(competition))
    if act == Act.SAMPLE:
        return _sample(competition)
    if act == Act.PERFECT:
        return _file(competition, ids, map(written, labels.targets.tolist()))
    if act == Act.NAN:
        return _file(competition, ids, ["nan", *[constant] * (len(ids) - 1)])
    if act == Act.MISSING:
        return _file(competition, ids[:-1], [constant] * (len(ids) - 1))
    return _file(competition, ids, [constant] * len(ids))


def constant_of(competition: Competition) -> float:
    """A value that every row may have, chosen without looking at a label; a class where classes are predicted."""
    expected = competition.prediction_format()
    lowest, highest = expected.lowest, expected.highest
    if math.isfinite(lowest) and math.isfinite(highest):
        middle = (lowest + highest) / 2
        return float(math.ceil(lowest)) if expected.integers_only else middle
    if math.isfinite(lowest):
        return float(math.ceil(lowest))
    return float(math.floor(highest)) if math.isfinite(highest) else 0.0


def written(value: float) -> str:
    """The number as it is read back to the same bits; whole ones without a point."""
    return repr(value).removesuffix(".0")


def _sample(competition: Competition) -> bytes | None:
    data_file = competition.data_files.filter(name=SAMPLE_FILE).first()
    if data_file is None:
        return None
    try:
        with data_file.file.open("rb") as file:
            return bytes(file.read())
    except FileNotFoundError:
        return None


def _file(competition: Competition, ids: Iterable[int], values: Iterable[str]) -> bytes:
    header = ",".join(competition.prediction_format().columns)
    rows = (f"{row_id},{value}\n" for row_id, value in zip(ids, values, strict=True))
    return f"{header}\n{''.join(rows)}".encode()
