"""What became of each field of a bundle, and why."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Fate(TextChoices):
    """What became of a field."""

    MAPPED = "mapped", _("mapped")
    DIFFERS = "differs", _("mapped, but it means something else here")
    NOT_MAPPED = "not_mapped", _("not mapped")
    WARNING = "warning", _("look at this")


@dataclass(frozen=True)
class Line:
    """One field by its place in the bundle's competition.yaml, what became of it, and a sentence on it."""

    place: str
    fate: Fate
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.fate.label}. {self.text}"


@dataclass
class Report:
    """The lines in the order of the bundle."""

    lines: list[Line] = field(default_factory=list)

    def mapped(self, place: str, text: str) -> None:
        """The field is as it was."""
        self.lines.append(Line(place, Fate.MAPPED, text))

    def differs(self, place: str, text: str) -> None:
        """The field is taken, and does not do quite the same."""
        self.lines.append(Line(place, Fate.DIFFERS, text))

    def not_mapped(self, place: str, text: str) -> None:
        """The field has no place here."""
        self.lines.append(Line(place, Fate.NOT_MAPPED, text))

    def warn(self, place: str, text: str) -> None:
        """The organizer should look before publishing."""
        self.lines.append(Line(place, Fate.WARNING, text))

    def __iter__(self) -> Iterator[Line]:
        return iter(self.lines)
