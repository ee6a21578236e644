"""What `manage.py shell` is given for `growth`: a competition whose test set has so many rows."""

import numpy as np
from django.core.files.base import ContentFile

from competitions.models import Competition
from grading.solutions import check

LARGEST_UPLOAD = 1_000_000_000


def make(slug: str, row_count: int) -> None:
    """Open, with an accepted solution; three rows of ten are public."""
    competition = Competition.objects.create(
        slug=slug, title=slug, is_published=True, daily_limit=1_000_000, max_upload_bytes=LARGEST_UPLOAD
    )
    ratings = np.random.default_rng(0).integers(1, 6, row_count)
    usage = ("Public", "Public", "Public", *["Private"] * 7)
    lines = "".join(f"{number},{rating},{usage[number % 10]}\n" for number, rating in enumerate(ratings, 1))
    solution = competition.solutions.create(
        version=1, file=ContentFile(f"id,rating,Usage\n{lines}".encode(), "solution.csv")
    )
    assert check(solution), solution.problems
