"""What all commands share: what is told and warned, foreseen trouble in plain words, progress bars. Loads quickly."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from datasets.table_error import TableError
from grader.scoring.rejection import Rejected
from starter_kit.reporting import Report
from starter_kit.trouble import ExitCode, KitError

told = Console(soft_wrap=True, highlight=False)
warned = Console(stderr=True, soft_wrap=True, highlight=False)


@contextmanager
def plain_words(as_json: bool = False) -> Iterator[None]:
    """What can be foreseen ends in its sentence on stderr and its exit code, never in a traceback.

    With `as_json` the one document on stdout says the same: {"error": {"exit_code", "detail", …}}.
    """
    try:
        yield
    except (KitError, TableError, Rejected, OSError) as error:
        sentence, exit_code = _sentence_of(error), _exit_code_of(error)
        warned.print(printable(sentence), markup=False)
        if as_json:
            facts = error.facts if isinstance(error, KitError) else {}
            typer.echo(json.dumps({"error": {"exit_code": exit_code, "detail": sentence, **facts}}))
        raise typer.Exit(exit_code) from error


def printable(text: str) -> str:
    """`text` without what a terminal would obey instead of showing: names come from strangers."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else "�" for letter in text)


def bars() -> Progress:
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    return Progress(*columns, console=warned, transient=True)


def bar_in(progress: Progress, what: str) -> Report:
    """A new bar, and what moves it; it goes when it is full."""
    bar = progress.add_task(what, total=None)

    def heard(done: int, total: int) -> None:
        progress.update(bar, completed=done, total=total, visible=done < total)

    return heard


def _sentence_of(error: Exception) -> str:
    if isinstance(error, Rejected):
        return f"Rejected, as the server would:\n{error}"
    if isinstance(error, OSError):
        return f"{error.filename or 'A file'}: {error.strerror or error}."
    return str(error)


def _exit_code_of(error: Exception) -> int:
    return int(error.exit_code if isinstance(error, KitError) else ExitCode.THEIRS_TO_MEND)
