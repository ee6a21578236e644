"""What a board of squared errors gives away: labels per file, and the public gain of files that know nothing.

A score is one linear equation in the hidden labels: n (S' - S) = Σ (p'² - p²) - 2 Σ (p' - p) y. The numbers here are
closed forms for the best attack of each kind that we know; tests/grader/attacks plays the attacks against a board and
finds no more than they say.
"""

import math
from dataclasses import dataclass, replace
from statistics import NormalDist

from grader.scoring.disclosure import Policy

# Of the public score: less is below the noise of any board that is worth ranking by.
BOOSTING_TARGET = 0.01
ACCOUNTS = 10
MOST_ROWS = 10**9
_NORMAL = NormalDist()
_FLOAT_STEP = 2.0**-52


@dataclass(frozen=True)
class Board:
    """What decides how much a board leaks.

    `residual_spread` is the standard deviation of labels minus good predictions; `lowest` and `highest` bound a
    prediction (infinite: any number); `label_step` and `label_count` describe labels that are whole steps, as 1 to 5
    stars are 5 labels with step 1. `head_start` is how far the public score of the best model that anyone can have
    lies below the ladder's baseline.
    """

    public_count: int
    decimals: int
    residual_spread: float
    policy: Policy = Policy.PLAIN
    lowest: float = 1.0
    highest: float = 5.0
    label_step: float = 1.0
    label_count: int = 5
    head_start: float = 0.0

    def __post_init__(self) -> None:
        if self.public_count < 1 or self.decimals < 0 or self.label_count < 2:
            raise ValueError("A board has a public row, 0 decimals or more, and labels of two kinds or more.")
        if not (self.residual_spread > 0 and self.label_step > 0 and self.head_start >= 0):
            raise ValueError("The residual spread and the label step lie above 0, the head start is 0 or more.")
        if not self.lowest < self.highest:
            raise ValueError(f"No prediction lies between {self.lowest} and {self.highest}.")

    @property
    def unit(self) -> float:
        """One of the last decimal that is shown."""
        return 10.0**-self.decimals


@dataclass(frozen=True)
class Leak:
    """What the organizer reads: see the functions of these names; gains are shares of the public score.

    `recommended_rows` None: no number of rows is enough for so many files.
    """

    labels_per_file: int
    gain_of_one: float
    gain_of_many: float
    accounts: int
    recommended_rows: int | None

    @property
    def is_within_budget(self) -> bool:
        """Whether a file spells out one label at most and one account gains less than a hundredth."""
        return self.labels_per_file <= 1 and self.gain_of_one < BOOSTING_TARGET


def measure(board: Board, files: int, accounts: int = ACCOUNTS) -> Leak:
    """The board's leak over a competition in which each account may send so many files."""
    try:
        rows = recommended_rows(board, files)
    except ValueError:
        rows = None
    return Leak(labels_per_file(board), worst_gain(board, files), worst_gain(board, files, accounts), accounts, rows)


def labels_per_file(board: Board) -> int:
    """How many labels a score spells out fully, written in base q = `label_count`; `labels_at_most` is the ceiling.

    A row moved by d changes n S by 2 d `label_step` for each step of its label. With moves W, W/q, W/q² … each set
    of labels gives a sum of its own, as long as the smallest is still seen: 2 (W / q^(m-1)) step / n ≥ the finest
    difference shown. That is one unit of the last decimal, or float64's own step at a score of W²/n. W is the width
    of the range; without a range, the one that serves best. The ladder shows such sums no finer than a plain board.
    """
    widest = board.highest - board.lowest
    if math.isfinite(widest):
        widths = [widest * 2.0**-halvings for halvings in range(40)]
    else:
        widths = [2.0**power for power in range(-10, 200)]
    return max(_spelled_out(board, width) for width in widths)


def labels_at_most(board: Board) -> float:
    """The ceiling over many files, in labels a file: log_q of how many scores can be told; infinite without a range.

    Files that weigh rows together, as coins are weighed, can tell more than those that spell labels out, never
    more than this. With ratings of 1 to 5 it is 4.6 at 2 decimals and 6.0 at 3.
    """
    scores = (board.highest - board.lowest) ** 2 / board.unit
    return math.log(scores, board.label_count) if scores > 1.0 else 0.0


def worst_gain(board: Board, files: int, accounts: int = 1) -> float:
    """By which share of itself files that know nothing can lower the public score; 1.0: all of it.

    Boosting adds a random direction r to a file and learns z, the projection of the residual on it, in standard
    deviations; each known z is worth 1/n of the score. A plain board tells it, or as many whole labels as
    `labels_per_file` says. On a ladder a file is told only where z exceeds a threshold t, and is worth `value_at` t;
    labels are spelled out only by files that are told. What was learnt adds up over files and accounts. Files that
    weigh rows together are not in it: their ceiling is `labels_at_most`.
    """
    if files < 0 or accounts < 1:
        raise ValueError(f"{files} files of {accounts} accounts are no attack.")
    sent = files * accounts
    labels = float(max(1, labels_per_file(board)))
    if board.policy == Policy.PLAIN:
        worth = labels
    else:
        told_share = _told_share(board, files)
        worth = value_at(min(_threshold(board), -_quantile(told_share))) + told_share * (labels - 1.0)
    return min(1.0, sent * worth / board.public_count)


def value_at(threshold: float) -> float:
    """E[E[z | answer]²] of a standard normal z that is told when it exceeds t, and else known to lie below.

    = t φ(t) + (1 - Φ(t)) + φ(t)² / Φ(t): 1 at -∞ (always told), 0.82 at 0, 0.47 at 1, 0 at ∞.
    """
    if abs(threshold) > 30.0:  # φ²/Φ is 0/0 far to the left, ∞ · 0 at the ends; in truth nothing is between
        return float(threshold < 0)
    density = _NORMAL.pdf(threshold)
    # NormalDist.cdf loses its digits below -8.
    below, above = (math.erfc(sign * threshold / math.sqrt(2.0)) / 2.0 for sign in (-1.0, 1.0))
    return threshold * density + above + density**2 / below


def recommended_rows(board: Board, files: int) -> int:
    """The fewest public rows on which one account's files gain less than a hundredth of the public score.

    The decimals stay as they are. Raises ValueError
    when a billion rows are not enough.
    """
    low, high = 0, 1
    while worst_gain(replace(board, public_count=high), files) >= BOOSTING_TARGET:
        low, high = high, high * 2
        if high > MOST_ROWS:
            raise ValueError(f"{files} files gain more than {BOOSTING_TARGET:.0%} of the score on any board.")
    while high - low > 1:
        middle = (low + high) // 2
        if worst_gain(replace(board, public_count=middle), files) >= BOOSTING_TARGET:
            low = middle
        else:
            high = middle
    return high


def _spelled_out(board: Board, width: float) -> int:
    finest = max(board.unit, _FLOAT_STEP * (1.0 + width**2 / board.public_count))
    seen = 2.0 * width * board.label_step / (board.public_count * finest)
    return 1 + int(math.log(seen, board.label_count) + 1e-9) if seen >= 1.0 else 0


def _threshold(board: Board) -> float:
    """The smallest z that the ladder tells of a random direction added to the team's best.

    With amplitude a = 2 δ σ / √n the score falls by a z - δ², which must exceed its noise a and the unit u:
    t = max(a, u) / a + a n / (4 σ²), least at a = u, or at 2 σ √(u/n) where that is smaller.
    """
    variance, u, n = board.residual_spread**2, board.unit, board.public_count
    if 4.0 * variance < u * n:
        return math.sqrt(u * n / variance)
    return 1.0 + u * n / (4.0 * variance)


def _told_share(board: Board, files: int) -> float:
    """Which share of its files a team can be told that holds a good model back and shows it in small steps.

    Each costs a unit of the head start at least, and can have a direction or a few labels in it. The threshold that
    tells just this share of the directions is the most informative.
    """
    return min(1.0, board.head_start / board.unit / max(files, 1))


def _quantile(share: float) -> float:
    """The z below which so large a share of a normal distribution lies; infinite for none and for all."""
    if share in (0.0, 1.0):
        return math.inf if share else -math.inf
    return _NORMAL.inv_cdf(share)
