"""A child has nothing of its parent's, and neither outlives the other's interest in it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rows import FEATURES

from grader.model_runner import walls
from grader.model_runner.child_process import ENVIRONMENT
from grader.model_runner.limits import ModelLimits
from grader.model_runner.outcomes import ModelGradingUnavailable
from grader.model_runner.predicting import SETTLING_SECONDS, predict, remove_leftovers
from grader.model_runner.probe import Probe
from grader.model_runner.screening import screen
from grader.model_runner.supervisor import run_model
from grader.scoring.rejection import Rejected

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's; elsewhere nothing is run")


def until(condition, seconds=20.0):
    """Wait until it holds; the value that it had."""
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s")


def children_of(pid):
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except FileNotFoundError:
        return False


@pytest.fixture
def looping(zoo, run_root):
    """A worker in the middle of a model that never ends, and the model's process, already behind its walls."""
    archive = zoo.zipped("loops_for_ever", zoo.folder / "loops.zip")
    worker = subprocess.Popen(
        [sys.executable, "-B", str(HERE / "predict_in_mode.py"), "root", str(archive), str(run_root)],
        env={"PYTHONPATH": os.pathsep.join([str(ROOT), str(HERE)]), "HOLDOUT_SECRET": "of the worker"},
        stdout=subprocess.DEVNULL,
    )

    def behind_walls():
        for child in children_of(worker.pid):
            status = Path(f"/proc/{child}/status")
            if (
                status.exists()
                and "Seccomp:\t2" in status.read_text()
                and len([*Path(f"/proc/{child}/task").iterdir()]) > 1
            ):
                return child
        return None

    yield worker, until(behind_walls)
    worker.kill()
    worker.wait()
    for folder in run_root.iterdir():
        long_ago = time.time() - 2 * SETTLING_SECONDS
        os.utime(folder, (long_ago, long_ago))
    remove_leftovers(run_root)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can look into a process behind walls")
def test_a_models_process_has_three_pipes_ends_and_a_fixed_environment(looping):
    _, model = looping
    kinds = {int(link.name): str(link.readlink()) for link in Path(f"/proc/{model}/fd").iterdir()}
    pipes = {number: kind for number, kind in kinds.items() if number in (1, 2, 3)}
    assert sorted(pipes) == [1, 2, 3]
    assert all(kind.startswith("pipe:") for kind in pipes.values())
    # The rest are files of the model, kept open by TensorFlow.
    assert [kind for number, kind in kinds.items() if number not in pipes and "/model/" not in kind] == []
    environment = Path(f"/proc/{model}/environ").read_bytes().decode()
    assert dict(pair.split("=", 1) for pair in environment.strip("\0").split("\0")) == ENVIRONMENT


def test_a_worker_that_is_killed_takes_its_model_along_and_its_folder_is_found(looping, run_root):
    worker, model = looping
    assert is_alive(model)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    until(lambda: not is_alive(model))
    (folder,) = run_root.iterdir()
    assert remove_leftovers(run_root) == 0
    long_ago = time.time() - 2 * SETTLING_SECONDS
    os.utime(folder, (long_ago, long_ago))
    assert remove_leftovers(run_root) == 1
    assert list(run_root.iterdir()) == []


def test_the_folder_of_a_run_that_lasts_is_left_alone(looping, run_root):
    (folder,) = run_root.iterdir()
    long_ago = time.time() - 2 * SETTLING_SECONDS
    os.utime(folder, (long_ago, long_ago))
    assert remove_leftovers(run_root) == 0
    assert folder.exists()


def test_nothing_is_left_of_a_refused_model(zoo, run_root, tmp_path):
    with pytest.raises(Rejected, match="'ReadFile' reads files"):
        predict(zoo.zipped("reads_the_labels", tmp_path / "model.zip"), FEATURES, ModelLimits(), run_root)
    assert list(run_root.iterdir()) == []


@pytest.fixture
def without_walls(monkeypatch):
    """A machine whose probe has refused."""
    walls.walls_of_this_machine.cache_clear()
    monkeypatch.setattr(walls, "probe", lambda: Probe((), False, "the test took them away."))
    yield
    walls.walls_of_this_machine.cache_clear()


@pytest.mark.usefixtures("without_walls")
def test_without_walls_every_door_refuses(zoo, run_root, tmp_path):
    archive = zoo.zipped("plain", tmp_path / "model.zip")
    for attempt in (
        lambda: predict(archive, FEATURES, ModelLimits(), run_root),
        lambda: screen(zoo.model("plain"), list(FEATURES)),
        lambda: run_model(zoo.model("plain"), FEATURES, zoo.signature("plain"), ModelLimits()),
    ):
        with pytest.raises(ModelGradingUnavailable, match="the test took them away"):
            attempt()


def test_without_tensorflow_the_reason_names_the_command(zoo, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModelGradingUnavailable, match=r"TensorFlow is not installed\. Install it with: pip install"):
        run_model(zoo.model("plain"), FEATURES, zoo.signature("plain"), ModelLimits())
