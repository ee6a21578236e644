"""`python -m starter_kit`: the kit's commands."""

from starter_kit.called import KIT
from starter_kit.cli import app

app(prog_name=KIT)
