"""A language in which every translated text stands between ⟦ and ⟧, so that what is not translated shows."""

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser

from django.apps import apps
from django.db.models import Field, FileField, Model
from django.utils.translation import trans_real

# One for which Django has no formats of its own, whose letters would stand on the page.
CODE = "ia"
SPOKEN_ATTRIBUTES = ("aria-label", "placeholder", "title", "alt")
SILENT = {"script", "style", "code", "pre", "svg", "textarea"}


class PseudoLanguage(trans_real.DjangoTranslation):
    """Takes the place of a catalogue: no file is read."""

    def __init__(self) -> None:
        super().__init__("en")

    def to_language(self) -> str:
        return CODE

    def gettext(self, message: str) -> str:
        """Django puts a context before the message, with a separator."""
        said = message.rpartition(trans_real.CONTEXT_SEPARATOR)[2]
        return f"⟦{said}⟧" if said else said

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return self.gettext(singular if n == 1 else plural)


class Texts(HTMLParser):
    """What a reader of the page sees or hears, in pieces."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        self.pieces += [values[name] or "" for name in SPOKEN_ATTRIBUTES if name in values]
        if tag == "input" and values.get("type") in ("submit", "button"):
            self.pieces.append(values.get("value") or "")
        if tag in SILENT:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_data(self, text: str) -> None:
        if not self._open:
            self.pieces.append(text)


def untranslated(page: str, known: Iterable[str]) -> list[str]:
    """The words of a page outside of ⟦ and ⟧, but for what is `known`: names, stored texts."""
    texts = Texts()
    texts.feed(page)
    # A sentence may have links in it, so brackets are matched over the whole page.
    said, depth = [], 0
    for character in "¦".join(texts.pieces):
        depth += (character == "⟦") - (character == "⟧")
        said.append("¦" if depth or character in "⟦⟧" else character)
    left = re.sub("|".join(map(re.escape, sorted(known, key=len, reverse=True))), "¦", "".join(said))
    return [piece.strip() for piece in re.split(r"¦|\n", left) if re.search(r"[A-Za-z]{2}", piece)]


def stored_texts() -> set[str]:
    """Whatever a row says in words of its own: names, reasons, file names. A choice has a label, and is none."""
    texts: set[str] = set()
    for model in apps.get_models():
        fields = [field for field in model._meta.local_fields if not field.choices]
        for row in model._default_manager.all():
            texts.add(str(row.pk))
            texts.update(text for field in fields for text in _texts_of(row, field) if len(text) > 1)
    return texts


def _texts_of(row: Model, field: "Field") -> Iterator[str]:
    value = getattr(row, field.attname)
    if isinstance(field, FileField):
        yield from (value.name or "", (value.name or "").rpartition("/")[2])
        return
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, str):
            # Longer ones are shown cut, or line by line.
            yield from (found, *found.splitlines())
        elif isinstance(found, dict | list):
            waiting += found.values() if isinstance(found, dict) else found
