"""What `manage.py shell` is given for `leaderboard_page`: two competitions, of very many teams and of few.

The measuring is done here, in the site's own environment: requests go through Django's whole stack in this
process, by the database that the site has. It prints one line of JSON.
"""

import json
import time
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from competitions.models import Competition, Solution
from leaderboard.models import Board, BoardCertainty, PlaceCertainty
from leaderboard.standings import rebuild, refresh
from submissions.models import Evaluation, Kind, Status, Submission
from teams.models import Membership, Team
from tests.benchmarks.row import percentile

PER_TEAM = 15
REQUESTS = 100
SCORES = 100
PAGE_REQUESTS = 20


def make(slug: str, team_count: int, submission_count: int) -> Competition:
    """A competition whose teams have sent so many submissions in all, each with an evaluation, and its standings."""
    now = timezone.now()
    chance = np.random.default_rng(0)
    competition = Competition.objects.create(
        slug=slug, title=slug, is_published=True, opens_at=now - timedelta(days=99), closes_at=now - timedelta(hours=2),
        reveals_at=now - timedelta(hours=1),
    )  # fmt: skip
    active = Solution.objects.create(
        competition=competition, version=1, file="none.csv", verdict=Solution.Verdict.ACCEPTED, is_active=True
    )
    teams = Team.objects.bulk_create(Team(competition=competition, name=f"Team {n}") for n in range(team_count))
    per_team = submission_count // team_count
    sent = Submission.objects.bulk_create(
        (
            Submission(
                id=uuid4(), competition=competition, team=team, kind=Kind.PREDICTIONS, file="none.csv",
                original_name="none.csv", size_bytes=1, submitted_at=now - timedelta(days=1 + 6 * number),
                waiting_since=now - timedelta(days=1 + 6 * number),
            )
            for team in teams
            for number in range(per_team)
        ),
        batch_size=2000,
    )  # fmt: skip
    scores = chance.uniform(0.5, 2, (len(sent), 2)).round(3)
    evaluations = Evaluation.objects.bulk_create(
        (
            Evaluation(submission=one, solution=active, public_score=public, private_score=private)
            for one, (public, private) in zip(sent, scores, strict=True)
        ),
        batch_size=2000,
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE submissions_submission SET status = %s, evaluation_id = %s WHERE id = %s",
            [
                (Status.SCORED.value, one.pk, Submission._meta.pk.get_db_prep_value(one.submission_id, connection))
                for one in evaluations
            ],
        )
    rebuild(competition)
    for board in Board:
        _say_how_sure(competition, board)
    return competition


def _say_how_sure(competition: Competition, board: Board) -> None:
    """A row of certainty for each standing, in groups of ten."""
    certainty = BoardCertainty.objects.create(
        competition=competition, board=board, state="0f", made_at=timezone.now(), unit="row", unit_count=1,
        compared_count=competition.standings.count(), tied_count=10, last_tied=10,
    )  # fmt: skip
    in_order = competition.standings.order_by(f"{board}_order", f"{board}_at", "team_id")
    PlaceCertainty.objects.bulk_create(
        (
            PlaceCertainty(
                certainty=certainty, team_id=standing.team_id, low=1 + number // 10 * 10, high=10 + number // 10 * 10,
                evaluation_id=standing.best_id if board == Board.PUBLIC else standing.final_id, group=1 + number // 10,
                chance_first=0, chance_top=0, is_tied_with_first=number < 10, is_first=number == 0, difference=0.1,
                half_width=0.01,
            )
            for number, standing in enumerate(in_order)
        ),
        batch_size=500,
    )  # fmt: skip


def measure(small: int = 100, large: int = 10_000) -> None:
    """Milliseconds by the wall clock, in turns between the two sizes, so that both have the same machine."""
    settings.ALLOWED_HOSTS = ["*"]
    with transaction.atomic():
        few = make("few", small, 1000)
        many = make("many", large, large * PER_TEAM)
        visitors = {competition.slug: _visitor(competition) for competition in (few, many)}
    if connection.vendor == "postgresql":
        # What its own daemon does within a minute.
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    pages = {
        "first": "",
        "middle": "?page={middle}",
        "final": "?board=private",
        "final, last": "?board=private&page={last}",
        "search": "?q=team+99",
    }
    told: dict[str, dict[str, list[float]]] = {}
    for name, template in pages.items():
        calls = {}
        for competition in (few, many):
            last = competition.standings.count() // settings.LEADERBOARD_PAGE_SIZE
            query = template.format(middle=max(1, last // 2), last=last)
            address = f"/competitions/{competition.slug}/leaderboard/{query}"
            calls[competition.slug] = _getting(visitors[competition.slug], address)
        told[name] = _in_turns(calls, REQUESTS)
    told["pages"] = _in_turns(_every_page(many, visitors[many.slug]), PAGE_REQUESTS)
    told["score"] = _in_turns({one.slug: _recording(one) for one in (few, many)}, SCORES)
    print(
        json.dumps(
            {
                name: {slug: [percentile(taken, 0.5), percentile(taken, 0.95)] for slug, taken in of_each.items()}
                for name, of_each in told.items()
            }
        )
    )


def _visitor(competition: Competition) -> Client:
    """Signed in as the only member of a team in the middle of the board."""
    standing = competition.standings.order_by("public_order")[competition.standings.count() // 2]
    user = User.objects.create_user(f"visitor of {competition.slug}")
    Membership.objects.create(
        competition=competition, team=standing.team, user=user, rules_accepted_at=timezone.now(), is_captain=True
    )
    client = Client()
    client.force_login(user)
    return client


def _every_page(competition: Competition, client: Client) -> dict[str, Callable[[], None]]:
    """All that a member looks at, and the same by the API; by their names."""
    sent = Submission.objects.filter(team__memberships__user__username=f"visitor of {competition.slug}").first()
    assert sent
    of_site = ["home", "status", "account", "tokens", "api:competitions"]
    of_competition = [
        "competition", "data", "evaluation", "rules", "timeline", "announcements", "leaderboard", "certainty", "submit",
        "my_submissions", "team", "api:competition", "api:leaderboard", "api:submissions", "api:quota",
    ]  # fmt: skip
    of_submission = ["submission", "submission_comparison", "submission_status", "api:submission"]
    return {
        **{name: _getting(client, reverse(name)) for name in of_site},
        **{name: _getting(client, reverse(name, args=[competition.slug])) for name in of_competition},
        **{name: _getting(client, reverse(name, args=[sent.pk])) for name in of_submission},
    }


def _getting(client: Client, address: str) -> Callable[[], None]:
    def get() -> None:
        assert client.get(address).status_code == 200

    return get


def _recording(competition: Competition) -> Callable[[], None]:
    """One more evaluation of a team's submission takes the place of the one before, and the standing follows."""
    teams = competition.teams.order_by("pk")[: SCORES // 4]
    of_teams = [submission for team in teams for submission in team.submissions.select_related("evaluation")[:4]]
    turn = iter(of_teams * 4)

    def record() -> None:
        submission = next(turn)
        with transaction.atomic():
            Evaluation.objects.filter(submission=submission, is_live=True).update(is_live=False)
            new = Evaluation.objects.create(
                submission=submission, solution_id=submission.evaluation.solution_id, public_score=1, private_score=1
            )
            Submission.objects.filter(pk=submission.pk).update(evaluation=new)
            refresh(submission.team)

    return record


def _in_turns(calls: dict[str, Callable[[], None]], count: int) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        call()
    for _ in range(count):
        for name, call in calls.items():
            begun = time.perf_counter()
            call()
            taken[name].append(1000 * (time.perf_counter() - begun))
    return taken
