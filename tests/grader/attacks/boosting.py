"""Boosting: files of random directions, and what their answers add up to (Hardt's "wacky boosting", 2015, for MSE)."""

import math
from dataclasses import dataclass

import numpy as np

from grader.scoring.disclosure import Policy
from tests.grader.attacks.board_oracle import Account, Board

# The size of a step where any will do: seen through the rounding, and inside the range around a mean of 3.9.
PLAIN_STEP = 1.0
# Of a file that is sent in small steps: the size of its direction in units of the last decimal, and how much faster
# than evenly the head start is spent. Of 15 pairs tried the one that learns most on 20,000 rows at 3 decimals; on 1,000
# rows at 2 decimals an amplitude of 0.7 learns more (1.9 % against 1.0 %).
AMPLITUDE, PACE = 1.0, 2.0


@dataclass
class Haul:
    """What was learnt: the mean of direction · residual for each, shape (k,), and the directions, shape (k, n)."""

    directions: np.ndarray
    projections: np.ndarray

    def mined(self, base: np.ndarray) -> np.ndarray:
        """The base plus the likeliest residual: the least one that agrees with what was learnt (ridge)."""
        n = base.size
        gram = self.directions @ self.directions.T
        gram[np.diag_indices_from(gram)] += 0.02 * n
        weights = np.linalg.solve(gram, (n * self.projections).astype(gram.dtype))
        return base + self.directions.T @ weights


def boosting_gain(board: Board, files: int, accounts: int = 1, seed: int = 5) -> float:
    """By which share so many files from each account bring the baseline's public MSE down; nothing else is known."""
    hauls = [_boost(board, board.account(), files, seed + account) for account in range(accounts)]
    directions = np.concatenate([haul.directions for haul in hauls])
    projections = np.concatenate([haul.projections for haul in hauls])
    return board.gain(Haul(directions, projections).mined(board.baseline))


def _directions(files: int, rows: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).choice(np.array([-1.0, 1.0], dtype=np.float32), (files, rows))


def _boost(board: Board, account: Account, files: int, seed: int) -> Haul:
    directions = _directions(files, board.labels.size, seed)
    learn = _from_numbers if board.policy == Policy.PLAIN else _from_the_ladder
    return Haul(directions, learn(board, account, directions))


def _from_numbers(board: Board, account: Account, directions: np.ndarray) -> np.ndarray:
    start = account.send(board.baseline).score
    learnt = []
    for direction in directions:
        moved = board.baseline + PLAIN_STEP * direction
        told = account.send(moved).score
        # S' = S + d² - 2 d mean(direction · residual)
        learnt.append((start + PLAIN_STEP**2 - told) / (2 * PLAIN_STEP))
    return np.array(learnt)


def _from_the_ladder(board: Board, account: Account, directions: np.ndarray) -> np.ndarray:
    """Each direction is added to the team's best; one that is told stays in it, one that is not counts as below."""
    rows, spread = board.labels.size, board.labels.std()
    unit = 10.0**-board.decimals
    # The step that needs the least luck (leak_meter._threshold), and the luck it needs.
    amplitude = min(unit, 2 * spread * math.sqrt(unit / rows))
    step = amplitude * math.sqrt(rows) / (2 * spread)
    luck = max(amplitude, unit) / amplitude + amplitude * rows / (4 * spread**2)
    below = -math.exp(-(luck**2) / 2) / math.sqrt(2 * math.pi) / (1 - math.erfc(luck / math.sqrt(2)) / 2)
    best = board.baseline.copy()
    number = float(np.square(board.labels - board.baseline).mean())  # everyone can compute a constant's score
    learnt = []
    for direction in directions:
        told = account.send(np.clip(best + step * direction, board.lowest, board.highest))
        # What the directions that were already added take from this one's projection.
        taken = float(direction @ (best - board.baseline)) / rows
        if told.word is None:
            learnt.append((number + step**2 - told.score) / (2 * step) + taken)
            best, number = np.clip(best + step * direction, board.lowest, board.highest), told.score
        else:
            learnt.append(below * spread / math.sqrt(rows) + taken)
    return np.array(learnt)


def head_start_gain(board: Board, model: np.ndarray, files: int, accounts: int = 1, seed: int = 5) -> float:
    """The same for a team that has a model far above the baseline and shows it in small steps, a direction in each.

    The gain is a share of the model's MSE. The team is granted what it would have to find out: the public score of
    its model and of every mixture with the baseline.
    """
    directions, learnt = [], []
    for account in range(accounts):
        haul = _sandbag(board, board.account(), model, files, seed + account)
        directions.append(haul.directions)
        learnt.append(haul.projections)
    mined = Haul(np.concatenate(directions), np.concatenate(learnt)).mined(model)
    before = np.square(board.labels - model).mean()
    return float(1.0 - np.square(board.labels - np.clip(mined, board.lowest, board.highest)).mean() / before)


def _sandbag(board: Board, account: Account, model: np.ndarray, files: int, seed: int) -> Haul:
    rows = board.labels.size
    directions = _directions(files, rows, seed)
    residual, towards = board.labels - model, board.baseline - model
    unit = 10.0**-board.decimals
    amplitude = AMPLITUDE * unit
    step = amplitude * math.sqrt(rows) / (2 * float(residual.std()))
    # Two files that are told differ by two directions: their noise is √2 of one's.
    needed_gain = max(unit, math.sqrt(2) * amplitude)
    squares, mixed, spread = (float(np.mean(x)) for x in (residual**2, residual * towards, towards**2))
    shown, learnt = float(np.square(board.labels - board.baseline).mean()), []
    for number, direction in enumerate(directions):
        # What is left of the head start is spent evenly: about half of the files that are left are told.
        left = max(0.0, shown - needed_gain - squares - step**2)
        wanted = shown - min(needed_gain, PACE * left / (files - number)) - step**2
        share = _mixture_that_scores(wanted, squares, mixed, spread)
        honest = squares - 2 * share * mixed + share**2 * spread + step**2
        told = account.send(np.clip(model + share * towards + step * direction, board.lowest, board.highest))
        if told.word is None:
            # S' = S + d² - 2 d mean(direction · residual)
            projection = (honest - told.score) / (2 * step)
            shown = told.score
        else:
            luck = (honest - shown + needed_gain) / amplitude
            projection = -math.exp(-(luck**2) / 2) / math.sqrt(2 * math.pi) / max(_below(luck), 1e-9)
            projection *= amplitude / (2 * step)
        learnt.append(projection + share * float(direction @ towards) / rows)
    return Haul(directions, np.array(learnt))


def _mixture_that_scores(wanted: float, squares: float, mixed: float, spread: float) -> float:
    """The share s of the baseline in [0, 1] at which the mixture's MSE, squares - 2 s mixed + s² spread, is this."""
    root = mixed**2 - spread * (squares - wanted)
    return min(1.0, max(0.0, (mixed + math.sqrt(max(root, 0.0))) / spread))


def _below(luck: float) -> float:
    """The share of a normal distribution below so many standard deviations."""
    return math.erfc(-luck / math.sqrt(2)) / 2
