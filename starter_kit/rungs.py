"""What the ladder leaves behind: an entry for each baseline that was fitted and judged."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from starter_kit.held_out import HeldOut
from starter_kit.trouble import KitError

_FILE = "rungs.json"


@dataclass(frozen=True)
class Rung:
    """A baseline on the ladder: MSE on the folder's rows, seconds to fit, the mark it must reach (None: none).

    `losses` are the mean squared errors in training, epoch by epoch; empty where there are no epochs.
    """

    name: str
    family: str
    mse: float
    fit_seconds: float
    must_reach: float | None = None
    losses: tuple[float, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether it reaches its mark."""
        return self.must_reach is None or self.mse <= self.must_reach

    def predictions(self, folder: Path) -> Path:
        """Where its predictions stand."""
        return HeldOut.predictions_in(folder, self.name)


def write_rungs(folder: Path, rungs: Sequence[Rung]) -> None:
    """Write all rungs climbed so far; the file is whole at every moment."""
    arriving = folder / f".{_FILE}"
    arriving.write_text(json.dumps([asdict(rung) for rung in rungs], indent=1) + "\n", encoding="utf-8")
    arriving.replace(folder / _FILE)


def read_rungs(folder: Path) -> list[Rung]:
    """The rungs that `write_rungs` left. Raises KitError when there are none, or the file is not whole."""
    path = folder / _FILE
    again = "python -m starter_kit ladder"
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        rungs = [Rung(**{**entry, "losses": tuple(entry["losses"])}) for entry in entries]
    except FileNotFoundError as error:
        raise KitError(f"{path}: there is no such file. First run: {again}") from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise KitError(f"{path}: cannot be read ({error}). Run: {again}") from error
    if not rungs:
        raise KitError(f"{path}: no baseline has been fitted yet. Run: {again}")
    return rungs
