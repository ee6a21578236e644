"""What `manage.py shell` is given: the contest that the chaos is about, and in the end everything that is known of it.

Both print one line of JSON.
"""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import numpy as np
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db.models import Count, Q
from django.utils import timezone

from accounts.models import User
from accounts.tokens import make_token
from competitions.models import Competition, DataFile, LimitWindow, Solution
from submissions.models import ChunkedUpload, Evaluation, Submission, prediction_storage, submission_storage
from submissions.quota import allowance
from teams.joining import join
from teams.models import Team
from tests.running_site import eventually

SLUG = "chaos"


def make(team_names: list[str], row_count: int) -> None:
    """A competition of so many rows, and teams of one person each: their sessions and tokens."""
    now = timezone.now()
    competition = Competition.objects.create(
        slug=SLUG,
        title="Chaos",
        tagline="Everything dies.",
        is_published=True,
        opens_at=now - timedelta(days=1),
        daily_limit=100_000,
        # No midnight in the middle.
        limit_window=LimitWindow.ROLLING,
    )
    ids = range(1, row_count + 1)
    rows = "".join(f'{number},u{number},"Book {number}"\n' for number in ids)
    DataFile.objects.create(
        competition=competition, name="test.csv", file=ContentFile(f"id,user_id,book_name\n{rows}", "test.csv")
    )
    chance = np.random.default_rng(0)
    labels = "".join(f"{n},{chance.integers(1, 6)},{'Public' if n % 3 == 0 else 'Private'}\n" for n in ids)
    Solution.objects.create(
        competition=competition, version=1, file=ContentFile(f"id,rating,Usage\n{labels}", name="solution.csv")
    )
    # The worker checks it when beat has seen it.
    eventually(lambda: Solution.objects.filter(competition=competition, is_active=True), "the solution is checked", 300)
    print(json.dumps({name: _person(name, competition) for name in team_names}))


def _person(name: str, competition: Competition) -> dict[str, str]:
    user = User.objects.create_user(name, f"{name}@example.org", "a fine password")
    join(user, competition)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return {"session": str(session.session_key), "token": make_token(user, "chaos")[1]}


def facts(room_left: int) -> None:
    """Every submission, every file, the standings made anew, and what each team may still send.

    Then the limit is set so that the team with the most submissions may send so many more.
    """
    said = StringIO()
    call_command("rebuild_standings", SLUG, stdout=said)
    live = Count("evaluations", filter=Q(evaluations__is_live=True))
    found = Submission.objects.filter(competition__slug=SLUG).annotate(live=live).select_related("team")
    contest = Competition.objects.get(slug=SLUG)
    used = {team.name: contest.daily_limit - _left(team) for team in Team.objects.filter(competition=contest)}
    Competition.objects.filter(pk=contest.pk).update(daily_limit=max(used.values()) + room_left)
    print(
        json.dumps(
            {
                "submissions": [_life(submission) for submission in found],
                "used": used,
                "standings": said.getvalue().strip(),
                "uploads": _stored(
                    submission_storage(),
                    Submission.objects.values_list("file", flat=True),
                    ChunkedUpload.objects.values_list("stored_name", flat=True),
                ),
                "predictions": _stored(
                    prediction_storage(),
                    Evaluation.objects.values_list("predictions", flat=True),
                    Submission.objects.values_list("predictions", flat=True),
                ),
            }
        )
    )


def _life(submission) -> dict[str, object]:
    events = list(submission.events.values_list("at", "status", "note"))
    return {
        "id": submission.pk.hex,
        "team": submission.team.name,
        "name": submission.original_name,
        "sha256": submission.sha256,
        "status": submission.status,
        "problem_count": submission.problem_count,
        "evaluations": submission.evaluations.count(),
        "live": submission.live,
        "attempt": submission.attempt,
        "events": [[(at - submission.submitted_at).total_seconds(), status, note] for at, status, note in events],
    }


def _left(team: Team) -> int:
    return allowance(team, timezone.now()).left_today


def _stored(storage, *named) -> dict[str, list[str]]:
    """Names that rows speak of and that no file has, and files that no row speaks of."""
    spoken_of = {name for names in named for name in names if name}
    folder = Path(storage.location)
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    return {"lost": sorted(spoken_of - there), "orphaned": sorted(there - spoken_of)}
