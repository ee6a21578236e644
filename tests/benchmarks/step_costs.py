"""What `manage.py shell` is given for `capacity`: what each step of a submission costs, one at a time, nothing beside.

Requests go through Django's whole stack in this process. Of each step: the seconds of its own processor time, and the
seconds that it waited for the database and the disk. It prints one line of JSON.
"""

import json
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from competitions.models import Competition
from config.bodies import WAITED
from grading.kept_predictions import read_sent
from grading.labels import active_version, labels_of
from grading.scoring import score_claimed, scores_of
from submissions import lifecycle
from submissions.models import Kind, Queue, Submission, prediction_storage
from teams.models import Team
from tests.benchmarks.load_generator import form_of

TIMES = 60
DEEP = 2_000


def measure(slug: str, file: str) -> None:
    """All steps, with the competition's teams that have one member; nothing else may be scored meanwhile."""
    settings.ALLOWED_HOSTS = ["*"]
    competition = Competition.objects.get(slug=slug)
    team = competition.teams.filter(is_baseline=False).order_by("pk")[0]
    client = Client()
    client.force_login(User.objects.get(memberships__team=team))
    kind, body = form_of(Path(file).read_bytes())
    submit = reverse("submit", args=[slug])

    def upload() -> None:
        answer = client.generic("POST", submit, body, kind, headers={"accept": "application/json"})
        assert answer.status_code == 200, answer.content

    def refused() -> None:
        answer = client.generic("POST", submit, body, kind, **{WAITED: 1e9})
        assert answer.status_code == 503

    told: dict[str, object] = {}
    before = _stored()
    told["upload"] = _cost(upload, TIMES)
    told["claim"], told["score"], told["record"] = _grading(competition)
    told["stored_file"], told["stored_kept"], told["stored_rows"] = _stored_by_each(before, len(body))
    sent = Submission.objects.filter(team=team).order_by("-submitted_at")[0]
    for name, address in {
        "board": reverse("leaderboard", args=[slug]),
        "submissions_page": reverse("my_submissions", args=[slug]),
        "submission_page": reverse("submission", args=[sent.pk]),
        "poll": reverse("submission_status", args=[sent.pk]),
    }.items():
        told[name] = _cost(_getting(client, address), TIMES)
    told["refused"] = _cost(refused, TIMES)
    told |= _behind_many(competition, team, client)
    told["commit"] = _cost(lambda: _write(team), TIMES)[1]
    print(json.dumps(told))


def _grading(competition: Competition) -> tuple[list[float], list[float], list[float]]:
    """To claim, to read, check and score, and to record one of those that wait; until none waits."""
    labels = labels_of(active_version(competition))
    taken: dict[str, list[tuple[float, float]]] = {"claim": [], "score": [], "all": []}
    while True:
        began, cpu = perf_counter(), process_time()
        claim = lifecycle.claim_next(Queue.SCORING)
        taken["claim"].append((perf_counter() - began, process_time() - cpu))
        if claim is None:
            break
        submission = Submission.objects.select_related("competition").get(pk=claim.submission_id)
        began, cpu = perf_counter(), process_time()
        scores_of(submission, read_sent(submission, labels.row_ids), labels)
        taken["score"].append((perf_counter() - began, process_time() - cpu))
        began, cpu = perf_counter(), process_time()
        score_claimed(claim)
        taken["all"].append((perf_counter() - began, process_time() - cpu))
    claim_cost, score_cost, whole = (_middle(taken[name][1:]) for name in ("claim", "score", "all"))
    return claim_cost, score_cost, [max(0.0, both - alone) for both, alone in zip(whole, score_cost, strict=True)]


def _behind_many(competition: Competition, team: Team, client: Client) -> dict[str, list[float]]:
    """To claim, and to follow one's own, while DEEP others wait. Nothing of it is left."""
    with transaction.atomic():
        now, teams = timezone.now(), list(competition.teams.filter(is_baseline=False))
        made = Submission.objects.bulk_create(
            Submission(
                id=uuid4(), competition=competition, team=teams[number % len(teams)], kind=Kind.PREDICTIONS,
                file="none.csv", original_name="none.csv", size_bytes=1, submitted_at=now, waiting_since=now,
            )
            for number in range(DEEP)
        )  # fmt: skip
        mine = next(one for one in reversed(made) if one.team_id == team.pk)
        poll = _cost(_getting(client, reverse("submission_status", args=[mine.pk])), TIMES // 4)
        claim = _cost(lambda: lifecycle.claim_next(Queue.SCORING), TIMES // 4)
        transaction.set_rollback(True)
    return {"poll_behind_many": poll, "claim_behind_many": claim}


def _getting(client: Client, address: str) -> Callable[[], None]:
    def get() -> None:
        assert client.get(address).status_code == 200

    return get


def _write(team: Team) -> None:
    """The smallest change that must reach the disk."""
    Team.objects.filter(pk=team.pk).update(name=team.name)


def _cost(work: Callable[[], object], times: int) -> list[float]:
    """Own processor time and waiting for others, in seconds: the median of so many, after a first one."""
    work()
    taken = []
    for _ in range(times):
        began, cpu = perf_counter(), process_time()
        work()
        taken.append((perf_counter() - began, process_time() - cpu))
    return _middle(taken)


def _middle(taken: list[tuple[float, float]]) -> list[float]:
    cpu = median(each for _, each in taken)
    return [cpu, max(0.0, median(wall for wall, _ in taken) - cpu)]


def _stored() -> int:
    """Bytes of the database."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
        else:
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        return int(cursor.fetchone()[0])


def _stored_by_each(before: int, sent_bytes: int) -> tuple[int, int, int]:
    """Bytes of the file as it was sent, of its kept predictions, and of its rows."""
    latest = Submission.objects.filter(evaluation__isnull=False).order_by("-submitted_at")[0]
    assert latest.evaluation
    kept = prediction_storage().size(latest.evaluation.predictions.name)
    return min(latest.size_bytes, sent_bytes), kept, max(0, _stored() - before) // TIMES
