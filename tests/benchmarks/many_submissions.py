"""What `manage.py shell` is given for `rescoring`: very many scored submissions in bulk, and a corrected solution.

200 distinct prediction files stand under the names of all submissions as hard links, which spares the disk; each is
opened and read by its own name.
"""

from io import BytesIO
from pathlib import Path

import numpy as np
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from competitions.models import Competition, Solution
from grader.grade import score
from grader.scoring.metrics import METRICS
from grader.scoring.solution import Solution as Labels
from grader.scoring.solution import write_solution
from grading.labels import labels_of
from grading.solutions import check
from leaderboard.standings import rebuild
from submissions.models import Evaluation, Kind, Status, Submission, prediction_storage
from teams.models import Team

DISTINCT_FILES = 200


def make(slug: str, submission_count: int, team_count: int) -> None:
    """The submissions with their evaluations under the active version, and an accepted further version."""
    competition = Competition.objects.get(slug=slug)
    active = competition.solutions.get(is_active=True)
    labels = labels_of(active)
    chance = np.random.default_rng(0)
    kept = [np.clip(labels.targets + chance.normal(0, 1, labels.targets.size), 1, 5) for _ in range(DISTINCT_FILES)]
    scores = [score(predictions, labels, competition.metric) for predictions in kept]
    folder = Path(prediction_storage().path("many"))
    folder.mkdir(parents=True)
    for number, predictions in enumerate(kept):
        np.save(folder / f"distinct-{number}.npy", predictions)
    with transaction.atomic():
        now = timezone.now()
        teams = Team.objects.bulk_create(
            Team(competition=competition, name=f"many {number}") for number in range(team_count)
        )
        sent = Submission.objects.bulk_create(
            Submission(
                competition=competition,
                team=teams[number % team_count],
                kind=Kind.PREDICTIONS,
                file="many/none.csv",
                original_name="predictions.csv",
                size_bytes=1,
                submitted_at=now,
                waiting_since=now,
            )
            for number in range(submission_count)
        )
        evaluations = []
        for number, submission in enumerate(sent):
            which = number % DISTINCT_FILES
            (folder / f"{number}.npy").hardlink_to(folder / f"distinct-{which}.npy")
            evaluations.append(
                Evaluation(
                    submission=submission,
                    solution=active,
                    metric=competition.metric,
                    public_score=scores[which].public,
                    private_score=scores[which].private,
                    predictions=f"many/{number}.npy",
                )
            )
        Evaluation.objects.bulk_create(evaluations)
        of_each = Evaluation.objects.filter(submission=OuterRef("pk")).values("pk")[:1]
        Submission.objects.filter(team__in=Team.objects.filter(name__startswith="many ")).update(
            status=Status.SCORED, evaluation=Subquery(of_each)
        )
        rebuild(competition)
    check(_corrected(competition, labels, chance))


def _corrected(competition: Competition, labels: Labels, chance: np.random.Generator) -> Solution:
    """A version in which every twentieth label is another one."""
    targets = labels.targets.copy()
    targets[::20] = chance.integers(1, 6, targets[::20].size)
    corrected = Labels(labels.row_ids, targets, labels.is_public, labels.is_private)
    file = BytesIO()
    write_solution(file, corrected, competition.id_column, competition.target_column, METRICS[competition.metric])
    return competition.solutions.create(version=2, file=ContentFile(file.getvalue(), "solution.csv"))
