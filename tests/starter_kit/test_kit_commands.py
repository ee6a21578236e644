"""From training to a file that the server takes, and what the kit says when something is missing."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from datasets.tables import read_test
from grader.grade import score
from grader.scoring.predictions import PredictionFormat, read_predictions
from grader.scoring.solution import read_solution
from starter_kit.baselines.registry import BASELINES, baseline_named

ROOT = Path(__file__).parents[2]


def test_the_list_names_every_baseline_with_the_score_to_expect(alice):
    listed = alice("baselines").stdout
    for baseline in BASELINES.values():
        assert baseline.name in listed
        assert f"{baseline.published_mse:.3f}" in listed


def test_train_prints_the_score_that_score_prints_of_the_same_file(alice, competition, tmp_path):
    trained = alice("train", "biases", "--data", competition.public, "--work", tmp_path, "--seed", 3)
    assert trained.exit_code == 0, trained.output
    printed = re.search(r"Local MSE on (\d+) held-out ratings: (\S+)", trained.stdout)
    held_out = tmp_path / "held_out"
    assert int(printed[1]) == len(read_test(held_out / "test.csv"))
    again = alice("score", held_out / "predictions-biases.csv", "--work", tmp_path, "--json")
    assert json.loads(again.stdout)["overall"] == float(printed[2])


def test_the_kit_scores_a_file_as_the_server_does_to_the_last_bit(alice, competition, trained, tmp_path):
    file = tmp_path / "predictions.csv"
    test = competition.public / "test.csv"
    written = alice("predict", "biases-books", "--test", test, "--output", file, "--work", trained)
    assert written.exit_code == 0, written.output
    assert "upload it at" in written.stdout
    kit = json.loads(alice("score", file, "--solution", competition.solution, "--json").stdout)
    expected = PredictionFormat()
    solution = read_solution(competition.solution, expected)
    server = score(read_predictions(file, solution.row_ids, expected), solution)
    assert (kit["public"], kit["private"]) == (server.public, server.private)
    plain = alice("score", file, "--solution", competition.solution).stdout
    assert f"public   {server.public!r}\nprivate  {server.private!r}\n" in plain


def test_every_prediction_reads_back_to_the_last_bit_for_every_title(
    alice, competition, awkward_titles, trained, tmp_path
):
    file, test = tmp_path / "predictions.csv", read_test(competition.public / "test.csv")
    alice(
        "predict",
        "biases-books",
        "--test",
        competition.public / "test.csv",
        "--output",
        file,
        "--work",
        trained,
    )
    model = baseline_named("biases-books").load(trained / "models" / "biases-books")
    assert set(awkward_titles) <= set(model.books)
    header, *lines = file.read_text().splitlines()
    assert header == "id,rating"
    written = [line.split(",") for line in lines]
    assert [int(row_id) for row_id, _ in written] == test["id"].tolist()
    predicted = model.predict(test["user_id"].tolist(), test["book_name"].tolist())
    assert [float(rating) for _, rating in written] == predicted.tolist()
    assert 1 <= predicted.min() <= predicted.max() <= 5


def test_titles_that_differ_by_case_alone_are_different_books(trained):
    model = baseline_named("biases-books").load(trained / "models" / "biases-books")
    user = model.users[0]
    lower, upper = model.predict([user, user], ["the wall", "The Wall"])
    assert lower != upper


def test_the_same_seed_holds_out_and_fits_the_same(alice, competition, tmp_path):
    outputs = []
    for name in ("one", "two"):
        work = tmp_path / name
        alice("train", "biases", "--data", competition.public, "--work", work, "--seed", 5)
        outputs.append((work / "held_out" / "predictions-biases.csv").read_bytes())
    assert outputs[0] == outputs[1]


def test_predictions_of_another_held_out_part_are_not_left_to_be_scored(alice, competition, tmp_path):
    for seed in (1, 2):
        alice("train", "global-mean", "--data", competition.public, "--work", tmp_path, "--seed", seed)
        if seed == 1:
            alice("train", "biases", "--data", competition.public, "--work", tmp_path)
            assert (tmp_path / "held_out" / "predictions-biases.csv").exists()
    assert not (tmp_path / "held_out" / "predictions-biases.csv").exists()
    assert (tmp_path / "held_out" / "predictions-global-mean.csv").exists()


def test_a_rejected_file_prints_its_problems_by_line_and_fails(alice, competition, tmp_path):
    count = len(read_test(competition.public / "test.csv"))
    file = tmp_path / "bad.csv"
    file.write_text("id,rating\n" + "".join(f"{i},{'n/a' if i == 2 else 4}\n" for i in range(1, count + 1)))
    result = alice("score", file, "--solution", competition.solution)
    assert result.exit_code == 1
    assert "Line 3: " in result.stderr
    assert "'n/a'" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("train", "bises"), "There is no baseline 'bises'. Did you mean 'biases'?"),
        (("predict", "biases"), "no trained model is there. First run: python -m starter_kit train biases"),
        (("export", "biases"), "no trained model is there. First run: python -m starter_kit train biases"),
        (("score", "nothing.csv"), "nothing.csv: there is no such file. Name a predictions file."),
        (("train", "biases", "--data", "nowhere"), "there is no such file. --data wants a folder with both."),
        (("fetch", "localhost"), "is not the address of a competition's page"),
    ],
)
def test_what_can_be_foreseen_ends_in_one_sentence(alice, tmp_path, monkeypatch, words, sentence):
    monkeypatch.chdir(tmp_path)
    result = alice(*words)
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert "Traceback" not in result.output


def test_predicting_without_a_test_file_names_fetch(alice, trained):
    result = alice("predict", "biases-books", "--work", trained)
    assert result.exit_code == 1
    assert "there is no test.csv yet" in result.stderr
    assert "python -m starter_kit fetch URL" in result.stderr


def test_scoring_before_training_names_training(alice, competition, tmp_path):
    result = alice("score", competition.public / "sample_submission.csv", "--work", tmp_path)
    assert result.exit_code == 1
    assert "Train a baseline first, or name --solution." in result.stderr


def test_without_data_anywhere_the_kit_names_fetch(alice, tmp_path, monkeypatch):
    monkeypatch.setenv("GOODREADS_DIR", str(tmp_path / "empty"))
    result = alice("train", "biases", "--work", tmp_path / "kit")
    assert result.exit_code == 1
    assert "unset GOODREADS_DIR" in result.stderr
    assert "python -m starter_kit fetch URL" in result.stderr


def test_too_few_ratings_to_hold_out_are_named(alice, tmp_path, competition):
    (tmp_path / "train.csv").write_text("user_id,book_name,rating\n1,1984,4\n2,1984,5\n")
    (tmp_path / "books.csv").write_bytes((competition.public / "books.csv").read_bytes())
    result = alice("train", "biases", "--data", tmp_path, "--work", tmp_path / "kit")
    assert result.exit_code == 1
    assert "2 ratings are too few" in result.stderr


def test_a_spoilt_model_is_named_with_the_way_to_mend_it(alice, competition, tmp_path):
    alice("train", "biases", "--data", competition.public, "--work", tmp_path)
    (tmp_path / "models" / "biases" / "model.json").write_text("{")
    result = alice("predict", "biases", "--test", competition.public / "test.csv", "--work", tmp_path)
    assert result.exit_code == 1
    assert "the model cannot be read" in result.stderr
    assert "python -m starter_kit train biases" in result.stderr


def test_the_numpy_baselines_never_load_tensorflow_or_django(competition, tmp_path):
    program = (
        "import sys\n"
        "from starter_kit.cli import app\n"
        "app(sys.argv[1:], standalone_mode=False)\n"
        "print(sorted({'tensorflow', 'keras', 'django', 'celery'} & set(sys.modules)))\n"
    )
    words = ["train", "biases-books", "--data", str(competition.public), "--work", str(tmp_path)]
    ran = subprocess.run([sys.executable, "-c", program, *words], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"


def test_what_trains_needs_nothing_that_only_the_sites_commands_need(competition, tmp_path):
    """The site's own environment, where the seed runs the kit, has no `requests`."""
    program = (
        "import sys\n"
        "sys.modules['requests'] = None\n"
        "from starter_kit.cli import app\n"
        "app(sys.argv[1:], standalone_mode=False)\n"
    )
    words = ["train", "global-mean", "--data", str(competition.public), "--work", str(tmp_path)]
    subprocess.run([sys.executable, "-c", program, *words], cwd=ROOT, capture_output=True, text=True, check=True)
    assert (tmp_path / "models" / "global-mean").is_dir()


def test_without_tensorflow_one_sentence_says_how_to_install_it(competition, tmp_path):
    missing = tmp_path / "missing" / "tensorflow"
    missing.mkdir(parents=True)
    (missing / "__init__.py").write_text("raise ImportError(\"No module named 'tensorflow'\")\n")
    words = ["train", "mf", "--data", str(competition.public), "--work", str(tmp_path / "kit")]
    ran = subprocess.run(
        [sys.executable, "-m", "starter_kit", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(missing.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert "pip install --require-hashes -r requirements-kit.txt" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_the_learning_curve_is_written_as_tensorboard_reads_it(alice, competition, tmp_path):
    import tensorflow as tf

    logs = tmp_path / "logs"
    result = alice("train", "sgd", "--data", competition.public, "--work", tmp_path, "--tensorboard", logs)
    assert result.exit_code == 0, result.output
    assert f"tensorboard --logdir {logs}" in result.stdout
    (file,) = (logs / "sgd").iterdir()
    curve = {}
    for record in tf.data.TFRecordDataset(str(file)):
        event = tf.compat.v1.Event.FromString(record.numpy())
        for value in event.summary.value:
            assert value.tag == "MSE in training"
            curve[event.step] = value.simple_value
    assert list(curve) == list(range(1, len(curve) + 1))
    assert curve[len(curve)] < curve[1]


def test_a_baseline_without_a_curve_says_so(alice, competition, tmp_path):
    logs = tmp_path / "logs"
    result = alice("train", "biases", "--data", competition.public, "--work", tmp_path, "--tensorboard", logs)
    assert "biases keeps no learning curve, so there is none to write." in result.stdout
    assert not logs.exists()


def test_files_saved_by_hand_are_found_in_data(alice, competition, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").symlink_to(competition.public)
    result = alice("train", "global-mean")
    assert result.exit_code == 0, result.output
    assert "from data" in result.stdout
    written = alice("predict", "global-mean")
    assert written.exit_code == 0, written.output
    assert len((tmp_path / "predictions.csv").read_text().splitlines()) == 1 + len(
        read_test(competition.public / "test.csv")
    )


@pytest.mark.parametrize(
    ("called", "name"), [({"KIT_CALLED_AS": "./run kit"}, "./run kit"), ({}, "python -m starter_kit")]
)
def test_the_kit_tells_people_to_type_what_works_where_they_are(called, name, tmp_path):
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("KIT_", "HOLDOUT_"))}
    environment |= {"PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": str(tmp_path), "COLUMNS": "80"} | called
    words = [sys.executable, "-m", "starter_kit"]
    asked = subprocess.run(
        [*words, "quota"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert f"`{name} competitions` lists them" in asked.stderr
    helped = subprocess.run([*words, "submit", "--help"], env=environment, capture_output=True, text=True, check=True)
    assert f"Usage: {name} submit" in helped.stdout
    # The paragraph flows to the terminal's edge.
    assert "nothing. A large file goes in chunks: after a lost connection" in helped.stdout
