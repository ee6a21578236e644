"""Attacks that read labels off what a board says of its own certainty: chances, half widths and places."""

from dataclasses import dataclass
from itertools import product

import numpy as np

from grader.scoring.board_certainty import BoardCertainty, board_certainty, half_width_step
from grader.scoring.disclosure import disclosed
from grader.scoring.metrics import METRICS
from grader.scoring.resampled_scores import ResampledScores
from grader.scoring.uncertainty import Resampling, as_float32
from tests.grader.attacks.board_oracle import STARS, Board
from tests.grader.attacks.label_oracles import DECODED, TRIALS

MSE = METRICS["mse"]


@dataclass(frozen=True)
class Seen:
    """What stands in one line of the page of certainty."""

    score: float
    low: int
    high: int
    group: int
    chance_first: int
    chance_top: int
    is_tied: bool
    half_width: float

    @property
    def beside_the_score(self) -> tuple:
        """The half width apart, which is 0 for the first: of equal scores the one that was sent first."""
        return (self.low, self.high, self.group, self.chance_first, self.chance_top, self.is_tied)


class CertainBoard:
    """A board of stars that is compared by the site's way, whatever its policy: the files on it were all told."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self._scores = ResampledScores(MSE, board.labels, seed=1)

    def replicates(self, files: np.ndarray) -> np.ndarray:
        """Of files of shape (k, n)."""
        return self._scores.of_many(files)

    def seen(self, files: np.ndarray, others: np.ndarray | None = None) -> list[Seen]:
        """What is told of each of these files beside the replicates of others; of equals the earlier stands first."""
        own = self.replicates(files)
        means = [self.board.judged(file).score for file in files]
        if others is not None:
            own, means = np.concatenate([own, others]), [*means, *others.mean(axis=1, dtype=np.float64)]
        shown = np.array([disclosed(float(mean), self.board.decimals) for mean in means])
        return self.lines(own, np.array(means), shown)[: len(files)]

    def lines(self, replicates: np.ndarray, exact: np.ndarray, shown: np.ndarray) -> list[Seen]:
        """The lines of the page, in the order in which these came."""
        order = np.argsort(shown, kind="stable")
        found = compared(self.board, replicates[order], exact[order], shown[order])
        place = np.argsort(order)
        return [
            Seen(
                score=float(shown[entry]),
                low=int(found.low[at]),
                high=int(found.high[at]),
                group=int(found.group[at]),
                chance_first=int(found.chance_first[at]),
                chance_top=int(found.chance_top[at]),
                is_tied=bool(found.is_tied[at]),
                half_width=float(found.half_width[at]),
            )
            for entry, at in enumerate(place)
        ]


def compared(board: Board, replicates: np.ndarray, exact: np.ndarray, shown: np.ndarray) -> BoardCertainty:
    """As the site's child does, all of them ranked."""
    return board_certainty(
        replicates,
        exact,
        shown,
        np.ones(shown.size, np.bool_),
        lower_is_better=True,
        decimals=board.decimals,
        step=half_width_step(MSE, board.labels.size, board.lowest, board.highest),
    )


def sides_told(site: CertainBoard, model: np.ndarray, others: np.ndarray | None = None, *, step: float = 0.1) -> float:
    """In which share of trials two files that differ by `step` in one row tell on which side of it the label lies.

    Only where their scores are equal on the board: else that tells it. The better of the two is told by any number
    in which their lines differ; 0.5 is guessing, which is what is left where no number does.
    """
    random = np.random.default_rng(3)
    right = []
    while len(right) < TRIALS:
        row = int(random.integers(model.size))
        below, above = model.copy(), model.copy()
        below[row], above[row] = 2.5 - step / 2, 2.5 + step / 2
        files = np.stack([below, above])[:: 1 if len(right) % 2 else -1]
        first, second = site.seen(files, others)
        if first.score != second.score:
            continue
        is_above = _better(first, second) == (0 if files[0, row] > files[1, row] else 1)
        is_told = first.beside_the_score != second.beside_the_score
        right.append(float(is_above == (site.board.labels[row] > 2.5)) if is_told else 0.5)
    return float(np.mean(right))


def _better(first: Seen, second: Seen) -> int:
    """Which of two lines looks better: 0 or 1."""
    keys = [(-one.chance_first, -one.chance_top, one.low, one.high, one.group) for one in (first, second)]
    return int(keys[1] < keys[0])


def labels_decoded_by_a_pair(site: CertainBoard, model: np.ndarray, most_labels: int = 2, width: float = 4.0) -> int:
    """The most labels that two files of one model spell out on a board of their own, the rows of one moved from 1.

    By width, width / 5 …; of all combinations of labels the one is taken whose lines, made with draws of the
    attacker's own, are most like those on the board.
    """
    random = np.random.default_rng(3)
    decoded = 0
    for count in range(1, most_labels + 1):
        right = sum(_spells_out(site, model, random, count, width) for _ in range(TRIALS))
        if right < DECODED * TRIALS:
            break
        decoded = count
    return decoded


def _spells_out(site: CertainBoard, model: np.ndarray, random: np.random.Generator, count: int, width: float) -> bool:
    board = site.board
    rows = random.choice(model.size, count, replace=False)
    before = model.copy()
    before[rows] = 1.0
    after = before.copy()
    after[rows] += width / 5.0 ** np.arange(count)
    seen = site.seen(np.stack([before, after]))
    draws = _own_draws(model.size)
    fits = []
    for guess in product(STARS, repeat=count):
        moves = np.zeros(model.size)
        moves[rows] = (after[rows] - guess) ** 2 - (before[rows] - guess) ** 2
        own = draws.ratios(moves[np.newaxis])[0]
        drawn = as_float32(np.stack([np.zeros_like(own), own]))
        expected = site.lines(drawn, np.array([0.0, moves.mean()]), np.array([one.score for one in seen]))
        fits.append((_distance(seen, expected, float(moves.mean()), board), guess))
    return min(fits)[1] == tuple(board.labels[rows])


_DRAWS: dict[int, Resampling] = {}


def _own_draws(size: int) -> Resampling:
    return _DRAWS.setdefault(size, Resampling(size, seed=99))


def _distance(seen: list[Seen], expected: list[Seen], change: float, board: Board) -> float:
    """How unlike two pairs of lines are: in steps of chances and in units of the last decimal."""
    unit = 10.0**-board.decimals
    # The scores differ by the change, up to half a unit on either.
    off = max(0.0, abs(seen[1].score - seen[0].score - change) / unit - 0.999) * 100
    for one, other in zip(seen, expected, strict=True):
        off += abs(one.chance_first - other.chance_first) / 5 + abs(one.half_width - other.half_width) / unit
    return off
