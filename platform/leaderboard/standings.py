"""Keeping and reading the standings. What anyone sees goes through `grader.scoring.disclosure` first."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from competitions.models import Competition
from grader.scoring.disclosure import disclosed
from grader.scoring.ranking import Entry, rank
from leaderboard.models import Standing
from leaderboard.places import TeamsPlace, places_under
from submissions.models import Evaluation
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
    team = Team.objects.select_for_update(of=("self",), no_key=True).select_related("competition").get(pk=team.pk)
    competition = team.competition
    place = _places(competition, team).get(team.pk)
    if place is None:
        Standing.objects.filter(team=team).delete()
        return
    Standing.objects.update_or_create(
        team=team,
        defaults={
            "competition": competition,
            "best_id": place.best.evaluation_id,
            "final_id": place.final.evaluation_id,
            "scored_count": place.scored_count,
        },
    )


@transaction.atomic
def rebuild(competition: Competition) -> None:
    """Set every standing of a competition as `refresh` would, in a few queries."""
    # In the order of their keys, so that two rebuilds cannot wait for each other.
    locked = competition.teams.select_for_update(no_key=True).order_by("pk")
    list(locked.values_list("pk", flat=True))
    places = _places(competition)
    Standing.objects.filter(competition=competition).delete()
    Standing.objects.bulk_create(
        [
            Standing(
                competition=competition,
                team_id=team_id,
                best_id=place.best.evaluation_id,
                final_id=place.final.evaluation_id,
                scored_count=place.scored_count,
            )
            for team_id, place in places.items()
        ]
    )


def _places(competition: Competition, team: Team | None = None) -> dict[int, TeamsPlace]:
    active = competition.solutions.filter(is_active=True).first()
    return places_under(active, competition, team) if active else {}


def standings(competition: Competition, *, private: bool = False) -> list[Row]:
    """The whole leaderboard in its order: disclosed scores, the earlier of equal ones first, baselines unranked.

    `private`: the final ranking, by the best private score of what each team has chosen. Only a competition whose
    private results are revealed may show it.
    """
    rows = {
        standing.team.name: standing
        for standing in Standing.objects.filter(competition=competition).select_related(
            "team", "best__submission", "final__submission"
        )
    }
    entries = [
        _entry(standing.team, standing.final if private else standing.best, competition.decimals, private)
        for standing in rows.values()
    ]
    return [
        Row(
            rank=place.rank,
            team=rows[place.entry.key].team,
            score=place.entry.score,
            achieved_at=place.entry.at,
            scored_count=rows[place.entry.key].scored_count,
        )
        for place in rank(entries, competition.scored_by.lower_is_better)
    ]


def _entry(team: Team, evaluation: Evaluation | None, decimals: int, private: bool) -> Entry:
    if evaluation is None:
        raise ValueError(f"The standing of {team} has no final submission: rebuild the standings.")
    score = evaluation.private_score if private else evaluation.public_score
    if score is None:
        raise ValueError(f"{evaluation.submission} is to be ranked, and has no private score.")
    return Entry(
        key=team.name,
        score=disclosed(score, decimals),
        at=evaluation.submission.submitted_at,
        is_ranked=not team.is_baseline,
    )


def rank_of(team: Team) -> tuple[int, int] | None:
    """(rank, number of ranked teams) on the public board; None: the team has no rank yet."""
    rows = [row for row in standings(team.competition) if row.rank is not None]
    return next(((row.rank, len(rows)) for row in rows if row.rank is not None and row.team.pk == team.pk), None)
