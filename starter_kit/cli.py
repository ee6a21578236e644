"""All commands of the kit, on one app. A command's file is loaded when the command is asked for.

So what talks to the site starts without pandas, and what trains runs where there is no `requests` (the site's own
environment, where the seed runs the kit).
"""

from importlib import import_module
from inspect import cleandoc
from typing import TYPE_CHECKING

import typer
from typer.core import TyperGroup
from typer.main import get_group

from starter_kit.trouble import EXIT_CODES

if TYPE_CHECKING:
    from typer._click import Command, Context

# In the order in which `--help` lists them.
COMMANDS = {
    "starter_kit.entry_commands": ("baselines", "fetch", "train", "predict", "export", "check", "score"),
    "starter_kit.judging_commands": ("tune", "compare", "recommend", "ladder", "report"),
    "starter_kit.site.account_commands": ("login", "logout"),
    "starter_kit.site.competition_commands": ("competitions", "join", "download", "leaderboard", "quota"),
    "starter_kit.site.submission_commands": ("submit", "submissions"),
}
_FILES = {name: file for file, names in COMMANDS.items() for name in names}


class KitCommands(TyperGroup):
    """Commands that are known by name and loaded by file."""

    def list_commands(self, ctx: "Context") -> list[str]:
        """All names."""
        return list(_FILES)

    def get_command(self, ctx: "Context", cmd_name: str) -> "Command | None":
        """The command of that name; None: there is none."""
        if cmd_name not in _FILES:
            # The nearest names are looked for among these.
            self.commands.update((name, _loaded(name)) for name in _FILES)
            return None
        return _loaded(cmd_name)


def _loaded(name: str) -> "Command":
    command = get_group(import_module(_FILES[name]).commands).commands[name]
    # A docstring's line ends are this file's, not the terminal's.
    paragraphs = cleandoc(command.help or "").split("\n\n")
    command.help = "\n\n".join(paragraph.replace("\n", " ") for paragraph in paragraphs)
    return command


app = typer.Typer(
    cls=KitCommands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    epilog=EXIT_CODES,
)


@app.callback(no_args_is_help=True)
def kit() -> None:
    """Train a baseline, score it as the server does, send it, and see where it stands."""
