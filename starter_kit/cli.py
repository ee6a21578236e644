"""All commands of the kit, on one app: a command joins it when its file is loaded."""

from starter_kit import entry_commands, judging_commands
from starter_kit.console import app

__all__ = ["app", "entry_commands", "judging_commands"]
