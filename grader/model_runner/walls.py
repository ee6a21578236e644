"""Whether this machine has the walls that a stranger's model needs, asked once and kept."""

from functools import cache

from grader.model_runner.outcomes import ModelGradingUnavailable
from grader.model_runner.probe import Probe, probe


@cache
def walls_of_this_machine() -> Probe:
    """The probe's answer, asked for once in a process; each run proves its own walls again."""
    return probe()


def require_walls() -> None:
    """Raises ModelGradingUnavailable, with the reason, where the walls are too few."""
    found = walls_of_this_machine()
    if not found.is_enough:
        raise ModelGradingUnavailable(f"Model grading is off on this machine: {found.reason}")
