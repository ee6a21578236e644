"""What comes out of a child is believed only when it is whole, in form, and finite."""

import json
import pickle
import struct

import numpy as np
import pytest

from grader.model_runner.child_process import Ended, StoppedFor
from grader.model_runner.feature_file import FeatureTable
from grader.model_runner.limits import ModelLimits
from grader.model_runner.outcomes import RUNNER_FAILED_CODE, WALLS_FAILED_CODE, Outcome
from grader.model_runner.output_values import OutputType
from grader.model_runner.signature import Signature
from grader.model_runner.supervisor import report_of

# Three rows, of which the last and the first are asked again.
TABLE = FeatureTable({}, ((0, 3), (3, 5)), row_count=3, repeated=(2, 0))
FLOATS = Signature((), "out:0", OutputType.FLOAT, "2.21.0")


def frame(header, payload=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<I", len(text)) + text + payload


def values(*numbers):
    return np.array(numbers, dtype="<f4").tobytes()


WALLS = frame({"walls": ["chroot", "seccomp"]})
GOOD = values(1, 2, 3, 3, 1)


def report(result, code=0, stopped_for=None, log="", signature=FLOATS, cpu_seconds=0.5):
    ended = Ended(code, stopped_for, result, log, seconds=1.0, cpu_seconds=cpu_seconds, peak_rss_bytes=0)
    return report_of(ended, TABLE, signature, ModelLimits(cpu_seconds=10), has_walls=True)


def test_a_whole_answer_is_believed():
    found = report(WALLS + frame({"outcome": "ok"}, GOOD))
    assert found.outcome is Outcome.OK
    assert found.predictions.tolist() == [1.0, 2.0, 3.0]
    assert found.walls == ("chroot", "seccomp")
    assert not found.depends_on_batch


def test_another_answer_to_the_same_row_is_named():
    assert report(WALLS + frame({"outcome": "ok"}, values(1, 2, 3, 3, 1.5))).depends_on_batch


def test_the_last_digit_of_a_float_is_nobodys_fault():
    assert not report(WALLS + frame({"outcome": "ok"}, values(1, 2, 3, 3.00001, 1))).depends_on_batch


@pytest.mark.parametrize(
    ("rest", "outcome"),
    [
        (b"", Outcome.NO_RESULT),
        (frame({"outcome": "ok"}), Outcome.NO_RESULT),
        (frame({"outcome": "ok"}, GOOD[:-1]), Outcome.NO_RESULT),
        (frame({"outcome": "ok"}, GOOD + b"\0"), Outcome.NO_RESULT),
        (frame({"outcome": "ok"}, values(1, 2, float("nan"), 3, 1)), Outcome.NOT_FINITE),
        (frame({"outcome": "ok"}, values(1, 2, float("inf"), 3, 1)), Outcome.NOT_FINITE),
        (frame({"outcome": "scored first"}, GOOD), Outcome.NO_RESULT),
        (frame({"outcome": "walls_failed"}, GOOD), Outcome.NO_RESULT),
        (frame({"outcome": ["ok"]}, GOOD), Outcome.NO_RESULT),
        (frame({}, GOOD), Outcome.NO_RESULT),
        (frame([1, 2, 3], GOOD), Outcome.NO_RESULT),
        (frame(b"[" * 60_000, GOOD), Outcome.NO_RESULT),
        (frame(b"\xff\xfe", GOOD), Outcome.NO_RESULT),
        (frame(pickle.dumps({"outcome": "ok"}), GOOD), Outcome.NO_RESULT),
        (struct.pack("<I", 4_000_000_000) + GOOD, Outcome.NO_RESULT),
        (frame({"outcome": "ok", "padding": "x" * 70_000}, GOOD), Outcome.NO_RESULT),
        (frame({"outcome": "model_error", "error": "no such table"}), Outcome.MODEL_ERROR),
        (frame({"outcome": "wrong_shape"}), Outcome.WRONG_SHAPE),
        (frame({"outcome": "ok\0"}, GOOD), Outcome.NO_RESULT),
    ],
)
def test_a_forged_or_broken_answer_is_never_ok(rest, outcome):
    found = report(WALLS + rest)
    assert found.outcome is outcome
    assert found.predictions is None


def test_an_error_is_a_text_that_every_database_takes():
    found = report(WALLS + frame({"outcome": "model_error", "error": "a\0b\ud800c"}))
    assert found.log.startswith("a␀b?c")
    found.log.encode()


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (1, Outcome.NO_RESULT),
        (-6, Outcome.CRASHED),
        (-11, Outcome.CRASHED),
        (-31, Outcome.FORBIDDEN_SYSCALL),
        (-24, Outcome.OUT_OF_CPU_TIME),
        (-9, Outcome.RUNNER_FAILED),
    ],
)
def test_a_good_answer_before_a_bad_end_is_not_believed(code, outcome):
    assert report(WALLS + frame({"outcome": "ok"}, GOOD), code=code).outcome is outcome


@pytest.mark.parametrize(
    ("stopped_for", "outcome"),
    [
        (StoppedFor.TIME, Outcome.TIMED_OUT),
        (StoppedFor.MEMORY, Outcome.OUT_OF_MEMORY),
        (StoppedFor.THREADS, Outcome.TOO_MANY_THREADS),
        (StoppedFor.RESULT, Outcome.OUTPUT_TOO_LARGE),
    ],
)
def test_a_good_answer_of_a_run_that_was_stopped_is_not_believed(stopped_for, outcome):
    assert report(WALLS + frame({"outcome": "ok"}, GOOD), code=-9, stopped_for=stopped_for).outcome is outcome


@pytest.mark.parametrize(
    ("code", "outcome"), [(WALLS_FAILED_CODE, Outcome.WALLS_FAILED), (RUNNER_FAILED_CODE, Outcome.RUNNER_FAILED)]
)
def test_an_end_before_the_model_was_opened_is_ours(code, outcome):
    assert report(b"", code=code).outcome is outcome
    # The same code after the model was opened is the model's doing.
    assert report(WALLS, code=code).outcome is Outcome.NO_RESULT


def test_one_that_ignores_the_first_warning_is_killed_for_its_processor_time():
    assert report(WALLS, code=-9, cpu_seconds=12.0).outcome is Outcome.OUT_OF_CPU_TIME


def test_a_slow_machine_is_not_the_models_fault():
    assert report(b"", code=-9, stopped_for=StoppedFor.TIME).outcome is Outcome.RUNNER_FAILED


def test_memory_that_ran_out_without_a_report_is_known_by_its_last_words():
    assert report(WALLS, code=-6, log="terminate called ... std::bad_alloc").outcome is Outcome.OUT_OF_MEMORY


def test_a_run_without_a_word_on_its_walls_is_an_error_of_ours():
    with pytest.raises(RuntimeError, match="reported no walls"):
        report(frame({"walls": []}) + frame({"outcome": "ok"}, GOOD))


@pytest.mark.parametrize(
    ("kind", "raw", "expected"),
    [
        (OutputType.INT64, struct.pack("<5q", 1, 2, 3, 3, 1), [1.0, 2.0, 3.0]),
        (OutputType.UINT8, bytes([1, 2, 255, 255, 1]), [1.0, 2.0, 255.0]),
        (OutputType.HALF, struct.pack("<5e", 1, 2, 3.5, 3.5, 1), [1.0, 2.0, 3.5]),
        # 1, -2 and 3.140625: sign, eight bits of exponent, seven of fraction.
        (OutputType.BFLOAT16, struct.pack("<5H", 0x3F80, 0xC000, 0x4049, 0x4049, 0x3F80), [1.0, -2.0, 3.140625]),
    ],
)
def test_each_type_of_number_becomes_float64(kind, raw, expected):
    found = report(WALLS + frame({"outcome": "ok"}, raw), signature=Signature((), "out:0", kind, ""))
    assert found.predictions.tolist() == expected
