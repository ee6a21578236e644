"""The order of a board in the database, column by column the one of `grader.scoring.ranking` (a test compares them)."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from leaderboard.models import NOTHING_TOLD, Standing


def columns(private: bool) -> tuple[str, str, str]:
    """What a board is sorted by: its score, when it was sent, and the team's key."""
    return ("private_order", "private_at", "team_id") if private else ("public_order", "public_at", "team_id")


@dataclass(frozen=True)
class Position:
    """Where a standing is on one board."""

    order: float
    at: datetime
    team_id: int


def position(standing: Standing, private: bool) -> Position:
    order, at, team_id = (getattr(standing, column) for column in columns(private))
    return Position(order, at, team_id)


def before(place: Position, private: bool) -> Q:
    """Whatever stands above that place."""
    order, at, team_id = columns(private)
    same = Q((order, place.order))
    # The first condition says nothing new: it lets the index stop there.
    return Q((f"{order}__lte", place.order)) & (
        Q((f"{order}__lt", place.order))
        | (same & Q((f"{at}__lt", place.at)))
        | (same & Q((at, place.at)) & Q((f"{team_id}__lt", place.team_id)))
    )


def with_rank(private: bool) -> Q:
    """The standings that have a rank: no baseline's and, on the public board, none without a told score."""
    return Q(is_ranked=True) if private else Q(is_ranked=True, public_order__lt=NOTHING_TOLD)


def has_score(order: float) -> bool:
    """Whether a team with that order was told a score; on the final board every order is a score."""
    return order < NOTHING_TOLD
