"""Every text for people is marked for translation, and so that a catalogue can be made of it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from running_site import ROOT

PLATFORM = ROOT / "platform"
MARKS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
# Where a text for people goes: as this argument, or into a call of this name.
SHOWN_AS = {"help_text", "label", "verbose_name", "verbose_name_plural", "violation_error_message", "description"}
SHOWN_BY = re.compile(
    r"messages\.(debug|info|success|warning|error)|\w*Refused|(\w+\.)?ValidationError|asks_why|Http404"
)
# Commands and settings speak to whoever runs the site; refusals of a command line go to that person too.
FOR_OPERATORS = ("management/", "config/", "grading/label_files.py")
# What the schema of the API says to programmers stays English.
OF_THE_SCHEMA = {"help_text", "description", "summary"}
CODE = re.compile(r"[a-z]+(_[a-z]+)*")
WORD = re.compile(r"[A-Za-z]{2}")
# Abbreviations that are the same in every language.
SAME_EVERYWHERE = {"CSV", "JSON", "SHA-256", "UTC", "Holdout", "· Holdout"}


def sources() -> list[Path]:
    return [path for path in PLATFORM.rglob("*.py") if "migrations" not in path.parts]


def templates() -> list[str]:
    folder = PLATFORM / "templates"
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.*"))


def is_text(node: ast.AST) -> bool:
    """A piece of text with a word in it that stands in the source."""
    return any(
        isinstance(part, ast.Constant) and isinstance(part.value, str) and bool(WORD.search(part.value))
        for part in (node.values if isinstance(node, ast.JoinedStr) else [node])
    )


def is_code(node: ast.AST) -> bool:
    """A word for programs among the arguments, as that of a refusal or a permission."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(CODE.fullmatch(node.value))


def calls_of(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))


def unmarked_in(path: Path) -> list[str]:
    """Where a plain text goes straight to people."""
    found = []
    shown_as = SHOWN_AS - OF_THE_SCHEMA if path.is_relative_to(PLATFORM / "api") else SHOWN_AS
    for call in calls_of(path):
        shown = [keyword.value for keyword in call.keywords if keyword.arg in shown_as]
        if SHOWN_BY.fullmatch(ast.unparse(call.func)):
            shown += [each for each in call.args if not is_code(each)]
        found += [f"{path.relative_to(PLATFORM)}, line {text.lineno}" for text in shown if is_text(text)]
    return found


def unmarked_text(template: str) -> list[str]:
    """The texts of a template outside of its translation tags; commands in <code> are no texts."""
    source = (PLATFORM / "templates" / template).read_text()
    source = re.sub(r"{% *blocktranslate\b.*?{% *endblocktranslate *%}", "¦", source, flags=re.DOTALL)
    source = re.sub(r"<(script|style|code|pre)\b.*?</\1>", "¦", source, flags=re.DOTALL)
    # An ending or a word that a filter puts in.
    said = re.findall(r"""\|(?:pluralize|(?:default|default_if_none|yesno):["'][^"']*[a-z])""", source)
    source = re.sub(r"{%.*?%}|{{.*?}}", "¦", source, flags=re.DOTALL)
    said += re.findall(r'\b(?:aria-label|placeholder|title|alt)="([^"]*)"', source)
    said += re.findall(r'<input type="submit"[^>]*\bvalue="([^"]*)"', source)
    said += re.split(r"¦|<[^>]*>|\n", source)
    pieces = (piece.strip() for text in said for piece in text.split("¦"))
    return [piece for piece in pieces if WORD.search(re.sub(r"&\w+;", "", piece)) and piece not in SAME_EVERYWHERE]


def test_a_marked_text_is_whole_and_stands_in_the_source():
    """Of an f-string, a sum or a text that is filled in before it is marked, nobody can make a catalogue."""
    wrong = [
        f"{path.relative_to(ROOT)}, line {call.lineno}"
        for path in sources()
        for call in calls_of(path)
        if isinstance(call.func, ast.Name) and call.func.id in MARKS
        for argument in call.args[: 2 if call.func.id.startswith(("ng", "pg")) else 1]
        if isinstance(argument, ast.JoinedStr | ast.BinOp)
        or (isinstance(argument, ast.Call) and ast.unparse(argument.func).endswith(".format"))
    ]
    assert wrong == []


def test_a_lazy_text_is_not_filled_in_before_somebody_reads_it():
    """`%` would translate it at once, for nobody; `format_lazy` waits."""
    wrong = [
        f"{path.relative_to(ROOT)}, line {node.lineno}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.BinOp) and ast.unparse(node.left).startswith(("gettext_lazy(", "ngettext_lazy("))
    ]
    assert wrong == []


@pytest.mark.parametrize("template", templates())
def test_a_template_holds_no_text_that_is_not_marked(template):
    assert unmarked_text(template) == []


def test_no_text_goes_to_people_unmarked():
    checked = [path for path in sources() if not any(each in str(path.relative_to(PLATFORM)) for each in FOR_OPERATORS)]
    assert [place for path in checked for place in unmarked_in(path)] == []
