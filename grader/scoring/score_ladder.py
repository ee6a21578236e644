"""The ladder: a board that cannot be climbed by luck (Blum & Hardt, ICML 2015, the parameter-free form).

A score is told only when it beats the team's best by more than the noise of the paired difference; otherwise the
team's old number stands. Two things are added to the paper. The ladder starts at the organizer's baseline, not at
infinity, so that the first rungs need a model. And a step must exceed one unit of the last decimal, for the noise of
a step on a single row is as small as the step itself: √(1 - 1/n) of it.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from grader.scoring.arrays import Float64Array
from grader.scoring.disclosure import Disclosed, Word, disclosed


@dataclass(frozen=True, eq=False)
class Judged:
    """A file's exact public score, and its loss on each public row, shape (n,), the smaller the better.

    `losses` None: the metric has none by row; then the ladder needs a standard error with each file.
    """

    score: float
    losses: Float64Array | None = None

    def __post_init__(self) -> None:
        if not math.isfinite(self.score):
            raise ValueError(f"A score of {self.score} cannot stand on a ladder.")
        if self.losses is not None and (
            self.losses.ndim != 1 or self.losses.size == 0 or not np.isfinite(self.losses).all()
        ):
            raise ValueError(f"Losses must be finite and of shape (n,), n > 0; these have shape {self.losses.shape}.")


@dataclass(frozen=True)
class Ladder:
    """Where a team stands: its best file, or the baseline while `is_above_baseline` is False.

    A new team begins as Ladder(baseline, decimals, lower_is_better). `tell` changes nothing here: it gives the next
    ladder, so a board can be made anew by telling the same files in the same order.
    """

    best: Judged
    decimals: int
    lower_is_better: bool = True
    is_above_baseline: bool = False

    def tell(self, file: Judged, standard_error: float | None = None) -> tuple["Ladder", Disclosed]:
        """The team's ladder after this file, and what the team is told.

        `standard_error`, of the difference of the two scores, is for metrics without losses by row (from
        replicates, say). Raises ValueError when neither losses on the same rows nor a standard error are there.
        """
        if self._is_clearly_better(file, standard_error):
            after = replace(self, best=file, is_above_baseline=True)
            return after, after.standing()
        word = Word.NO_IMPROVEMENT if self.is_above_baseline else Word.BELOW_BASELINE
        return self, replace(self.standing(), word=word)

    def standing(self) -> Disclosed:
        """The team's number on the board, as it was told; None before it is clearly above the baseline."""
        return Disclosed(disclosed(self.best.score, self.decimals) if self.is_above_baseline else None)

    def _is_clearly_better(self, file: Judged, standard_error: float | None) -> bool:
        gain = self.best.score - file.score if self.lower_is_better else file.score - self.best.score
        if standard_error is None:
            is_beyond_noise = _is_beyond_noise(self.best.losses, file.losses)
        elif math.isfinite(standard_error) and standard_error >= 0:
            is_beyond_noise = gain > standard_error
        else:
            raise ValueError(f"A standard error is finite and 0 or more, not {standard_error}.")
        return is_beyond_noise and gain > 10.0**-self.decimals


def _is_beyond_noise(best: Float64Array | None, new: Float64Array | None) -> bool:
    """Whether the mean loss fell by more than the standard error of the mean of the rows' differences."""
    if best is None or new is None:
        raise ValueError("A metric without a loss for each row needs a standard error.")
    if best.shape != new.shape:
        raise ValueError(f"Losses on {best.shape} and {new.shape} rows: only the same rows can be paired.")
    differences = best - new
    return bool(differences.mean() > differences.std() / math.sqrt(differences.size))
