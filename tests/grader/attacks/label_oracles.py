"""Attacks that read single labels off the scores."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from tests.grader.attacks.board_oracle import STARS, Account, Board

MOST_LABELS = 24
TRIALS = 20
# So many of the trials must get all labels right for them to count as decoded.
DECODED = 0.95


def labels_decoded(
    board: Board, width: float, *, reference: np.ndarray | None = None, start: float = 1.0, seed: int = 3
) -> int:
    """The most labels that one file spells out: rows moved up from `start` by width, width / 5 …, all of them right.

    One account sends the file without the moves (`reference`, by default all `start`), another the file with them,
    so that a ladder tells both where it tells the first at all. 0: not even one.
    """
    base = np.full(board.labels.size, start) if reference is None else reference
    random = np.random.default_rng(seed)
    decoded = 0
    for count in range(1, MOST_LABELS + 1):
        picks = [random.choice(board.labels.size, count, replace=False) for _ in range(TRIALS)]
        right = sum(_spells_out(board, base, rows, start, width) for rows in picks)
        if right < DECODED * TRIALS:
            return decoded
        decoded = count
    return decoded


def _spells_out(board: Board, base: np.ndarray, rows: np.ndarray, start: float, width: float) -> bool:
    """Whether the labels of these rows are read right from the difference of two numbers."""
    before = base.copy()
    before[rows] = start
    after = before.copy()
    moves = width / 5.0 ** np.arange(rows.size)
    after[rows] += moves
    plain, probed = board.account().send(before), board.account().send(after)
    if plain.score is None or probed.score is None:
        return False
    # n (S' - S) = Σ (p'² - p²) - 2 Σ (p' - p) y, exact but for what the board rounds.
    pairs = [(Fraction(float(p)), Fraction(float(q))) for p, q in zip(after[rows], before[rows], strict=True)]
    exact = [p - q for p, q in pairs]
    total = sum(p**2 - q**2 for p, q in pairs) - board.labels.size * (Fraction(probed.score) - Fraction(plain.score))
    rest = total - 2 * sum(exact)  # labels counted from 0: digits in base 5
    whole = round(rest / (2 * exact[-1])) if exact[-1] else -1
    digits = []
    for _ in range(rows.size):
        whole, digit = divmod(whole, 5)
        digits.append(digit)
    return whole == 0 and bool((np.array(digits[::-1]) + 1 == board.labels[rows]).all())


def label_by_rounding_boundary(
    tell: Callable[[np.ndarray], float | None], base: np.ndarray, known: int, hidden: int, unit: float, steps: int = 12
) -> float | None:
    """Read one label through scores rounded to `unit`: the row `known`, whose label is 1, turns them like a dial.

    With the hidden row at 1 and then at 5, bisection finds the place of the dial at which the last digit flips; how
    far it has moved is 24 - 8 y, up to whole units. None: the digit could not be made to flip.
    """
    places = [_flip(tell, base, known, hidden, probe, steps) for probe in (1.0, 5.0)]
    if places[0] is None or places[1] is None:
        return None
    whole = unit * base.size
    off = [(24 - 8 * y - (places[0] - places[1]) + whole / 2) % whole - whole / 2 for y in STARS]
    return float(STARS[int(np.argmin(np.abs(off)))])


def _flip(tell: Callable, base: np.ndarray, known: int, hidden: int, probe: float, steps: int) -> float | None:
    """The squared error of the known row at which the told score flips."""

    def told(dial: float) -> float | None:
        file = base.copy()
        file[hidden], file[known] = probe, 1.0 + np.sqrt(dial)
        return tell(file)

    low, high = 0.0, 16.0
    first = told(low)
    if first is None or first == told(high):
        return None
    for _ in range(steps):
        middle = (low + high) / 2
        low, high = (middle, high) if told(middle) == first else (low, middle)
    return (low + high) / 2


def group_means(account: Account, base: np.ndarray, groups: np.ndarray, shift: float) -> np.ndarray:
    """The mean residual of each group as read from one file a group, shape (groups,); NaN where nothing was told.

    The group is moved by `shift`: n (S' - S) = |g| (shift² - 2 shift m). The base is sent first.
    """
    start = account.send(base).score
    found = np.full(int(groups.max()) + 1, np.nan)
    for group in range(found.size):
        is_in = groups == group
        told = account.send(np.clip(base + shift * is_in, account.board.lowest, account.board.highest))
        if told.word is None and start is not None and told.score is not None:
            change = base.size * (told.score - start) / is_in.sum()
            found[group] = (shift**2 - change) / (2 * shift)
    return found
