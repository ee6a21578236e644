"""The files of a competition that a class might hold, with real titles and ratings, and answers of known error."""

import csv
import io
import random
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

TRAIN_COUNT, PUBLIC_COUNT, PRIVATE_COUNT = 6000, 600, 900
# In the first solution so many public threes have become fours, and as many fours threes: a fifth of the part.
EXCHANGED_COUNT = 60


def as_csv(*lines: Iterable[object]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue()


def moved(rating: int, stars: int) -> int:
    """Off by so many stars, within the range; by one, a three becomes a four and a four a three."""
    return rating + stars if rating <= 3 else rating - stars


@dataclass(frozen=True)
class HeldOut:
    """A row of the test set. `is_exchanged`: its label is wrong in the first solution, off by one star."""

    reader: str
    book: str
    rating: int
    is_public: bool
    is_exchanged: bool


@dataclass(frozen=True)
class ClassOfBooks:
    """Known: (user_id, book_name, rating). The ids of what is held out are its places, from 1."""

    known: list[tuple[str, str, int]]
    held_out: list[HeldOut]

    @classmethod
    def of(cls, train: Path) -> "ClassOfBooks":
        """Made of the first ratings of a train.csv, in an order that tells nothing."""
        with train.open(encoding="utf-8", newline="") as file:
            rows = islice(csv.DictReader(file), TRAIN_COUNT + PUBLIC_COUNT + PRIVATE_COUNT)
            ratings = [(row["user_id"], row["book_name"], int(float(row["rating"]))) for row in rows]
        chance = random.Random(7)
        chance.shuffle(ratings)
        held_out, exchanged = [], {3: EXCHANGED_COUNT, 4: EXCHANGED_COUNT}
        for place, (reader, book, rating) in enumerate(ratings[TRAIN_COUNT:]):
            is_exchanged = place < PUBLIC_COUNT and exchanged.get(rating, 0) > 0
            if is_exchanged:
                exchanged[rating] -= 1
            held_out.append(HeldOut(reader, book, rating, place < PUBLIC_COUNT, is_exchanged))
        assert not any(exchanged.values()), "too few public threes and fours"
        chance.shuffle(held_out)
        return cls(ratings[:TRAIN_COUNT], held_out)

    def files(self) -> dict[str, str]:
        """What participants get."""
        return {
            "train.csv": as_csv(("user_id", "book_name", "rating"), *self.known),
            "test.csv": as_csv(
                ("id", "user_id", "book_name"),
                *((number, row.reader, row.book) for number, row in enumerate(self.held_out, 1)),
            ),
            "sample_submission.csv": as_csv(("id", "rating"), *((n, 3) for n in range(1, len(self.held_out) + 1))),
        }

    def solution(self, *, is_corrected: bool) -> str:
        """The labels, as they were first taken for right or as they are."""
        return as_csv(
            ("id", "rating", "Usage"),
            *(
                (
                    number,
                    moved(row.rating, 1) if row.is_exchanged and not is_corrected else row.rating,
                    "Public" if row.is_public else "Private",
                )
                for number, row in enumerate(self.held_out, 1)
            ),
        )

    def predictions(self, *, exchanged: int, public: int, private: int) -> str:
        """Off by so many stars where the label was exchanged, in the other public rows, and in the private ones."""

        def error(row: HeldOut) -> int:
            return exchanged if row.is_exchanged else public if row.is_public else private

        answers = ((number, moved(row.rating, error(row))) for number, row in enumerate(self.held_out, 1))
        return as_csv(("id", "rating"), *answers)
