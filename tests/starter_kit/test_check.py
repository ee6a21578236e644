"""`check` tries a model at home as the server would: what it takes, what it refuses, and with which words."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Each saves a SavedModel into the folder that it is given.
SPIES = {
    "reads_a_file": "return tf.fill(tf.shape(user_id), tf.strings.to_number(tf.io.read_file('/etc/hostname')))",
    "answers_too_little": "return tf.fill(tf.shape(user_id)[:1] - 1, 3.0)",
}
BUILDER = """
import json, sys
import tensorflow as tf
for name, body in json.loads(sys.argv[1]).items():
    scope = {"tf": tf}
    exec("def answer(user_id, book_name):\\n    " + body, scope)
    module = tf.Module()
    texts = tf.TensorSpec([None], tf.string)
    module.answer = tf.function(scope["answer"], autograph=False)
    signature = module.answer.get_concrete_function(
        user_id=tf.TensorSpec([None], tf.string, "user_id"), book_name=tf.TensorSpec([None], tf.string, "book_name")
    )
    tf.saved_model.save(module, f"{sys.argv[2]}/{name}", signatures=signature)
"""


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Zips of models that are not what a participant should send."""
    folder = tmp_path_factory.mktemp("models")
    script = folder / "build.py"
    script.write_text(BUILDER)
    subprocess.run([sys.executable, script, json.dumps(SPIES), folder], check=True, capture_output=True)
    for name in SPIES:
        with zipfile.ZipFile(folder / f"{name}.zip", "w") as archive:
            for path in sorted((folder / name).rglob("*")):
                archive.write(path, path.relative_to(folder))
    return folder


def check(alice, competition, file, tmp_path):
    return alice("check", file, "--data", competition.public, "--work", tmp_path / "kit")


def test_the_kits_own_export_passes_and_scores_as_its_predictions_do(alice, competition, trained, tmp_path):
    file = tmp_path / "saved_model.zip"
    exported = alice("export", "biases-books", "--output", file, "--work", trained)
    assert exported.exit_code == 0, exported.output
    assert "check" in exported.output
    checked = check(alice, competition, file, tmp_path)
    assert checked.exit_code == 0, checked.output
    assert "MSE " in checked.output
    assert "ratings of train.csv" in checked.output
    if sys.platform == "linux":
        assert "seccomp" in checked.output


def test_a_model_that_reads_files_is_refused_by_the_name_of_its_op(alice, competition, models, tmp_path):
    checked = check(alice, competition, models / "reads_a_file.zip", tmp_path)
    assert checked.exit_code == 1
    assert "ReadFile" in checked.output


def test_a_model_that_answers_too_little_is_told_the_shape(alice, competition, models, tmp_path):
    checked = check(alice, competition, models / "answers_too_little.zip", tmp_path)
    assert checked.exit_code == 1
    assert "one value for each row" in checked.output


@pytest.mark.parametrize(
    ("content", "finding"), [(b"no zip at all", "no zip archive"), (b"", "zip"), (b"PK\x03\x04 cut off", "zip")]
)
def test_what_is_no_archive_is_refused_with_a_sentence(alice, competition, tmp_path, content, finding):
    file = tmp_path / "model.zip"
    file.write_bytes(content)
    checked = alice("check", file, "--model", "--data", competition.public, "--work", tmp_path / "kit")
    assert checked.exit_code == 1
    assert finding in checked.output
    assert "Traceback" not in checked.output


def test_a_missing_file_is_said(alice, competition, tmp_path):
    checked = check(alice, competition, tmp_path / "none.zip", tmp_path)
    assert checked.exit_code == 1
    assert "there is no such file" in checked.output
