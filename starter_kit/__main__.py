"""`python -m starter_kit`: the kit's commands."""

from starter_kit.cli import app

app(prog_name="python -m starter_kit")
