"""A competition's files come from its page, or the kit says why not."""

import shutil

import pytest

from datasets.tables import read_test

FILES = ["books.csv", "sample_submission.csv", "test.csv", "train.csv"]


@pytest.fixture
def page(competition, site, tmp_path):
    """The address of a competition's page, and the folder behind its data."""
    data = tmp_path / "site" / "competitions" / "made-up" / "data"
    shutil.copytree(competition.public, data)
    return f"{site(tmp_path / 'site')}/competitions/made-up", data


@pytest.mark.parametrize("ending", ["", "/", "/data/", "?tab=data"])
def test_all_files_arrive_from_any_form_of_the_page_s_address(alice, page, tmp_path, ending):
    address, data = page
    result = alice("fetch", address + ending, "--work", tmp_path / "kit")
    assert result.exit_code == 0, result.output
    arrived = tmp_path / "kit" / "data"
    assert sorted(path.name for path in arrived.iterdir()) == FILES
    for name in FILES:
        assert (arrived / name).read_bytes() == (data / name).read_bytes()


def test_after_fetch_training_and_predicting_need_no_more_words(alice, page, tmp_path):
    address, _ = page
    work, file = tmp_path / "kit", tmp_path / "predictions.csv"
    alice("fetch", address, "--work", work)
    assert alice("train", "biases", "--work", work).exit_code == 0
    predicted = alice("predict", "biases", "--work", work, "--output", file)
    assert f"upload it at {address}" in predicted.stdout
    assert len(file.read_text().splitlines()) == len(read_test(work / "data" / "test.csv")) + 1


def test_a_page_that_does_not_exist_is_named_with_an_example(alice, page, tmp_path):
    result = alice("fetch", page[0] + "s", "--work", tmp_path / "kit")
    assert result.exit_code == 1
    assert "answered 404" in result.stderr
    assert "http://localhost:8000/competitions/goodreads" in result.stderr


def test_a_sign_in_page_is_not_taken_for_data(alice, page, tmp_path):
    address, data = page
    (data / "train.csv").write_text("<!DOCTYPE html><html><title>Sign in</title></html>")
    result = alice("fetch", address, "--work", tmp_path / "kit")
    assert result.exit_code == 1
    assert "a web page came instead of train.csv" in result.stderr
    assert "Sign in and join" in result.stderr
    assert list((tmp_path / "kit" / "data").iterdir()) == []


def test_a_file_with_another_header_does_not_replace_the_one_at_home(alice, page, tmp_path):
    address, data = page
    alice("fetch", address, "--work", tmp_path / "kit")
    before = (tmp_path / "kit" / "data" / "test.csv").read_bytes()
    (data / "test.csv").write_text("row,user,book\n1,2,3\n")
    result = alice("fetch", address, "--work", tmp_path / "kit")
    assert result.exit_code == 1
    assert "the header is 'row,user,book', it should be 'id,user_id,book_name'" in result.stderr
    assert (tmp_path / "kit" / "data" / "test.csv").read_bytes() == before


def test_a_site_that_is_not_running_is_named(alice, tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    result = alice("fetch", "http://127.0.0.1:9/competitions/made-up", "--work", tmp_path / "kit")
    assert result.exit_code == 1
    assert "cannot be reached" in result.stderr
    assert "Is the site running" in result.stderr


def test_a_competition_of_lists_gets_the_header_that_its_sample_has(alice, page, tmp_path):
    address, data = page
    sample = data / "sample_submission.csv"
    sample.write_text(sample.read_text().replace("id,rating", "id,score", 1))
    work, file = tmp_path / "kit", tmp_path / "predictions.csv"
    assert alice("fetch", address, "--work", work).exit_code == 0
    alice("train", "biases", "--work", work)
    alice("predict", "biases", "--work", work, "--output", file)
    assert file.read_text().startswith("id,score\n")


def test_a_sample_that_names_no_two_columns_is_refused(alice, page, tmp_path):
    address, data = page
    (data / "sample_submission.csv").write_text("id;score\n1;2\n")
    result = alice("fetch", address, "--work", tmp_path / "kit")
    assert result.exit_code == 1
    assert "the header is 'id;score', it should name two columns, such as 'id,rating'." in result.stderr
