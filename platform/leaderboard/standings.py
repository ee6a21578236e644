"""Keeping and reading the standings. What anyone sees goes through `grader.scoring.disclosure` first."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from competitions.models import Competition
from grader.scoring.disclosure import disclosed
from grader.scoring.ranking import Entry, rank
from leaderboard.models import Standing
from submissions.models import TERMINAL, Evaluation
from teams.models import Team


@dataclass(frozen=True)
class Row:
    """One line of a leaderboard, as everyone may see it. `rank` None: a baseline."""

    rank: int | None
    team: Team
    score: float
    achieved_at: datetime
    scored_count: int


def refresh(team: Team) -> None:
    """Set the team's standing from its live evaluations against the active solution. Call it in their transaction."""
    # Two workers that finish two submissions of one team must see each other's evaluation.
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    decimals = team.competition.decimals
    # What waits to be graded again keeps its last score until the new one stands.
    counts = Q(solution__is_active=True) | ~Q(submission__status__in=TERMINAL)
    live = list(Evaluation.objects.filter(counts, submission__team=team, is_live=True).select_related("submission"))
    if not live:
        Standing.objects.filter(team=team).delete()
        return
    best = min(live, key=lambda e: (disclosed(e.public_score, decimals), e.submission.submitted_at, e.pk))
    Standing.objects.update_or_create(
        team=team, defaults={"competition": team.competition, "best": best, "scored_count": len(live)}
    )


def rebuild(competition: Competition) -> None:
    """Make every standing of a competition anew from the evaluations."""
    for team in competition.teams.select_related("competition"):
        refresh(team)


def standings(competition: Competition, *, private: bool = False) -> list[Row]:
    """The whole leaderboard in its order: disclosed scores, the earlier of equal ones first, baselines unranked.

    `private`: by the private scores of the same submissions, which only a closed competition may show.
    """
    rows = {
        standing.team.name: standing
        for standing in Standing.objects.filter(competition=competition).select_related("team", "best__submission")
    }
    entries = [
        Entry(
            key=team_name,
            score=disclosed(
                standing.best.private_score if private else standing.best.public_score, competition.decimals
            ),
            at=standing.best.submission.submitted_at,
            is_ranked=not standing.team.is_baseline,
        )
        for team_name, standing in rows.items()
    ]
    return [
        Row(
            rank=place.rank,
            team=rows[place.entry.key].team,
            score=place.entry.score,
            achieved_at=place.entry.at,
            scored_count=rows[place.entry.key].scored_count,
        )
        for place in rank(entries)
    ]


def rank_of(team: Team) -> tuple[int, int] | None:
    """(rank, number of ranked teams) on the public board; None: the team has no rank yet."""
    rows = [row for row in standings(team.competition) if row.rank is not None]
    return next(((row.rank, len(rows)) for row in rows if row.rank is not None and row.team.pk == team.pk), None)
