"""The made-up question of yes and no knows the best possible log loss."""

import math

import numpy as np
import pandas as pd

from datasets.finished_books import FEATURES, make_readings, write_yes_no_competition


def test_the_same_seed_makes_the_same_readings_and_another_one_others():
    one = make_readings("a seed")
    assert make_readings("a seed").train.equals(one.train)
    assert not make_readings("another").train.equals(one.train)
    assert (len(one.train), len(one.test)) == (20_000, 10_000)


def test_a_constant_is_worse_than_the_best_possible_and_both_answers_are_common():
    readings = make_readings("a seed")
    share = readings.test["finished"].mean()
    constant = -(share * math.log(share) + (1 - share) * math.log(1 - share))
    assert 0.2 < share < 0.9
    assert readings.best_log_loss < constant - 0.03


def test_pages_and_pace_tell_something():
    train = make_readings("a seed").train
    days = train["pages"] / train["pages_a_day"]
    slow, quick = train["finished"][days > days.quantile(0.8)], train["finished"][days < days.quantile(0.2)]
    assert quick.mean() - slow.mean() > 0.3


def test_the_files_fit_together(tmp_path):
    readings = make_readings("a seed", train_count=200, test_count=100)
    public, solution = tmp_path / "public", tmp_path / "labels" / "solution.csv"
    write_yes_no_competition(public, solution, readings=readings, secret="a secret")
    hidden, test = pd.read_csv(solution), pd.read_csv(public / "test.csv")
    assert list(hidden) == ["id", "finished", "Usage"]
    assert list(test) == ["id", *FEATURES]
    assert hidden["id"].tolist() == test["id"].tolist() == list(range(1, 101))
    assert np.array_equal(np.sort(hidden["finished"]), np.sort(readings.test["finished"]))
    assert solution.stat().st_mode & 0o777 == 0o600
