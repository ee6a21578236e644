"""`check` says of a prediction file at home what the server would say of it."""

import subprocess
import sys

import pytest
from shared_cases.answers import PREDICTION_CASES
from shared_cases.case import IDS, frozen_answers

CASES = [case for case in PREDICTION_CASES if not case.rests_on_bounds]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """What `fetch` would bring from the small competition."""
    folder = tmp_path_factory.mktemp("fetched")
    (folder / "test.csv").write_text("id,user_id,book_name\n" + "".join(f"{number},u,b\n" for number in IDS))
    (folder / "sample_submission.csv").write_text("id,rating\n" + "".join(f"{number},3\n" for number in IDS))
    return folder


def test_every_shared_case_gets_the_servers_words_and_exit_code(alice, data, tmp_path):
    frozen, told = frozen_answers()["predictions"], {}
    for case in CASES:
        file = tmp_path / case.file_name
        file.write_bytes(case.content)
        checked = alice("check", file, "--data", data, "--work", tmp_path / "kit")
        answer = checked.stderr.removeprefix("Rejected, as the server would:\n").removesuffix("\n")
        assert checked.exit_code == (1 if answer else 0), case.name
        told[case.name] = answer
    assert told == {case.name: frozen[case.name] for case in CASES}


def test_a_good_file_is_counted(alice, data, tmp_path):
    file = tmp_path / "good.csv"
    file.write_text("id,rating\n" + "".join(f"{number},3.5\n" for number in IDS))
    checked = alice("check", file, "--data", data)
    assert checked.exit_code == 0
    assert "5 predictions, one for each id of test.csv" in checked.stdout


def test_without_test_csv_it_says_where_to_get_it(alice, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.csv").write_text("id,rating\n")
    checked = alice("check", "p.csv")
    assert checked.exit_code == 1
    assert "there is no test.csv yet" in checked.stderr


def test_a_test_csv_without_ids_is_named(alice, data, tmp_path):
    folder = tmp_path / "wrong"
    folder.mkdir()
    (folder / "test.csv").write_text("number\n1\n")
    (tmp_path / "p.csv").write_text("id,rating\n")
    checked = alice("check", tmp_path / "p.csv", "--data", folder)
    assert checked.exit_code == 1
    assert "there is no column 'id'" in checked.stderr


def test_checking_predictions_loads_no_tensorflow(data, tmp_path):
    file = tmp_path / "good.csv"
    file.write_text("id,rating\n" + "".join(f"{number},3.5\n" for number in IDS))
    program = (
        "import sys; from starter_kit.cli import app\n"
        f"app(['check', {str(file)!r}, '--data', {str(data)!r}], standalone_mode=False)\n"
        "print(sorted({'tensorflow', 'keras'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
