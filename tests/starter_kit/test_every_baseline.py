"""What each registered baseline owes, whatever its family: sense, memory, and the same numbers on the server."""

import json
from dataclasses import replace

import numpy as np
import pytest

from datasets.tables import read_books, read_ratings
from starter_kit.baselines.registry import BASELINES
from starter_kit.fitted_model import LOWEST


@pytest.fixture(scope="module")
def tables(competition):
    """The training ratings and the books of the small world."""
    return read_ratings(competition.public / "train.csv"), read_books(competition.public / "books.csv")


@pytest.mark.parametrize("name", BASELINES)
def test_it_predicts_any_pair_is_kept_and_is_exported(name, tables, awkward_titles, tmp_path):
    train, books = tables
    baseline, heard = BASELINES[name], []
    estimator = baseline.estimator()
    if hasattr(estimator, "folds"):
        estimator = replace(estimator, folds=2, second_stage=replace(estimator.second_stage, epochs=2))
    model = estimator.fit(train, books, seed=4, report=lambda done, total: heard.append((done, total)))
    assert heard, "no progress was reported"
    assert heard[-1][0] == heard[-1][1]

    errors = model.predict(train["user_id"].tolist(), train["book_name"].tolist()) - train["rating"].to_numpy()
    assert np.mean(errors**2) <= np.var(train["rating"].to_numpy()) + 1e-9

    titles = [*awkward_titles, "unheard of", ""]
    readers = [*model.users[: len(titles) - 2], "a stranger", ""]
    predicted = model.predict(readers, titles)
    assert predicted.dtype == np.float64
    assert predicted.shape == (len(titles),)
    assert np.isfinite(predicted).all()
    assert (predicted >= LOWEST).all()
    assert (predicted <= 5).all()
    stranger, nobody = model.predict(["a stranger", "another"], ["unheard of", "nor this"])
    assert stranger == nobody
    assert model.predict([], []).shape == (0,)

    model.save(tmp_path / name)
    assert {path.name for path in (tmp_path / name).iterdir()} == {"model.json", "arrays.npz"}
    json.loads((tmp_path / name / "model.json").read_text())
    again = baseline.load(tmp_path / name)
    assert again.predict(readers, titles).tolist() == predicted.tolist()

    from starter_kit.saved_model import largest_difference, write_saved_model

    write_saved_model(model, tmp_path / "exported")
    assert largest_difference(model, tmp_path / "exported") <= 1e-5
