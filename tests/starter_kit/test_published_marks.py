"""The classic families on the published ratings: each reaches its mark and the number that its row promises."""

import numpy as np
import pytest

from datasets.tables import read_books, read_ratings
from starter_kit.baselines.registry import AUTOENCODERS, BASELINES, CONTENT, FACTORIZATION, FURTHER, MEMORY

CLASSICS = [
    name
    for name, baseline in BASELINES.items()
    if baseline.family in (CONTENT, MEMORY, FACTORIZATION, FURTHER, AUTOENCODERS) and name != "mf"
]


def silent(done: int, total: int) -> None:
    """Nobody watches the progress here."""


@pytest.mark.parametrize("name", CLASSICS)
def test_the_docstring_promises_what_the_list_promises(name):
    baseline = BASELINES[name]
    words = type(baseline.estimator()).__doc__.split("Published test MSE ")[1]
    assert words.startswith(f"{baseline.published_mse:.3f}")


@pytest.mark.slow
@pytest.mark.parametrize("name", CLASSICS)
def test_the_published_test_set_is_predicted_as_promised(goodreads_folder, name):
    train, test = read_ratings(goodreads_folder / "train.csv"), read_ratings(goodreads_folder / "test.csv")
    baseline = BASELINES[name]
    model = baseline.fit(train, read_books(goodreads_folder / "books.csv"), seed=1, report=silent)
    predicted = model.predict(test["user_id"].tolist(), test["book_name"].tolist())
    found = float(np.mean((predicted - test["rating"].to_numpy()) ** 2))
    assert baseline.must_reach is None or found <= baseline.must_reach
    assert found == pytest.approx(baseline.published_mse, abs=0.003)
