"""What `manage.py shell` is given for `capacity`: what each step of a submission costs, one at a time, nothing beside.

Requests go through Django's whole stack in this process. Of each step: the processor time of this process and of the
database's that serves it, in seconds; with SQLite that is one. It prints one line of JSON.
"""

import json
from collections.abc import Callable
from html import unescape
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
from tests.benchmarks.load_generator import FOLLOW, form_of
from tests.benchmarks.row import percentile

TIMES = 60
# What a team of a contest of 150,000 submissions by 10,000 teams has sent in the end.
PER_TEAM = 15
DEEP = 2_000
Taken = tuple[float, float]


def measure(slug: str, file: str) -> None:
    """All steps, with the competition's teams that have one member; nothing else may be scored meanwhile."""
    settings.ALLOWED_HOSTS = ["*"]
    competition = Competition.objects.get(slug=slug)
    team, reader = competition.teams.filter(is_baseline=False).order_by("pk")[:2]
    client = _member(team)
    kind, body = form_of(Path(file).read_bytes())
    submit = reverse("submit", args=[slug])

    def upload(sender: Client = client) -> None:
        answer = sender.generic("POST", submit, body, kind, headers={"accept": "application/json"})
        assert answer.status_code == 200, answer.content

    def refused() -> None:
        answer = client.generic("POST", submit, body, kind, **{WAITED: 1e9})
        assert answer.status_code == 503

    told: dict[str, object] = {}
    before, count = _stored(), Submission.objects.count()
    told["upload"] = _cost(upload, TIMES)
    told["claim"], told["score"], told["record"] = _grading(competition)
    # A board is looked at when it has its lines.
    for other in competition.teams.filter(is_baseline=False):
        upload(_member(other))
    looking = _member(reader)
    for _ in range(PER_TEAM):
        upload(looking)
    _grading(competition)
    each = max(0, _stored() - before) // (Submission.objects.count() - count)
    told["stored_file"], told["stored_kept"], told["stored_rows"] = *_files_of_the_latest(len(body)), each
    sent = Submission.objects.filter(team=reader).order_by("-submitted_at")[0]
    for name, address in {
        "board": reverse("leaderboard", args=[slug]),
        "submissions_page": reverse("my_submissions", args=[slug]),
        "submission_page": reverse("submission", args=[sent.pk]),
    }.items():
        told[name] = _cost(_getting(looking, address), TIMES)
    upload(looking)
    waiting = Submission.objects.filter(team=reader).latest("submitted_at")
    told["poll"] = _cost(_following(looking, waiting), TIMES)
    lifecycle.cancel(waiting)
    told["refused"] = _cost(refused, TIMES)
    told |= _behind_many(competition, team, client)
    told["commit"] = _commit(team)
    print(json.dumps(told))


def _member(team: Team) -> Client:
    client = Client()
    client.force_login(User.objects.get(memberships__team=team))
    return client


def _grading(competition: Competition) -> tuple[list[float], list[float], list[float]]:
    """To claim, to read, check and score, and to record one of those that wait; until none waits."""
    labels = labels_of(active_version(competition))
    taken: dict[str, list[Taken]] = {"claim": [], "score": [], "all": []}
    while True:
        before = _used()
        claim = lifecycle.claim_next(Queue.SCORING)
        if claim is None:
            break
        taken["claim"].append(_since(before))
        submission = Submission.objects.select_related("competition").get(pk=claim.submission_id)
        before = _used()
        scores_of(submission, read_sent(submission, labels.row_ids), labels)
        taken["score"].append(_since(before))
        before = _used()
        score_claimed(claim)
        taken["all"].append(_since(before))
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
        poll = _cost(_following(client, mine), TIMES // 4)
        claim = _cost(lambda: lifecycle.claim_next(Queue.SCORING), TIMES // 4)
        transaction.set_rollback(True)
    return {"poll_behind_many": poll, "claim_behind_many": claim}


def _getting(client: Client, address: str) -> Callable[[], None]:
    def get() -> None:
        assert client.get(address).status_code == 200

    return get


def _following(client: Client, waiting: Submission) -> Callable[[], None]:
    """As the open page of a file that waits: with what it shows, so that it is mostly told that nothing is new."""
    page = client.get(reverse("submission_status", args=[waiting.pk])).content
    found = FOLLOW.search(page)
    assert found, page
    address = unescape(found[1].decode())

    def follow() -> None:
        assert client.get(address).status_code in (200, 204)

    return follow


def _commit(team: Team) -> float:
    """Seconds by the wall clock until the smallest change has reached the disk: the best tenth of many tries."""
    seconds = []
    for _ in range(5 * TIMES):
        began = perf_counter()
        Team.objects.filter(pk=team.pk).update(name=team.name)
        seconds.append(perf_counter() - began)
    return percentile(seconds, 0.1)


def _cost(work: Callable[[], object], times: int) -> list[float]:
    """Own processor time and the database's, in seconds: the median of so many, after a first one."""
    work()
    taken = []
    for _ in range(times):
        before = _used()
        work()
        taken.append(_since(before))
    return _middle(taken)


def _used() -> Taken:
    """Processor time so far, in seconds: of this process, and of the one that serves its connection."""
    own = process_time()
    if connection.vendor != "postgresql":
        return own, 0.0
    connection.ensure_connection()
    server = connection.connection.info.backend_pid
    return own, int(Path(f"/proc/{server}/schedstat").read_text().split()[0]) / 1e9


def _since(before: Taken) -> Taken:
    now = _used()
    return now[0] - before[0], now[1] - before[1]


def _middle(taken: list[Taken]) -> list[float]:
    return [median(each) for each in zip(*taken, strict=True)]


def _stored() -> int:
    """Bytes of the database."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
        else:
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        return int(cursor.fetchone()[0])


def _files_of_the_latest(sent_bytes: int) -> tuple[int, int]:
    """Bytes of the file as it was sent, and of its kept predictions."""
    latest = Submission.objects.filter(evaluation__isnull=False).order_by("-submitted_at")[0]
    assert latest.evaluation
    return min(latest.size_bytes, sent_bytes), prediction_storage().size(latest.evaluation.predictions.name)
