"""Ranks, counted from the standings' order each time. They are never stored."""

from collections.abc import Collection

from django.db import connection

from competitions.models import Competition
from leaderboard.order import columns, has_score

# The teams that are asked for, in their order, and how many ranked ones stand between each and the one before it. So
# each entry of the index is passed over once at most, in the database: numbering all of them takes twice as long.
# The first has none before it: it counts from below every score that a constraint allows.
# "+ 0" takes the column's type from the key, without which SQLite uses two columns of the index instead of three.
BETWEEN = """
WITH asked AS MATERIALIZED (
    SELECT team_id + 0 AS team, {order} AS score, {at} AS at, is_ranked,
        LAG({order}, 1, -1.7e308) OVER upward AS last_score,
        LAG({at}, 1, {at}) OVER upward AS last_at,
        LAG(team_id + 0, 1, 0) OVER upward AS last_team
    FROM leaderboard_standing WHERE team_id IN ({teams})
    WINDOW upward AS (ORDER BY {order}, {at}, team_id)
)
SELECT team, is_ranked, score, (
    SELECT COUNT(*) FROM leaderboard_standing
    WHERE competition_id = %s AND is_ranked
        AND ({order}, {at}, team_id) > (last_score, last_at, last_team)
        AND ({order}, {at}, team_id) <= (score, at, team)
) FROM asked ORDER BY score, at, team
"""


def ranks_of(competition: Competition, teams: Collection[int], *, private: bool) -> dict[int, int]:
    """By team, the ranks on one of the boards of those that have one."""
    if not teams:
        return {}
    column, at, _ = columns(private)
    question = BETWEEN.format(order=column, at=at, teams=", ".join(["%s"] * len(teams)))
    ranks: dict[int, int] = {}
    rank = 0
    with connection.cursor() as cursor:
        cursor.execute(question, [*teams, competition.pk])
        for team, is_ranked, order, further in cursor.fetchall():
            rank += further
            if is_ranked and has_score(order):
                ranks[team] = rank
    return ranks
