"""What a competition expects of a prediction file."""

import math
from dataclasses import dataclass
from enum import StrEnum


class OutOfRange(StrEnum):
    """What happens to a finite value outside the competition's range."""

    REJECT = "reject"
    CLIP = "clip"


@dataclass(frozen=True)
class PredictionFormat:
    """Header, range and size of a competition's prediction files.

    `lowest` and `highest` are inclusive; infinite ones mean no bound. `max_bytes` bounds the file as sent,
    `max_unpacked_bytes` what comes out of it. Raises ValueError when the numbers contradict each other.
    """

    id_column: str = "id"
    target_column: str = "rating"
    lowest: float = 1.0
    highest: float = 5.0
    out_of_range: OutOfRange = OutOfRange.REJECT
    max_bytes: int = 500_000_000
    max_unpacked_bytes: int = 1_000_000_000

    def __post_init__(self) -> None:
        if not self.lowest < self.highest:
            raise ValueError(f"The lowest value, {self.lowest}, must lie below the highest, {self.highest}.")
        if self.max_bytes <= 0 or self.max_unpacked_bytes <= 0:
            raise ValueError("max_bytes and max_unpacked_bytes must be above 0.")

    @property
    def columns(self) -> tuple[str, str]:
        """The header of a prediction file, column by column."""
        return self.id_column, self.target_column

    @property
    def number_cure(self) -> str:
        """What to write in the target column, as a sentence with an example."""
        low, high = math.isfinite(self.lowest), math.isfinite(self.highest)
        if low and high:
            example = self.lowest + 0.675 * (self.highest - self.lowest)
            return f"Write a decimal between {self.lowest:g} and {self.highest:g}, such as {example:.3g}."
        if low:
            return f"Write a decimal of at least {self.lowest:g}, such as {self.lowest + 1.5:g}."
        if high:
            return f"Write a decimal of at most {self.highest:g}, such as {self.highest - 1.5:g}."
        return "Write a decimal, such as 3.7."
