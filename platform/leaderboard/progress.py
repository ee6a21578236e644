"""A team's best public score over time: what the board has shown of it, as it would be under the present solution."""

from dataclasses import dataclass
from datetime import datetime

from grader.scoring.disclosure import disclosed
from leaderboard.places import that_count
from submissions.models import Told
from teams.models import Team


@dataclass(frozen=True)
class Better:
    """When a submission that became the team's best was sent, and its disclosed public score."""

    sent_at: datetime
    score: float


def best_over_time(team: Team) -> list[Better]:
    """Each time that the team's disclosed best became better, in the order sent; empty: it was told no score."""
    competition = team.competition
    active = competition.solutions.filter(is_active=True).first()
    if active is None:
        return []
    rows = that_count(active, team).filter(told=Told.SCORE).order_by("submission__submitted_at", "pk")
    sign = 1 if competition.scored_by.lower_is_better else -1
    better: list[Better] = []
    for sent_at, exact in rows.values_list("submission__submitted_at", "public_score"):
        score = disclosed(exact, competition.decimals)
        if not better or sign * score < sign * better[-1].score:
            better.append(Better(sent_at, score))
    return better
