"""What a command of the site says: words and tables, or one JSON document."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from starter_kit.console import plain_words, printable, told, warned
from starter_kit.trouble import Stopped

PIPE_WIDTH = 400

JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON document and nothing else; progress goes to stderr.")
]


@dataclass(frozen=True)
class Say:
    """`say(document, *words)` prints the document with --json, and the words without."""

    as_json: bool

    def __call__(self, document: object, *words: str | Table) -> None:
        if self.as_json:
            typer.echo(json.dumps(document))
            return
        for word in words:
            if isinstance(word, str):
                told.print(printable(word), markup=False)
            else:
                # What goes into a pipe or a file is not folded.
                (told if told.is_terminal else Console(width=PIPE_WIDTH)).print(word)


@contextmanager
def answering(as_json: bool) -> Iterator[Say]:
    """The frame of each command: foreseen trouble ends in its sentence and exit code, Ctrl-C in 130."""
    with plain_words(as_json):
        try:
            yield Say(as_json)
        except (KeyboardInterrupt, typer.Abort) as stopped:
            raise Stopped("Stopped.") from stopped


def aside(sentence: str) -> None:
    """Say something beside the answer, on stderr."""
    warned.print(printable(sentence), markup=False)


def table(titles: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: Sequence[str] = ()) -> Table:
    """A table of texts as they are; the columns named in `numbers` stand right."""
    made = Table(box=SIMPLE_HEAD, padding=(0, 1), show_edge=False)
    for title in titles:
        made.add_column(title, justify="right" if title in numbers else "left", overflow="fold")
    for row in rows:
        made.add_row(*(Text(printable("" if cell is None else str(cell))) for cell in row))
    return made
