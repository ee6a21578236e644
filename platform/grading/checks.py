"""`manage.py check` says whether SavedModels could be run on this machine, and behind which walls."""

from typing import Any

from django.core.checks import CheckMessage, Info, Warning, register

from grader.model_runner.walls import walls_of_this_machine


@register("model_grading")
def models_can_be_run(**_: Any) -> list[CheckMessage]:
    """One message: the layers that stand, or why they are too few. `./run walls` prints the whole table."""
    found = walls_of_this_machine()
    if found.is_enough:
        layers = ", ".join(layer.name for layer in found.layers if layer.is_standing)
        return [Info(f"SavedModels can be run here, behind these walls: {layers}.", id="holdout.I001")]
    return [
        Warning(
            f"Model grading is off on this machine: {found.reason}",
            hint="Prediction files are graded all the same; SavedModels wait. `./run walls` prints the layers.",
            id="holdout.W001",
        )
    ]
