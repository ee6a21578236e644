"""Standings made at once are those that were kept team by team, whatever the teams have sent."""

from datetime import timedelta
from random import Random

import pytest
from django.utils import timezone

from competitions.models import Competition, Solution
from leaderboard.models import Standing
from leaderboard.standings import rebuild, refresh
from submissions.models import Evaluation, Kind, Status, Submission, Told
from teams.models import Team

COLUMNS = ("team", "competition", "best", "final", "scored_count")


def a_world(competition, chance):
    """Thirty teams with up to nine submissions each, of every kind that counts or does not."""
    active = competition.solutions.get()
    other = Solution.objects.create(competition=competition, version=2, file="2.csv", verdict="accepted")
    now = timezone.now()

    def rarely():
        return chance.random() < 0.15

    for number in range(30):
        out = now if rarely() else None
        team = Team.objects.create(
            competition=competition,
            name=f"team {number}",
            is_baseline=rarely(),
            disqualified_at=out,
            disqualification="Two accounts." if out else "",
        )
        if number and rarely():
            Team.objects.filter(pk=team.pk).update(merged_into=Team.objects.first())
        elif not team.is_baseline and rarely():
            Team.objects.filter(pk=team.pk).update(is_rehearsal=True)
        for _ in range(chance.randrange(10)):
            is_late = rarely()
            out = now if rarely() else None
            submission = Submission.objects.create(
                competition=competition,
                team=team,
                kind=Kind.PREDICTIONS,
                file="x.csv",
                original_name="x.csv",
                size_bytes=1,
                submitted_at=now - timedelta(seconds=chance.randrange(5)),
                waiting_since=now,
                is_late=is_late,
                is_selected=not is_late and rarely(),
                disqualified_at=out,
                disqualification="Copied." if out else "",
            )
            # Scores that are often equal, and more often so to three decimals.
            scores = [chance.randrange(4) / 2 + chance.choice((0, 0.0001)) for _ in range(2)]
            for solution in (active, other):
                Evaluation.objects.create(
                    submission=submission,
                    solution=solution,
                    public_score=scores[0],
                    private_score=None if is_late else scores[1],
                    is_public_only=is_late,
                    told=chance.choice(Told.values) if competition.is_ladder else Told.SCORE,
                    is_live=not rarely(),
                )
            current = submission.evaluations.filter(solution=active, is_live=True).first()
            if current:
                Submission.objects.filter(pk=submission.pk).update(evaluation=current, status=Status.SCORED)


@pytest.mark.parametrize("seed", range(4))
def test_rebuilding_equals_refreshing_each_team(competition, seed):
    chance = Random(seed)
    Competition.objects.update(
        metric=chance.choice(("mse", "r2")),
        final_selection_count=chance.randrange(1, 4),
        disclosure="ladder" if seed % 2 else "plain",
    )
    competition.refresh_from_db()
    a_world(competition, chance)
    for team in competition.teams.all():
        refresh(team)
    kept = list(Standing.objects.order_by("team").values_list(*COLUMNS))
    assert len(kept) > 5
    # On a ladder somebody was told no score yet.
    assert (None in [best for _, _, best, _, _ in kept]) == competition.is_ladder
    # What is wrong by now is mended too.
    Standing.objects.filter(team__in=competition.teams.all()[:9]).update(scored_count=99)
    rebuild(competition)
    assert list(Standing.objects.order_by("team").values_list(*COLUMNS)) == kept
