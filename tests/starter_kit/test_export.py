"""The exported SavedModel takes strings, knows every title, and predicts what the kit predicts."""

import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from starter_kit.baselines.registry import baseline_named

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["global-mean", "biases-books", "mf"])
def test_a_zip_of_one_saved_model_predicts_as_the_kit_does(alice, competition, awkward_titles, tmp_path, name):
    work, file = tmp_path / "kit", tmp_path / "saved_model.zip"
    trained = alice("train", name, "--data", competition.public, "--work", work)
    assert trained.exit_code == 0, trained.output
    exported = alice("export", name, "--output", file, "--work", work)
    assert exported.exit_code == 0, exported.output
    with zipfile.ZipFile(file) as archive:
        assert {path.split("/")[0] for path in archive.namelist()} == {name}
        assert f"{name}/saved_model.pb" in archive.namelist()
        archive.extractall(tmp_path / "server")

    import tensorflow as tf

    loaded = tf.saved_model.load(str(tmp_path / "server" / name))
    signature = loaded.signatures["serving_default"]
    inputs = signature.structured_input_signature[1]
    assert {key: (spec.dtype, spec.shape.as_list()) for key, spec in inputs.items()} == {
        "user_id": (tf.string, [None]),
        "book_name": (tf.string, [None]),
    }
    model = baseline_named(name).load(work / "models" / name)
    books = [*awkward_titles, "unheard of", ""]
    users = [*model.users[: len(books) - 1], "a stranger"]
    (ratings,) = signature(user_id=tf.constant(users), book_name=tf.constant(books)).values()
    assert ratings.dtype == tf.float32
    assert ratings.shape == (len(books),)
    np.testing.assert_allclose(ratings.numpy(), model.predict(users, books), atol=1e-5, rtol=0)


def test_the_same_seed_trains_the_same_network(competition, tmp_path):
    written = []
    for turn in ("one", "two"):
        words = [
            "train",
            "mf",
            "--data",
            str(competition.public),
            "--work",
            str(tmp_path / turn),
            "--seed",
            "7",
        ]
        subprocess.run([sys.executable, "-m", "starter_kit", *words], cwd=ROOT, check=True, capture_output=True)
        written.append((tmp_path / turn / "held_out" / "predictions-mf.csv").read_bytes())
    assert written[0] == written[1]


def test_matrix_factorization_finds_more_than_the_mean(alice, competition, tmp_path):
    scores = {}
    for name in ("global-mean", "mf"):
        alice("train", name, "--data", competition.public, "--work", tmp_path)
        file = tmp_path / "predictions.csv"
        alice("predict", name, "--test", competition.public / "test.csv", "--output", file, "--work", tmp_path)
        printed = alice("score", file, "--solution", competition.solution).stdout
        scores[name] = float(printed.split()[-1])
    assert scores["mf"] < scores["global-mean"]
