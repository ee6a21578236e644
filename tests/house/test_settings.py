"""A wrong setting stops the start with one sentence."""

from pathlib import Path

import pytest

from config import environment


@pytest.mark.parametrize(
    ("reader", "value", "sentence"),
    [
        (lambda: environment.boolean("HOLDOUT_X", True), "maybe", "found 'maybe'; expected true or false."),
        (lambda: environment.whole_number("HOLDOUT_X", 5, least=1), "0", "found '0'; expected a whole number of at"),
        (lambda: environment.whole_number("HOLDOUT_X", 5, least=1, most=9), "10", "at least 1 and at most 9."),
        (lambda: environment.whole_number("HOLDOUT_X", 5), "five", "found 'five'"),
        (lambda: environment.names("HOLDOUT_X", ["a"]), " , ", "expected names separated by commas."),
        (
            lambda: environment.languages("HOLDOUT_X", "en", Path()),
            "de",
            "expected codes such as de or pt-br,",
        ),
        (lambda: environment.address("HOLDOUT_X", "", ("redis",)), "http://x", "begins with redis://."),
    ],
)
def test_a_wrong_value_is_named_with_what_is_possible(monkeypatch, reader, value, sentence):
    monkeypatch.setenv("HOLDOUT_X", value)
    with pytest.raises(SystemExit) as stopped:
        reader()
    message = str(stopped.value)
    assert message.startswith("Wrong setting HOLDOUT_X: found ")
    assert sentence in message
    assert "\n" not in message


def test_an_empty_value_is_the_default(monkeypatch):
    monkeypatch.setenv("HOLDOUT_X", "  ")
    assert environment.whole_number("HOLDOUT_X", 7) == 7
    assert environment.boolean("HOLDOUT_X", True) is True


def test_right_values_are_read(monkeypatch):
    monkeypatch.setenv("HOLDOUT_X", "No")
    assert environment.boolean("HOLDOUT_X", True) is False
    monkeypatch.setenv("HOLDOUT_X", "a, b")
    assert environment.names("HOLDOUT_X", []) == ["a", "b"]


def test_a_language_is_offered_once_its_catalogue_is_there(monkeypatch, tmp_path):
    monkeypatch.setenv("HOLDOUT_X", "en, pt-BR")
    catalogue = tmp_path / "pt_BR" / "LC_MESSAGES" / "django.mo"
    catalogue.parent.mkdir(parents=True)
    catalogue.touch()
    offered = environment.languages("HOLDOUT_X", "en", tmp_path)
    assert offered == [("en", "English"), ("pt-br", "Português Brasileiro")]
