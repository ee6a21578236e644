"""A wrong setting stops the start with one sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config import environment
from config.environment import ROOT


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


def test_a_secret_may_lie_in_a_file(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("a long random text\n")
    monkeypatch.setenv("HOLDOUT_X_FILE", str(tmp_path / "secret"))
    assert environment.secret("HOLDOUT_X") == "a long random text"
    monkeypatch.delenv("HOLDOUT_X_FILE")
    assert environment.secret("HOLDOUT_X") == ""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read (No such file or directory); expected a file with the secret in it that this "),
        (b" \n", "is empty; expected a file with the secret in it."),
        (b"\xff\xfe", "is no UTF-8 text; expected the secret alone."),
    ],
)
def test_a_secret_file_without_a_secret_stops_the_start(monkeypatch, tmp_path, content, said):
    if content is not None:
        (tmp_path / "secret").write_bytes(content)
    monkeypatch.setenv("HOLDOUT_X_FILE", str(tmp_path / "secret"))
    with pytest.raises(SystemExit) as stopped:
        environment.secret("HOLDOUT_X")
    assert str(stopped.value).startswith(f"Wrong setting HOLDOUT_X_FILE: {tmp_path / 'secret'} {said}")


def test_a_secret_said_twice_stops_the_start(monkeypatch, tmp_path):
    monkeypatch.setenv("HOLDOUT_X", "one")
    monkeypatch.setenv("HOLDOUT_X_FILE", str(tmp_path / "secret"))
    with pytest.raises(SystemExit, match="HOLDOUT_X is set too, and one would hide the other"):
        environment.secret("HOLDOUT_X")


def test_a_wrong_address_with_a_password_is_refused_without_repeating_it(monkeypatch):
    monkeypatch.setenv("HOLDOUT_X", "mysql://holdout:hush@host/holdout")
    with pytest.raises(SystemExit) as stopped:
        environment.secret_address("HOLDOUT_X", "", ("postgres",))
    assert "found 'mysql://…@…'; expected an address that begins with postgres://." in str(stopped.value)
    assert "hush" not in str(stopped.value)


def test_passwords_from_files_come_into_the_addresses(tmp_path):
    for name, text in (("key", "k" * 50), ("database", "p@ss"), ("broker", "a/b@c"), ("mail", "m@il")):
        (tmp_path / name).write_text(text)
    shown = "print(s.SECRET_KEY, s.DATABASES['default']['PASSWORD'], s.CELERY_BROKER_URL, s.EMAIL_HOST_PASSWORD)"
    kept = {name: value for name, value in os.environ.items() if name not in ("SECRET_KEY", "DATABASE_URL")}
    done = subprocess.run(
        [sys.executable, "-c", f"from config import settings as s; {shown}"],
        env={
            **kept,
            "PYTHONPATH": os.pathsep.join((str(ROOT / "platform"), str(ROOT))),
            "HOLDOUT_VAR": str(tmp_path / "var"),
            "SECRET_KEY_FILE": str(tmp_path / "key"),
            "DATABASE_URL": "postgres://holdout@postgres/holdout",
            "DATABASE_PASSWORD_FILE": str(tmp_path / "database"),
            "REDIS_URL": "redis://redis:6379/0",
            "REDIS_PASSWORD_FILE": str(tmp_path / "broker"),
            "EMAIL_URL": "smtp+tls://holdout@mail:587",
            "EMAIL_PASSWORD_FILE": str(tmp_path / "mail"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["k" * 50, "p@ss", "redis://:a%2Fb%40c@redis:6379/0", "m@il"], done.stderr
