"""What a competition expects of a prediction file."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from grader.scoring.arrays import Float64Array

# What is asked of a number where the competition has no bound: its square must be summed.
LARGEST_NUMBER = 1e100


class OutOfRange(StrEnum):
    """What happens to a finite value outside the competition's range."""

    REJECT = "reject"
    CLIP = "clip"


@dataclass(frozen=True)
class PredictionFormat:
    """Header, range and size of a competition's prediction files.

    `lowest` and `highest` are inclusive; infinite ones mean no bound but 1e100, so that squares can be summed.
    `integers_only`: a value is the number of a class, and one with decimals (other than .0) is refused, never
    rounded. `max_bytes` bounds the file as sent, `max_unpacked_bytes` what comes out of it. Raises ValueError when
    the numbers contradict each other.
    """

    id_column: str = "id"
    target_column: str = "rating"
    lowest: float = 1.0
    highest: float = 5.0
    out_of_range: OutOfRange = OutOfRange.REJECT
    max_bytes: int = 500_000_000
    max_unpacked_bytes: int = 1_000_000_000
    integers_only: bool = False

    def __post_init__(self) -> None:
        if not self.lowest < self.highest:
            raise ValueError(f"The lowest value, {self.lowest}, must lie below the highest, {self.highest}.")
        if self.integers_only and any(math.isfinite(end) and end % 1 for end in (self.lowest, self.highest)):
            raise ValueError(f"Whole numbers cannot go from {self.lowest} to {self.highest}: both must be whole.")
        if self.max_bytes <= 0 or self.max_unpacked_bytes <= 0:
            raise ValueError("max_bytes and max_unpacked_bytes must be above 0.")

    @property
    def columns(self) -> tuple[str, str]:
        """The header of a prediction file, column by column."""
        return self.id_column, self.target_column

    @property
    def bounds(self) -> tuple[float, float]:
        """The lowest and the highest value, both finite."""
        lowest = self.lowest if math.isfinite(self.lowest) else -LARGEST_NUMBER
        return lowest, self.highest if math.isfinite(self.highest) else LARGEST_NUMBER

    def settled(self, values: Float64Array) -> Float64Array | None:
        """The values, shape (n,), n > 0, clipped where the format says so; None: one of them must be refused."""
        lowest, highest = float(values.min()), float(values.max())  # NaN if there is one
        if not (math.isfinite(lowest) and math.isfinite(highest)):
            return None
        if self.integers_only and not np.array_equal(values, np.floor(values)):
            return None
        least, most = self.bounds
        if lowest >= least and highest <= most:
            return values
        return values.clip(least, most) if self.out_of_range == OutOfRange.CLIP else None

    @property
    def number_cure(self) -> str:
        """What to write in the target column, as a sentence with an example."""
        low, high = math.isfinite(self.lowest), math.isfinite(self.highest)
        number, step = ("whole number", 1.0) if self.integers_only else ("decimal", 1.5)
        if low and high:
            if self.integers_only and self.highest - self.lowest == 1:
                return f"Write {self.lowest:g} or {self.highest:g}."
            example = self.lowest + 0.675 * (self.highest - self.lowest)
            example = round(example) if self.integers_only else example
            return f"Write a {number} between {self.lowest:g} and {self.highest:g}, such as {example:.3g}."
        if low:
            return f"Write a {number} of at least {self.lowest:g}, such as {self.lowest + step:g}."
        if high:
            return f"Write a {number} of at most {self.highest:g}, such as {self.highest - step:g}."
        return f"Write a {number}, such as {'3' if self.integers_only else '3.7'}."
