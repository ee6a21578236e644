"""Attacks that read labels off slice reports, with everything about the slices known but the labels."""

from dataclasses import dataclass
from itertools import combinations_with_replacement, product

import numpy as np

from grader.scoring.disclosure import disclosed
from grader.scoring.errors import squared_errors
from grader.scoring.metrics import METRICS
from grader.scoring.slices import Partition, Slice, by_count, by_level, by_novelty, told
from tests.grader.attacks.board_oracle import STARS, Board

LEAST_ROWS = 500
TRIALS, DECODED = 20, 0.95
MSE = METRICS["mse"]


@dataclass(frozen=True)
class ReportingBoard:
    """A board of stars whose files get slice reports. `most` is the largest loss that the steps are made for."""

    board: Board
    things: tuple[Partition, ...]
    most: float = 16.0
    decimals: int = 3

    def report(self, predictions: np.ndarray) -> list[Slice]:
        """What the owner of the file is told."""
        losses = squared_errors(self.board.labels, predictions)
        return told(MSE, losses, self.things, most=self.most, decimals=self.decimals, least_rows=LEAST_ROWS)

    def score(self, predictions: np.ndarray) -> float:
        """What the board tells of the file."""
        return disclosed(self.board.judged(predictions).score, self.board.decimals)

    def members(self) -> list[np.ndarray]:
        """The rows of each slice, bool (n,), in the order of the report: whoever knows all labels could say them."""
        rows = np.arange(self.board.labels.size, dtype=np.float64)
        found = []
        for told_of in self.report(np.full(rows.size, 3.0)):
            thing = next(thing for thing in self.things if thing.about == told_of.about)
            spans = combinations_with_replacement(range(thing.part_count), 2)
            first, last = next(span for span in spans if _named(thing, span) == told_of.name)
            found.append((thing.part >= first) & (thing.part <= last))
        return found


def _named(thing: Partition, span: tuple[int, int]) -> str | None:
    """What these parts together are called; None: no name, as of all parts of the cold start."""
    return None if span == (0, thing.part_count - 1) else thing.name(*span)


def reporting_board(board: Board, **changed) -> ReportingBoard:
    """Users and items as busy as in a real library: a few unknown, many with some ratings, some with hundreds."""
    random = np.random.default_rng(5)
    size = board.labels.size
    users, items = (np.floor(np.exp(random.normal(2.2, 1.6, size))).astype(np.int64) for _ in range(2))
    level = by_level(MSE, board.labels, 1.0, 5.0)
    assert level is not None
    things = (by_count("user", users), by_count("item", items), by_novelty(users, items), level)
    return ReportingBoard(board, things, **changed)


def labels_decoded_with_report(site: ReportingBoard, most_labels: int = 3, width: float = 4.0) -> int:
    """The most labels that one file and its report spell out beside an honest reference with a report of its own.

    The rows move from 1 by width, width / 5 …; of all combinations of labels the one is taken that fits the told
    changes best, the board's and every slice's.
    """
    board, members = site.board, site.members()
    random = np.random.default_rng(3)
    base = np.full(board.labels.size, board.labels.mean())
    decoded = 0
    for count in range(1, most_labels + 1):
        right = 0
        for _ in range(TRIALS):
            rows = random.choice(board.labels.size, count, replace=False)
            right += _spells_out(site, members, base, rows, width)
        if right < DECODED * TRIALS:
            break
        decoded = count
    return decoded


def _spells_out(
    site: ReportingBoard, members: list[np.ndarray], base: np.ndarray, rows: np.ndarray, width: float
) -> bool:
    before = base.copy()
    before[rows] = 1.0
    after = before.copy()
    after[rows] += width / 5.0 ** np.arange(rows.size)
    first, second = site.report(before), site.report(after)
    changes = [(b.score - a.score) for a, b in zip(first, second, strict=True)]
    steps = [each.step for each in first]
    changes.append(site.score(after) - site.score(before))
    steps.append(10.0**-site.board.decimals)
    fits = []
    for guess in product(STARS, repeat=rows.size):
        moved = (after[rows] - guess) ** 2 - (before[rows] - guess) ** 2
        expected = [
            moved[_in(site, one, each, rows, guess)].sum() / each.sum()
            for one, each in zip(first, members, strict=True)
        ]
        expected.append(moved.sum() / base.size)
        # In steps: what rounding explains weighs little, and what it cannot weighs all.
        off = np.abs(np.subtract(changes, expected)) / steps
        fits.append((float(np.maximum(off - 0.999, 0.0).sum()), float(off.sum()), guess))
    return min(fits)[2] == tuple(site.board.labels[rows])


def _in(site: ReportingBoard, slice_: Slice, rows_of_slice: np.ndarray, rows: np.ndarray, guess: tuple) -> np.ndarray:
    """Which of the rows belong to a slice; to one of labels, if the guess is right."""
    if slice_.about != "label":
        return rows_of_slice[rows]
    in_slice = np.unique(site.board.labels[rows_of_slice])
    return np.isin(np.array(guess), in_slice)


def share_mined(site: ReportingBoard, report_count: int, seed: int = 7) -> float:
    """By which share of the score files of random signs, each with a report, are lowered by all that is learnt.

    Each slice's change tells Σ ± residual over its rows; the residuals of least norm that fit all of them are added.
    """
    board = site.board
    random = np.random.default_rng(seed)
    base = board.baseline
    first = site.report(base)
    members = [each for each, one in zip(site.members(), first, strict=True) if one.about != "label"]
    equations, sums, doubts = [], [], []
    for _ in range(report_count):
        signs = random.choice([-1.0, 1.0], base.size)
        for before, after, rows in zip(first, site.report(np.clip(base + signs, 1.0, 5.0)), members, strict=False):
            move = np.clip(base + signs, 1.0, 5.0) - base
            # n (S' - S) = Σ move² - 2 Σ move · residual
            equations.append(move * rows)
            sums.append(((move**2)[rows].sum() - rows.sum() * (after.score - before.score)) / 2)
            doubts.append((before.step * rows.sum()) ** 2 / 24)
    a, spread = np.array(equations), float((board.labels - base).var())
    learnt = a.T @ np.linalg.solve(a @ a.T + np.diag(doubts) / spread, np.array(sums))
    return board.gain(base + learnt)
