"""Reading the archive's JSON field by field: what is of the wrong kind ends in a sentence."""

from datetime import datetime

from grader.scoring.commitment import Fact, Facts
from grader.verify.opening import BadArchive

# As large as a score can be.
LARGEST_NUMBER = 1e308


class Record:
    """An object of the archive's JSON. Each reading raises BadArchive where the field is missing or of another kind."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise BadArchive(f"{where}: an object was expected, not {_kind(value)}. Download the archive again.")
        self._fields: dict[str, object] = value
        self._where = where

    def text(self, name: str) -> str:
        value = self._field(name)
        if not isinstance(value, str) or _is_broken(value):
            raise self._wrong(name, "a text")
        return value

    def whole(self, name: str) -> int:
        value = self._field(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._wrong(name, "a whole number")
        return value

    def number(self, name: str) -> float:
        value = self._field(name)
        if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) <= LARGEST_NUMBER:
            raise self._wrong(name, "a finite number")
        return float(value)

    def truth(self, name: str) -> bool:
        value = self._field(name)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false")
        return value

    def moment(self, name: str) -> datetime:
        try:
            value = datetime.fromisoformat(self.text(name))
        except ValueError:
            raise self._wrong(name, "a time") from None
        if value.tzinfo is None:
            raise self._wrong(name, "a time with its zone")
        return value

    def whole_or_none(self, name: str) -> int | None:
        return None if self._field(name) is None else self.whole(name)

    def number_or_none(self, name: str) -> float | None:
        return None if self._field(name) is None else self.number(name)

    def text_or_none(self, name: str) -> str | None:
        return None if self._field(name) is None else self.text(name)

    def record(self, name: str) -> "Record":
        return Record(self._field(name), f"{self._where}, {name}")

    def records(self, name: str) -> list["Record"]:
        return records(self._field(name), f"{self._where}, {name}")

    def facts(self) -> Facts:
        """All its fields: texts, numbers, yes or no, nothing."""
        found: dict[str, Fact] = {}
        for name, value in self._fields.items():
            is_fact = value is None or isinstance(value, str | int | float | bool)
            if not is_fact or _is_broken(name) or (isinstance(value, str) and _is_broken(value)):
                raise self._wrong(name, "a text or a number")
            found[name] = value  # type: ignore[assignment]
        return found

    def _field(self, name: str) -> object:
        if name not in self._fields:
            raise BadArchive(f"{self._where}: there is no {name!r}. Download the archive again.")
        return self._fields[name]

    def _wrong(self, name: str, expected: str) -> BadArchive:
        found = _kind(self._fields.get(name))
        return BadArchive(f"{self._where}: {name!r} is {found}, not {expected}. Download the archive again.")


def records(value: object, where: str) -> list[Record]:
    """The objects of a list."""
    if not isinstance(value, list):
        raise BadArchive(f"{where}: a list was expected, not {_kind(value)}. Download the archive again.")
    return [Record(item, f"{where}, number {number}") for number, item in enumerate(value, 1)]


def _is_broken(text: str) -> bool:
    """Whether it holds half a character (a lone surrogate), which JSON can spell and UTF-8 cannot."""
    return any("\ud800" <= character <= "\udfff" for character in text)


def _kind(value: object) -> str:
    return f"{type(value).__name__} {str(value)[:40]!r}"
