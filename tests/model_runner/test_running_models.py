"""Models that do what they should: the same answers as Python's own loader, from a process behind walls."""

import json
import os
import subprocess
import sys
import threading
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from locked_child import MODES
from rows import FEATURES, ROW_COUNT

from grader.grade import score
from grader.model_runner.limits import ModelLimits
from grader.model_runner.outcomes import Outcome
from grader.model_runner.predicting import predict, predict_without_walls
from grader.scoring.predictions import PredictionFormat, read_predictions
from grader.scoring.solution import Solution

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TAME = [
    *("plain", "column", "whole_numbers", "doubles", "halves", "brain_floats", "compiled", "dataset_inside"),
    *("with_assets", "keras_export", "text_model", "weights_of_48_megabytes"),
]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's; elsewhere nothing is run")


@pytest.mark.parametrize("name", TAME)
def test_a_model_answers_behind_walls_what_pythons_loader_answers(name, zoo, run_root, tmp_path):
    report = predict(zoo.zipped(name, tmp_path / "model.zip"), FEATURES, ModelLimits(), run_root)
    assert report.outcome is Outcome.OK
    assert report.predictions.dtype == np.float64
    np.testing.assert_allclose(report.predictions, zoo.expected[name], rtol=0, atol=1e-5)
    assert not report.depends_on_batch
    assert {"limits", "seccomp", "proof"} <= set(report.walls)


BUILD_300_MEGABYTES = """
import sys
import tensorflow as tf
from zoo_saving import save
table = tf.Variable(tf.random.stateless_uniform((75_000, 1000), (1, 2)))
place = lambda user_id, book_name: tf.strings.to_hash_bucket_fast(book_name, 75_000)
save(sys.argv[1], lambda user_id, book_name: tf.gather(table, place(user_id, book_name))[:, 7], table=table)
"""


@pytest.mark.slow
def test_a_model_of_300_megabytes_is_run_within_the_usual_limits(run_root, tmp_path):
    folder = tmp_path / "large"
    environment = {**os.environ, "PYTHONPATH": str(HERE), "TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run([sys.executable, "-c", BUILD_300_MEGABYTES, str(folder)], env=environment, check=True)
    with zipfile.ZipFile(tmp_path / "large.zip", "w", zipfile.ZIP_STORED) as archive:
        for path in folder.rglob("*"):
            archive.write(path, path.relative_to(folder))
    assert (tmp_path / "large.zip").stat().st_size > 300_000_000
    report = predict(tmp_path / "large.zip", FEATURES, ModelLimits(), run_root)
    assert report.outcome is Outcome.OK
    assert ((report.predictions >= 0) & (report.predictions < 1)).all()


def test_every_tame_model_is_told_about(zoo):
    assert sorted(zoo.expected) == sorted(TAME)


@pytest.mark.parametrize("batch_rows", [1, 7, 499, 500, 501])
def test_the_size_of_the_batches_changes_nothing(batch_rows, zoo):
    report = zoo.run("plain", ModelLimits(batch_rows=batch_rows))
    np.testing.assert_allclose(report.predictions, zoo.expected["plain"], rtol=0, atol=1e-5)


def test_one_row_is_enough(zoo, run_root, tmp_path):
    one = {name: texts[:1] for name, texts in FEATURES.items()}
    report = predict(zoo.zipped("plain", tmp_path / "model.zip"), one, ModelLimits(), run_root)
    np.testing.assert_allclose(report.predictions, zoo.expected["plain"][:1], rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", ["mean_of_the_batch", "random_answers"])
def test_a_model_that_answers_differently_in_another_batch_is_named_so(name, zoo):
    report = zoo.run(name)
    assert report.outcome is Outcome.OK
    assert report.depends_on_batch


def test_a_model_scores_what_a_file_of_its_predictions_scores(zoo, run_root, tmp_path):
    row_ids = np.arange(1, ROW_COUNT + 1)
    solution = Solution(row_ids, targets=(1.0 + row_ids % 5), is_public=row_ids % 10 < 3)
    report = predict(zoo.zipped("plain", tmp_path / "model.zip"), FEATURES, ModelLimits(), run_root)
    lines = [f"{row},{value!r}" for row, value in zip(row_ids.tolist(), report.predictions.tolist(), strict=True)]
    (tmp_path / "predictions.csv").write_text("id,rating\n" + "\n".join(lines) + "\n")
    expected = replace(PredictionFormat(), lowest=-100.0, highest=100.0)
    assert score(report.predictions, solution) == score(
        read_predictions(tmp_path / "predictions.csv", row_ids, expected), solution
    )


def test_four_models_run_beside_each_other(zoo, run_root, tmp_path):
    names, reports = TAME[:4], {}

    def run(name):
        reports[name] = predict(zoo.zipped(name, tmp_path / f"{name}.zip"), FEATURES, ModelLimits(), run_root)

    threads = [threading.Thread(target=run, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name in names:
        np.testing.assert_allclose(reports[name].predictions, zoo.expected[name], rtol=0, atol=1e-5)


def test_at_home_the_same_model_runs_without_walls_and_says_so(zoo, tmp_path):
    report = predict_without_walls(zoo.zipped("keras_export", tmp_path / "model.zip"), FEATURES, ModelLimits())
    np.testing.assert_allclose(report.predictions, zoo.expected["keras_export"], rtol=0, atol=1e-5)
    assert report.walls == ()


def an_interpreter_for_everyone():
    """A Python of this version that ordinary users may start; a root's own one often lies in a closed folder."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (Path(sys.executable), Path("/usr/bin") / version, Path("/usr/local/bin") / version):
        real = candidate.resolve()
        if real.is_file() and all(folder.stat().st_mode & 0o001 for folder in [real, *real.parents]):
            return str(candidate)
    pytest.skip("no Python of this version can be started by an ordinary user here")


RUNS_IN = ["root", "user", "container-root", "container-user", "old-container-root"]


def predicted_in(mode, archive, run_root):
    """What a worker reports that was started in that mode."""
    as_root = MODES[mode][0]
    if as_root and os.geteuid() != 0:
        pytest.skip("this mode begins as root")
    packages = [path for path in sys.path if path.endswith("site-packages")]
    done = subprocess.run(
        [
            sys.executable if as_root else an_interpreter_for_everyone(),
            *("-B", str(HERE / "predict_in_mode.py"), mode, str(archive), str(run_root)),
        ],
        cwd="/",
        env={"PYTHONPATH": os.pathsep.join([str(ROOT), str(HERE), *packages])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert not found["loaded_tensorflow"]
    return found


@pytest.mark.parametrize("mode", RUNS_IN)
@pytest.mark.parametrize("name", ["text_model", "compiled", "reads_the_labels", "calls_itself"])
def test_models_end_the_same_in_every_mode_that_machines_offer(name, mode, zoo, run_root):
    archive = zoo.zipped(name, zoo.folder / f"{name}.zip")
    run_root.chmod(0o777)
    found = predicted_in(mode, archive, run_root)
    if name in zoo.expected:
        assert found["outcome"] == "ok"
        np.testing.assert_allclose(found["predictions"], zoo.expected[name], rtol=0, atol=1e-5)
        assert ("chroot" in found["walls"]) is (mode != "container-user")
    elif name == "reads_the_labels":
        assert "'ReadFile' reads files" in found["rejected"]
    else:
        assert found["outcome"] == "crashed"


def test_where_the_walls_are_too_few_nothing_is_run(zoo, run_root):
    run_root.chmod(0o777)
    found = predicted_in("old-container-user", zoo.zipped("plain", zoo.folder / "plain.zip"), run_root)
    assert found["unavailable"].startswith("Model grading is off on this machine: ")
    assert "neither chroot nor Landlock" in found["unavailable"]
