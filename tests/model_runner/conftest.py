"""The zoo of models, built once, in a place that every user of the machine can read."""

import shutil
import socket
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from rows import FEATURES

from grader.model_runner.limits import ModelLimits
from grader.model_runner.output_values import output_type
from grader.model_runner.saved_model_graph import read_graph
from grader.model_runner.signature import InputTensor, Signature
from grader.model_runner.supervisor import run_model

HERE = Path(__file__).resolve().parent
SECRET = "the labels that nobody may see"


@dataclass(frozen=True)
class Zoo:
    """The models by name, what Python's own loader answers for the tame ones, and what the wild ones are after."""

    folder: Path
    expected: dict[str, np.ndarray]
    labels: Path
    listener: socket.socket
    secret: str = SECRET

    def model(self, name):
        return self.folder / name / "model"

    def signature(self, name):
        """The model's own signature, without any judgement."""
        graph = read_graph((self.model(name) / "saved_model.pb").read_bytes(), max_nodes=100_000)
        (output,) = graph.outputs.values()
        inputs = [InputTensor(each, graph.inputs[each].tensor, len(graph.inputs[each].dimensions)) for each in FEATURES]
        return Signature(tuple(inputs), output.tensor, output_type(output.type_number), graph.tensorflow_version)

    def run(self, name, limits=None):
        """Run it behind the walls, whatever screening would say."""
        return run_model(self.model(name), FEATURES, self.signature(name), limits or ModelLimits())

    def zipped(self, name, target):
        """The model as its sender would pack it."""
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(self.model(name).rglob("*")):
                archive.write(path, Path(name) / path.relative_to(self.model(name)))
        return target


@pytest.fixture(scope="session")
def zoo():
    # Under /tmp itself: pytest's own folders are closed to the users that models run as.
    home = Path(tempfile.mkdtemp(prefix="holdout-zoo-", dir="/tmp"))
    home.chmod(0o755)
    labels = home / "secrets" / "solution.csv"
    labels.parent.mkdir()
    labels.write_text(SECRET)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        folder = home / "models"
        environment = {
            **{"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0", "KERAS_BACKEND": "tensorflow"},
            **{"CUDA_VISIBLE_DEVICES": "", "HOME": str(home)},
        }
        port = listener.getsockname()[1]
        subprocess.run(
            [sys.executable, str(HERE / "zoo.py"), str(folder), str(labels), str(port)],
            env=environment,
            check=True,
            capture_output=True,
        )
        # One of them writes when it is loaded, and building it has loaded it once.
        labels.with_name("solution.csv.stolen").unlink()
        for path in [home / "secrets", *folder.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        listener.setblocking(False)
        with np.load(folder / "expected.npz") as saved:
            expected = dict(saved)
        yield Zoo(folder, expected, labels, listener)
        assert labels.read_text() == SECRET
        assert [path.name for path in Path(labels.parent).iterdir()] == ["solution.csv"]
        with pytest.raises(BlockingIOError):
            listener.accept()
    shutil.rmtree(home)


@pytest.fixture
def run_root():
    """A folder for runs that other users can enter; nothing may be left in it."""
    folder = Path(tempfile.mkdtemp(prefix="holdout-runs-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    left = list(folder.iterdir())
    shutil.rmtree(folder)
    assert left == []
