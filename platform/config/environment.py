"""Settings from the environment: each reader stops the start with one sentence when a value is wrong."""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import environ
from django.conf.locale import LANG_INFO
from django.utils.translation import to_locale

Value = TypeVar("Value")
ROOT = Path(__file__).resolve().parents[2]
environ.Env.read_env(ROOT / ".env")


class WrongSetting(SystemExit):
    """Stops the process; the message says which variable, what was found and what is possible."""


def _read(name: str, default: Value, parse: Callable[[str], Value], expected: str) -> Value:
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    try:
        return parse(text)
    except ValueError:
        raise WrongSetting(f"Wrong setting {name}: found {text!r}; expected {expected}.") from None


def text(name: str, default: str = "") -> str:
    return _read(name, default, str, "text")


def boolean(name: str, default: bool) -> bool:
    """True for 1, true, yes, on; False for 0, false, no, off (any case)."""
    words = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }

    def parse(found: str) -> bool:
        if found.lower() not in words:
            raise ValueError
        return words[found.lower()]

    return _read(name, default, parse, "true or false")


def whole_number(name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    expected = f"a whole number of at least {least}" + (f" and at most {most}" if most is not None else "")

    def parse(found: str) -> int:
        number = int(found)
        if number < least or (most is not None and number > most):
            raise ValueError
        return number

    return _read(name, default, parse, expected)


def names(name: str, default: list[str]) -> list[str]:
    """A list separated by commas."""

    def parse(found: str) -> list[str]:
        parts = [part.strip() for part in found.split(",") if part.strip()]
        if not parts:
            raise ValueError
        return parts

    return _read(name, default, parse, "names separated by commas")


def languages(name: str, source: str, catalogues: Path) -> list[tuple[str, str]]:
    """(code, name in itself) of the source's language and of each that is named, which needs a compiled catalogue."""

    def parse(found: str) -> list[str]:
        codes = [code.strip().lower() for code in found.split(",") if code.strip().lower() != source]
        for code in codes:
            catalogue = catalogues / to_locale(code) / "LC_MESSAGES" / "django.mo"
            if code not in LANG_INFO or not catalogue.is_file():
                raise ValueError
        return codes

    expected = f"codes such as de or pt-br, each with a compiled catalogue in {catalogues}"
    others: list[str] = _read(name, [], parse, expected)
    return [(code, LANG_INFO[code]["name_local"]) for code in (source, *others)]


def address(name: str, default: str, schemes: tuple[str, ...]) -> str:
    """A URL whose scheme is one of `schemes`."""

    def parse(found: str) -> str:
        if urlsplit(found).scheme not in schemes:
            raise ValueError
        return found

    return _read(name, default, parse, "an address that begins with " + " or ".join(f"{s}://" for s in schemes))


def secret(name: str) -> str:
    """What must not stand where many can read it: the setting itself, or the text of the file that NAME_FILE names.

    White space around it does not count. Empty: neither is set.
    """
    value, path = text(name), text(f"{name}_FILE")
    if not path:
        return value
    if value:
        raise WrongSetting(f"Wrong setting {name}_FILE: {name} is set too, and one would hide the other. Unset one.")
    try:
        found = (ROOT / path).read_text(encoding="utf-8").strip()
    except OSError as problem:
        raise WrongSetting(
            f"Wrong setting {name}_FILE: {path} cannot be read ({problem.strerror}); expected a file with the "
            "secret in it that this process may read."
        ) from None
    except UnicodeDecodeError:
        raise WrongSetting(f"Wrong setting {name}_FILE: {path} is no UTF-8 text; expected the secret alone.") from None
    if not found:
        raise WrongSetting(f"Wrong setting {name}_FILE: {path} is empty; expected a file with the secret in it.")
    return found


def secret_address(name: str, default: str, schemes: tuple[str, ...]) -> str:
    """As `address`, of a URL that may carry a password: it may lie in a file, and no message repeats it."""
    found = secret(name) or default
    scheme = urlsplit(found).scheme
    if found and scheme not in schemes:
        shown = f"{scheme}://…@…" if "@" in found else found
        expected = " or ".join(f"{s}://" for s in schemes)
        raise WrongSetting(f"Wrong setting {name}: found {shown!r}; expected an address that begins with {expected}.")
    return found


def moment(name: str) -> datetime | None:
    """An aware time; None: it is not set."""

    def parse(found: str) -> datetime | None:
        at = datetime.fromisoformat(found)
        if at.tzinfo is None:
            raise ValueError
        return at

    return _read(name, None, parse, "a time with its zone, such as 2026-05-03T14:00Z")


def document(name: str) -> str:
    """The text of the file that the setting names, read now; empty: it is not set."""

    def parse(found: str) -> str:
        try:
            return (ROOT / found).read_text(encoding="utf-8")
        except OSError as error:
            raise ValueError from error

    return _read(name, "", parse, "the path of a readable file of Markdown in UTF-8")


# Everything that the site writes lies here.
VAR = Path(text("HOLDOUT_VAR", str(ROOT / "var"))).resolve()
