"""Tuning: which numbers there are, how a search steps, and what is kept of it."""

import json
from dataclasses import dataclass

import numpy as np
import pytest

from datasets.synthetic import make_world
from datasets.tables import read_ratings
from starter_kit.baselines.baseline import Baseline
from starter_kit.baselines.damped_biases import DampedBiases
from starter_kit.baselines.memory_based import HybridNeighbours
from starter_kit.baselines.registry import BASELINES
from starter_kit.held_out import parted
from starter_kit.hyper_parameters import settings_of, with_settings
from starter_kit.trouble import KitError
from starter_kit.tuning import Tuned, neighbour, search, until

WORLD = make_world("tuning", users=60, books=80, ratings=1_500)
TRAIN, VALIDATION = parted(WORLD.train, share=0.25, seed=1)


def trials(estimator, count: int, seed: int = 1) -> list:
    found: list = []
    return until(
        search(estimator, TRAIN, VALIDATION, WORLD.books, seed=seed), lambda: len(found) >= count, found.append
    )


def test_the_numbers_of_an_estimator_and_of_its_parts_have_names():
    found = settings_of(HybridNeighbours())
    assert found["user_share"] == 0.4
    assert found["by_book.nearest"] == 30
    assert found["base.user_damping"] == 3.0
    assert "by_book.similarity" not in found


def test_a_number_of_a_part_is_changed_and_nothing_else():
    changed = with_settings(HybridNeighbours(), {"by_book.nearest": 7, "by_book.damping": 0.5, "user_share": 0.1})
    assert (changed.by_book.nearest, changed.by_book.damping, changed.user_share) == (7, 0.5, 0.1)
    assert settings_of(changed) == settings_of(HybridNeighbours()) | {
        "by_book.nearest": 7,
        "by_book.damping": 0.5,
        "user_share": 0.1,
    }


def test_an_unknown_number_is_refused_by_name():
    with pytest.raises(KitError, match="no hyper-parameter 'lamda'; there are: user_damping"):
        with_settings(DampedBiases(), {"lamda": 1.0})


def test_a_step_changes_one_or_two_numbers_and_keeps_whole_ones_whole():
    random = np.random.default_rng(1)
    start = {"factors": 1, "rounds": 20, "damping": 0.5, "missing": 0.0, "skipped": 0}
    for _ in range(200):
        stepped = neighbour(start, random)
        changed = [name for name in start if stepped[name] != start[name]]
        assert len(changed) <= 2
        assert isinstance(stepped["factors"], int)
        assert isinstance(stepped["rounds"], int)
        assert min(stepped["factors"], stepped["rounds"]) >= 1
        assert stepped["damping"] > 0
        assert (stepped["missing"], stepped["skipped"]) == (0.0, 0)


def test_the_search_begins_with_the_defaults_and_finds_better_ones():
    found = trials(DampedBiases(user_damping=300.0, book_damping=0.01, rounds=10), 25)
    assert found[0].settings == {"user_damping": 300.0, "book_damping": 0.01, "rounds": 10}
    assert min(trial.mse for trial in found) < found[0].mse - 0.01


def test_the_same_seed_tries_the_same():
    one, two = (trials(DampedBiases(), 6) for _ in range(2))
    assert [(trial.settings, trial.mse) for trial in one] == [(trial.settings, trial.mse) for trial in two]
    assert [trial.settings for trial in trials(DampedBiases(), 6, seed=2)] != [trial.settings for trial in one]


@dataclass(frozen=True)
class Fragile(DampedBiases):
    """Biases that cannot be fitted with less damping."""

    def fit(self, train, books, *, seed, report):
        if self.user_damping < 3.0:
            raise ValueError("too little")
        return super().fit(train, books, seed=seed, report=report)


def test_settings_that_cannot_be_fitted_are_passed_over():
    found = trials(Fragile(), 8)
    assert len(found) == 8
    assert all(trial.settings["user_damping"] >= 3.0 for trial in found)
    assert found[-1].number > 7


@dataclass(frozen=True)
class OnlyAsItIs(DampedBiases):
    """Biases that find room in memory with the defaults alone."""

    def fit(self, train, books, *, seed, report):
        if self != OnlyAsItIs():
            raise MemoryError
        return super().fit(train, books, seed=seed, report=report)


def test_time_is_up_also_when_no_trial_can_be_fitted():
    asked = iter([False, False, False, True])
    kept = until(search(OnlyAsItIs(), TRAIN, VALIDATION, WORLD.books, seed=1), lambda: next(asked), lambda trial: None)
    assert [trial.number for trial in kept] == [0]
    assert next(asked, None) is None


@dataclass(frozen=True)
class Doomed(DampedBiases):
    """Biases whose second fit brings the program down."""

    def fit(self, train, books, *, seed, report):
        if self != Doomed():
            raise RuntimeError("nobody foresaw this")
        return super().fit(train, books, seed=seed, report=report)


class DoomedBaseline(Baseline):
    """Offers `Doomed` to the commands."""

    def estimator(self):
        return Doomed()


def test_the_best_so_far_is_kept_when_a_trial_brings_the_program_down(alice, competition, tmp_path, monkeypatch):
    monkeypatch.setitem(BASELINES, "doomed", DoomedBaseline("doomed", "family", "summary", "", False, 1.0, None))
    result = alice("tune", "doomed", "--data", competition.public, "--work", tmp_path)
    assert isinstance(result.exception, RuntimeError)
    assert Tuned.read(tmp_path / "tuned" / "doomed.json").settings == settings_of(DampedBiases())


def test_what_was_tried_before_ctrl_c_is_kept():
    heard: list = []

    def interrupted(trial) -> None:
        heard.append(trial)
        if len(heard) == 3:
            raise KeyboardInterrupt

    kept = until(search(DampedBiases(), TRAIN, VALIDATION, WORLD.books, seed=1), lambda: False, interrupted)
    assert kept == heard
    assert len(kept) == 3


def test_tune_keeps_what_train_then_uses(alice, competition, tmp_path):
    words = ("--data", competition.public, "--work", tmp_path)
    tuned = alice("tune", "biases", *words, "--trials", 12)
    assert tuned.exit_code == 0, tuned.output
    assert "12 trials. Against the defaults:" in tuned.stdout
    assert f"train biases --tuned --work {tmp_path}" in tuned.stdout
    kept = json.loads((tmp_path / "tuned" / "biases.json").read_text())
    assert set(kept.pop("settings")) == {"user_damping", "book_damping", "rounds"}
    count = len(read_ratings(competition.public / "train.csv"))
    assert kept == {"seed": 1, "held_out_share": 0.1, "rating_count": count}
    plain, better = (alice("train", "biases", *words, *flag).stdout for flag in ((), ("--tuned",)))
    assert plain.splitlines()[1] != better.splitlines()[1]


@pytest.mark.parametrize("other", [("--seed", 2), ("--held-out-share", 0.2)])
def test_no_local_score_on_ratings_that_were_tuned_on(alice, competition, tmp_path, other):
    words = ("--data", competition.public, "--work", tmp_path)
    alice("tune", "biases", *words, "--trials", 2)
    refused = alice("train", "biases", "--tuned", *words, *other)
    assert refused.exit_code == 1
    assert "the local score would be one of ratings that it was tuned on" in refused.stderr
    assert f"tune biases --seed {2 if '--seed' in other else 1} --held-out-share" in refused.stderr
    again = alice("tune", "biases", *words, *other, "--trials", 2)
    assert f"train biases --tuned {other[0]} {other[1]} --work" in again.stdout
    assert alice("train", "biases", "--tuned", *words, *other).exit_code == 0


def test_tuned_on_other_ratings_is_refused_too():
    tuned = Tuned({"rounds": 3}, seed=1, held_out_share=0.1, rating_count=1_500)
    tuned.require_unseen("biases", seed=1, held_out_share=0.1, rating_count=1_500)
    with pytest.raises(KitError, match=r"of 1,500 ratings\. .* of 1,600 the local score"):
        tuned.require_unseen("biases", seed=1, held_out_share=0.1, rating_count=1_600)


@pytest.mark.parametrize("text", ['{"rounds": 3}', "[1]", '{"settings": {}, "seed": 1}', "{"])
def test_settings_that_do_not_say_what_they_were_tuned_on_are_not_used(tmp_path, text):
    (tmp_path / "biases.json").write_text(text)
    with pytest.raises(KitError, match=r"cannot be read.*Run again: python -m starter_kit tune biases"):
        Tuned.read(tmp_path / "biases.json")


def test_without_budget_only_the_defaults_are_tried(alice, competition, tmp_path):
    result = alice("tune", "biases", "--data", competition.public, "--work", tmp_path, "--budget", 0)
    assert "1 trials. Against the defaults: +0.0000" in result.stdout


def test_training_with_settings_that_nobody_tuned_names_the_command(alice, competition, tmp_path):
    result = alice("train", "biases", "--tuned", "--data", competition.public, "--work", tmp_path)
    assert result.exit_code == 1
    assert "First run: python -m starter_kit tune biases" in result.stderr


def test_a_baseline_without_numbers_says_so(alice, competition, tmp_path):
    result = alice("tune", "global-mean", "--data", competition.public, "--work", tmp_path)
    assert result.exit_code == 1
    assert "This baseline has no numbers to tune." in result.stderr
