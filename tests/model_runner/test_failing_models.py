"""Models that fail, and models that attack by TensorFlow's own ops: each ends in its word, and reaches nothing."""

import sys
from dataclasses import replace

import pytest
from rows import FEATURES

from grader.model_runner.limits import LIBRARY_RSS_BYTES, MIB, ModelLimits
from grader.model_runner.outcomes import Outcome, explain
from grader.model_runner.output_values import OutputType
from grader.model_runner.supervisor import run_model

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's; elsewhere nothing is run")

# There is time enough even on a busy machine; only what waits or loops for ever is to use it up.
SHORT = ModelLimits(wall_seconds=60, cpu_seconds=30, memory_bytes=1024 * MIB)
USED_UP = {Outcome.TIMED_OUT: replace(SHORT, wall_seconds=10), Outcome.OUT_OF_CPU_TIME: replace(SHORT, cpu_seconds=2)}


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("answers_nan", Outcome.NOT_FINITE),
        ("answers_infinity", Outcome.NOT_FINITE),
        ("answers_one_too_few", Outcome.WRONG_SHAPE),
        ("answers_three_columns", Outcome.WRONG_SHAPE),
        ("answers_hugely", Outcome.WRONG_SHAPE),
        ("aborts", Outcome.CRASHED),
        ("calls_itself", Outcome.CRASHED),
        ("exits_quietly", Outcome.NO_RESULT),
        ("calls_python", Outcome.MODEL_ERROR),
        ("loops_for_ever", Outcome.OUT_OF_CPU_TIME),
        ("waits_for_ever", Outcome.TIMED_OUT),
        ("takes_64_gib_at_once", Outcome.OUT_OF_MEMORY),
        ("takes_more_and_more", Outcome.OUT_OF_MEMORY),
        ("starts_threads", Outcome.TOO_MANY_THREADS),
    ],
)
def test_a_failing_model_ends_in_its_word_and_the_next_one_runs(name, outcome, zoo):
    report = zoo.run(name, USED_UP.get(outcome, SHORT))
    assert report.outcome is outcome, report.log
    assert report.predictions is None
    assert report.outcome.is_participants_fault
    assert report.peak_rss_bytes < SHORT.memory_bytes + LIBRARY_RSS_BYTES
    assert zoo.run("plain", SHORT).outcome is Outcome.OK


def test_an_output_of_another_type_than_declared_is_named(zoo):
    signature = replace(zoo.signature("whole_numbers"), output_type=OutputType.FLOAT)
    assert run_model(zoo.model("whole_numbers"), FEATURES, signature, SHORT).outcome is Outcome.WRONG_TYPE


def test_a_model_that_talks_without_end_is_heard_out_but_not_recorded(zoo):
    report = zoo.run("talks_without_end", SHORT)
    assert report.outcome is Outcome.OK
    assert len(report.log) == SHORT.log_bytes


# Each of these gets what it wants where it runs bare, and passes only where screening is left out, as here.
REACHING = [
    *("reads_the_labels", "reads_lines_of_the_labels", "maps_the_labels", "reads_its_environment"),
    *("writes_a_file", "prints_into_a_file", "writes_when_it_is_loaded"),
]


@pytest.mark.parametrize("name", REACHING)
def test_what_reaches_for_files_finds_none(name, zoo):
    report = zoo.run(name, SHORT)
    assert report.outcome is Outcome.MODEL_ERROR
    assert report.predictions is None
    assert zoo.secret not in report.log
    assert "HOME=" not in report.log


def test_what_lists_folders_finds_them_empty(zoo):
    assert zoo.run("lists_folders", SHORT).predictions.tolist() == [0.0] * len(FEATURES["user_id"])


def test_what_dials_out_reaches_nobody(zoo):
    report = zoo.run("fetches_from_the_network", SHORT)
    assert report.outcome in (Outcome.MODEL_ERROR, Outcome.CRASHED, Outcome.TIMED_OUT)
    with pytest.raises(BlockingIOError):
        zoo.listener.accept()


def test_hidden_features_are_quoted_in_the_log_alone(zoo):
    report = zoo.run("quotes_its_features", SHORT)
    assert "The Lord of the Rings" in report.log
    told = str(explain(report.outcome, SHORT))
    assert told == (
        "TensorFlow reported an error while it loaded or ran the model. It must accept any text in its inputs, "
        "unknown and empty ones too, in batches of any size."
    )


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.OK])
def test_every_word_but_ok_has_a_finding_and_a_cure(outcome):
    problem = explain(outcome, SHORT)
    assert problem.finding.endswith(".")
    assert problem.cure.endswith(".")
    assert outcome.is_participants_fault is (outcome not in (Outcome.WALLS_FAILED, Outcome.RUNNER_FAILED))


def test_ok_needs_no_explanation():
    with pytest.raises(ValueError, match="needs no explanation"):
        explain(Outcome.OK, SHORT)
