"""What may be told of a score: everything a participant sees goes through here."""

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from enum import StrEnum

# 95 % of a normal distribution lie within 1.96 standard deviations.
CONFIDENT = 1.96
# The errors of two models of one family correlate so on the same rows: the closest pair worth telling apart.
LIKE_MODELS = 0.995


class Policy(StrEnum):
    """How a competition answers: each score rounded, or only those that beat the team's best beyond its noise."""

    PLAIN = "plain"
    LADDER = "ladder"


class Word(StrEnum):
    """What stands where a file has no number of its own.

    It follows from the team's standing alone, never from how near the file came: "below baseline" is said of all
    that a team sends until it is clearly above the baseline, for a word that told above from below would be an
    exact comparison, worth two thirds of a number.
    """

    BELOW_BASELINE = "below baseline"
    NO_IMPROVEMENT = "no significant improvement"


@dataclass(frozen=True)
class Disclosed:
    """The team's number after this file (None: it has none yet), and the word for a file that did not move it."""

    score: float | None
    word: Word | None = None


def disclosed(score: float, decimals: int) -> float:
    """The score rounded to so many decimals, half to even on the exact value of the float.

    Raises ValueError when the score is not finite or the decimals are negative.
    """
    if not math.isfinite(score):
        raise ValueError(f"A score of {score} cannot be disclosed.")
    if decimals < 0:
        raise ValueError(f"A score is disclosed to 0 decimals or more, not {decimals}.")
    with localcontext() as context:
        context.prec = 400 + decimals  # the largest float has 309 digits before the point
        rounded = Decimal(score).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)
    return float(rounded) + 0.0  # no minus zero


def squared_error_difference_spread(residual_spread: float, correlation: float = LIKE_MODELS) -> float:
    """The standard deviation, over rows, of the difference of two models' squared errors.

    For normal errors of standard deviation σ that correlate at ρ it is 2 σ² √(1 - ρ²). Raises ValueError for a
    spread below 0 or a correlation outside [-1, 1].
    """
    if residual_spread < 0 or not -1.0 <= correlation <= 1.0:
        raise ValueError(f"No two models have errors of spread {residual_spread} that correlate at {correlation}.")
    return 2.0 * residual_spread**2 * math.sqrt(1.0 - correlation**2)


def told_apart_from(public_count: int, difference_spread: float) -> float:
    """The smallest difference of two scores on so many rows that is more than chance (paired, 95 %).

    `difference_spread` is the standard deviation over rows of the difference of two like models' losses. Raises
    ValueError for no rows or a spread that is not above 0.
    """
    if public_count < 1 or not (math.isfinite(difference_spread) and difference_spread > 0):
        raise ValueError(f"{public_count} rows and a spread of {difference_spread} say nothing of a difference.")
    return CONFIDENT * difference_spread / math.sqrt(public_count)


def recommended_decimals(public_count: int, difference_spread: float) -> int:
    """The fewest decimals whose last digit is no coarser than a difference that can be told from chance.

    One digit fewer would tie models that are truly apart. One more shows chance alone, and pays for it: a label in
    [1, 5] moves an MSE over n rows by up to 8/n a step, so each further digit lets a file spell out 1.4 labels more
    (`leak_meter.labels_per_file`). At σ² = 0.9: 2 decimals on 1,000 rows, 3 on 10,000 and on 100,000. Raises as
    `told_apart_from`.
    """
    return max(0, math.ceil(-math.log10(told_apart_from(public_count, difference_spread))))
