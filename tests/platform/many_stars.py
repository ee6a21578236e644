"""A competition of 400 ratings, enough for files that differ in a few of them, and what is sent to it."""

import numpy as np
from django.core.files.base import ContentFile

from competitions.models import Competition, DataFile, Solution
from grading.solutions import check

ROWS = 400
RANDOM = np.random.default_rng(11)
# Every second one is public.
LABELS = RANDOM.choice([1.0, 2, 3, 4, 5], ROWS)
# A model that explains half of the labels' variance.
TASTE = 3.0 + 0.5 * (LABELS - 3.0) + RANDOM.normal(0.0, 0.3, ROWS)


def give_many_stars(competition: Competition) -> Competition:
    """Replace its test.csv and its solution, and let a team send 100 files a day."""
    rows = "".join(
        f"{number},{label:g},{'Public' if number % 2 else 'Private'}\n" for number, label in enumerate(LABELS, start=1)
    )
    competition.solutions.all().delete()
    competition.data_files.all().delete()
    test = "id,user_id\n" + "".join(f"{number},u{number}\n" for number in range(1, ROWS + 1))
    DataFile.objects.create(competition=competition, name="test.csv", file=ContentFile(test, "t.csv"))
    solution = Solution.objects.create(
        competition=competition, version=1, file=ContentFile(f"id,rating,Usage\n{rows}", name="solution.csv")
    )
    assert check(solution)
    Competition.objects.filter(pk=competition.pk).update(daily_limit=100)
    competition.refresh_from_db()
    return competition


def as_file(predictions: np.ndarray) -> str:
    """The predictions, pulled into the range, as they are sent."""
    values = np.clip(predictions, 1.0, 5.0)
    return "id,rating\n" + "".join(f"{number},{value!r}\n" for number, value in enumerate(values.tolist(), start=1))


def with_rows(predictions: np.ndarray, changed: dict[int, float]) -> np.ndarray:
    """The same but for some rows, by their id."""
    moved = np.array(predictions, dtype=float)
    for row_id, value in changed.items():
        moved[row_id - 1] = value
    return moved


def honest(noise: float = 0.4) -> np.ndarray:
    """Another model of the same taste."""
    return TASTE + RANDOM.normal(0.0, noise, ROWS)
