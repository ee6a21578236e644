"""A board that answers as the site would: accounts send predictions of hidden labels and are told what may be told."""

import math
from dataclasses import dataclass, field

import numpy as np

from grader.scoring.disclosure import Disclosed, Policy, disclosed
from grader.scoring.errors import mean_squared_error, squared_errors
from grader.scoring.score_ladder import Judged, Ladder

STARS = np.array([1.0, 2, 3, 4, 5])
# As the Goodreads ratings: mean 3.9, variance 0.9.
SHARES = np.array([0.02, 0.07, 0.22, 0.37, 0.32])


class Refused(ValueError):
    """A file that the competition does not take."""


@dataclass
class Board:
    """The public part of a competition of stars, scored by MSE; the ladder begins at `baseline`, shape (n,)."""

    labels: np.ndarray
    policy: Policy
    decimals: int
    baseline: np.ndarray
    lowest: float = 1.0
    highest: float = 5.0

    def judged(self, predictions: np.ndarray) -> Judged:
        """The file's score and losses. Raises Refused for a number that is not finite or out of range."""
        inside = np.isfinite(predictions) & (predictions >= self.lowest) & (predictions <= self.highest)
        if not inside.all():
            raise Refused(f"Row {int(np.argmin(inside))}: {predictions[np.argmin(inside)]} is out of range.")
        return Judged(mean_squared_error(self.labels, predictions), squared_errors(self.labels, predictions))

    def account(self) -> "Account":
        """A new team, with a ladder of its own."""
        return Account(self)

    def gain(self, predictions: np.ndarray) -> float:
        """By which share these, pulled into the range, are better than the baseline: what an attack has brought."""
        mined = np.clip(predictions, self.lowest, self.highest)
        return 1.0 - mean_squared_error(self.labels, mined) / mean_squared_error(self.labels, self.baseline)


@dataclass
class Account:
    """What one team does and sees: `number` is its score on the board, which everyone reads."""

    board: Board
    number: float | None = None
    ladder: Ladder = field(init=False)

    def __post_init__(self) -> None:
        self.ladder = Ladder(self.board.judged(self.board.baseline), self.board.decimals)

    def send(self, predictions: np.ndarray) -> Disclosed:
        """Send a file."""
        judged = self.board.judged(predictions)
        if self.board.policy == Policy.PLAIN:
            told = Disclosed(disclosed(judged.score, self.board.decimals))
            self.number = min(told.score, math.inf if self.number is None else self.number)
            return told
        self.ladder, told = self.ladder.tell(judged)
        self.number = told.score
        return told


def board_of_stars(rows: int, policy: Policy, decimals: int, seed: int = 1, **changed) -> Board:
    """Labels drawn as ratings are; the baseline is their mean, which says nothing of a single row."""
    labels = np.random.default_rng(seed).choice(STARS, rows, p=SHARES)
    return Board(labels, policy, decimals, **{"baseline": np.full(rows, labels.mean()), **changed})


def honest_model(board: Board, mse: float, seed: int = 2) -> np.ndarray:
    """Predictions inside the range whose MSE is about this: the labels, pulled to their mean, and noise of its own."""
    random = np.random.default_rng(seed)
    spread = board.labels.var()
    # The best linear guess from a sight of the label with noise s: its MSE is σ² s² / (σ² + s²).
    weight = 1.0 - mse / spread
    noise = np.sqrt(mse * spread / (spread - mse))
    seen = board.labels + noise * random.standard_normal(board.labels.size)
    return np.clip(board.labels.mean() + weight * (seen - board.labels.mean()), board.lowest, board.highest)
