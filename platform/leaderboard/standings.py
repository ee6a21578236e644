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
    """Set the team's standing from its live evaluations against the active solution. Call it in their transaction.

    Late and disqualified submissions count for nothing; a disqualified, merged or rehearsing team has no standing.
    """
    # Two workers that finish two submissions of one team must see each other's evaluation.
    team = Team.objects.select_for_update(of=("self",), no_key=True).select_related("competition").get(pk=team.pk)
    counted = _counted(team)
    if not counted:
        Standing.objects.filter(team=team).delete()
        return
    competition = team.competition
    lower = competition.scored_by.lower_is_better
    sign = 1.0 if lower else -1.0

    def public_place(evaluation: Evaluation) -> tuple[float, datetime, int]:
        score = disclosed(evaluation.public_score, competition.decimals)
        return sign * score, evaluation.submission.submitted_at, evaluation.pk

    counted.sort(key=public_place)
    chosen = [e for e in counted if e.submission.is_selected] or counted[: competition.final_selection_count]
    final = min(chosen, key=lambda e: (sign * _private(e), e.submission.submitted_at, e.pk))
    Standing.objects.update_or_create(
        team=team,
        defaults={"competition": competition, "best": counted[0], "final": final, "scored_count": len(counted)},
    )


def _counted(team: Team) -> list[Evaluation]:
    if team.disqualified_at or team.merged_into_id or team.is_rehearsal:
        return []
    # What waits to be graded again keeps its last score until the new one stands.
    counts = Q(solution__is_active=True) | ~Q(submission__status__in=TERMINAL)
    ranked = Q(submission__team=team, submission__is_late=False, submission__disqualified_at=None)
    return list(Evaluation.objects.filter(counts, ranked, is_live=True).select_related("submission"))


def _private(evaluation: Evaluation) -> float:
    if evaluation.private_score is None:
        raise ValueError(f"{evaluation.submission} is to be ranked, and has no private score.")
    return evaluation.private_score


def rebuild(competition: Competition) -> None:
    """Make every standing of a competition anew from the evaluations."""
    for team in competition.teams.select_related("competition"):
        refresh(team)


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
    score = _private(evaluation) if private else evaluation.public_score
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
