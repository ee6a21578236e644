"""What may be told of a score: everything a participant sees goes through here."""

import math
from decimal import ROUND_HALF_EVEN, Decimal, localcontext


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
