"""The shared cases, read in Python: every answer is the frozen one, and both ways of reading agree."""

import io
from contextlib import suppress

import numpy as np
import pytest
from shared_cases.answers import PREDICTION_CASES, answers
from shared_cases.case import IDS, MAX_BYTES, MAX_UNPACKED_BYTES, frozen_answers
from shared_cases.formats import USUAL

from grader.message_file import MESSAGE_FILE, message_module
from grader.scoring.container import open_csv
from grader.scoring.predictions import Rejected, read_fast
from grader.scoring.row_index import RowIndex
from grader.scoring.strict_scan import scan_predictions

INDEX = RowIndex(np.array(IDS))


def test_there_are_enough_cases_and_most_are_malformed():
    frozen = frozen_answers()["predictions"]
    assert len(frozen) >= 150
    assert sum(answer != "" for answer in frozen.values()) >= 120


def test_the_readers_answer_as_it_is_frozen():
    # Changed on purpose? PYTHONPATH=tests:. python -m shared_cases writes the answers anew.
    assert answers() == frozen_answers()


@pytest.fixture
def bytes_within(tmp_path):
    """What lies in a sent file: its CSV's bytes, or None when it cannot be opened."""

    def unpacked(content):
        path = tmp_path / "sent"
        path.write_bytes(content)
        opened = open_csv(path, max_bytes=MAX_BYTES, max_unpacked_bytes=MAX_UNPACKED_BYTES)
        with suppress(Rejected), opened as stream:
            return stream.read()
        return None

    return unpacked


def test_the_fast_way_takes_nothing_that_the_scan_refuses(bytes_within):
    quick = {}
    for case in PREDICTION_CASES:
        with suppress(Rejected):
            if (content := bytes_within(case.content)) is not None:
                quick[case.name] = read_fast(io.BufferedReader(io.BytesIO(content)), INDEX, USUAL), content
    accepted = {name: (values, content) for name, (values, content) in quick.items() if values is not None}
    assert accepted["the good file"][0].tolist() == [1, 2.25, 3.5, 4, 5]
    for name, (values, content) in accepted.items():
        scanned = scan_predictions(io.BufferedReader(io.BytesIO(content)), INDEX, USUAL)
        assert scanned.tobytes() == values.tobytes(), name


def test_the_browsers_messages_are_the_readers_own():
    assert MESSAGE_FILE.read_text(encoding="utf-8") == message_module(), "python -m grader.message_file makes it anew"
