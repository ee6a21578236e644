"""An archive as the site makes it of a small contest, and the command that replays it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cast_of_stories import GOOD, PERFECT
from django.utils import timezone

from competitions.models import Archive, Competition
from grader.verify.__main__ import main
from grading.sweeper import sweep
from grading.tasks import archives
from leaderboard.archives import ask_for_archive
from leaderboard.final_selection import select
from leaderboard.moderation import disqualify_submission
from teams.models import Team

# Public errors 0 and 2: 2. Private ones 0, 0 and 0.
BEST_IN_PRIVATE = "id,rating\n1,5\n2,5\n3,4\n4,1\n5,2\n"
# Public: 0. Private errors 1, 2 and 1: 2.
BEST_IN_PUBLIC = "id,rating\n1,5\n2,3\n3,3\n4,3\n5,3\n"
# Public errors 2 and 0: 2. Private as above: 2.
CONSTANT = "id,rating\n1,3\n2,3\n3,3\n4,3\n5,3\n"

Verified = Callable[..., tuple[int, str]]
_made: dict[str, bytes] = {}


def _contest(request: pytest.FixtureRequest) -> bytes:
    """Alice chose her second file, which wins in private; bob leads in public; one of his is disqualified."""
    competition, graded = request.getfixturevalue("competition"), request.getfixturevalue("graded")
    alices, bobs = request.getfixturevalue("alices_team"), request.getfixturevalue("bobs_team")
    Competition.objects.update(final_selection_count=1)
    for team in (alices, bobs):
        team.refresh_from_db()
    graded(alices, GOOD)
    select(graded(alices, BEST_IN_PRIVATE))
    disqualify_submission(graded(bobs, PERFECT), "Made by hand.", request.getfixturevalue("olga"))
    graded(bobs, BEST_IN_PUBLIC)
    graded(bobs, GOOD)
    baseline = Team.objects.create(competition=competition, name="Constant", is_baseline=True)
    baseline.memberships.create(
        competition=competition, user=request.getfixturevalue("olga"), rules_accepted_at=timezone.now()
    )
    graded(baseline, CONSTANT)
    sweep()
    now = timezone.now()
    Competition.objects.update(opens_at=now - timedelta(days=3), closes_at=now - timedelta(days=2))
    competition.refresh_from_db()
    ask_for_archive(competition, None)
    archives()
    made = Archive.objects.get()
    assert made.state == "done", made.failure
    return Path(made.file.path).read_bytes()


@pytest.fixture
def archive(db, request: pytest.FixtureRequest) -> bytes:
    """The site's own archive, made once for all these stories."""
    if not _made:
        _made["archive"] = _contest(request)
    return _made["archive"]


@pytest.fixture
def verified(tmp_path, capsys) -> Verified:
    """verified(archive, "--option", …) runs the command; returns its exit code and all that it said."""

    def run(archive: bytes, *arguments: str) -> tuple[int, str]:
        path = tmp_path / "stars.zip"
        path.write_bytes(archive)
        code = main([str(path), *arguments])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run
