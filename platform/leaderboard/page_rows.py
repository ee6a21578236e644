"""What one page of a board is made from, by one query: its lines and the numbers around them.

In SQL as it is sent: to have it put together from the models takes three times as long as to ask it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from django.db import connection

from competitions.models import Competition
from leaderboard.models import NOTHING_TOLD
from leaderboard.order import columns, has_score
from teams.models import Team

# The numbers come with every line, and once when there is none. The unranked are few and have an index of their own,
# and those who were told no score stand last: who is ranked is told by taking them away. The index alone says who is
# on the page; only their rows are read then.
PAGE = """
WITH own AS (
    SELECT {order}, {at}, team_id FROM leaderboard_standing WHERE team_id = %s
), line AS MATERIALIZED (
    SELECT {order}, {at}, team_id, is_ranked FROM leaderboard_standing WHERE {chosen}
)
SELECT
    (SELECT COUNT(*) FROM leaderboard_standing WHERE competition_id = %s),
    (SELECT COUNT(*) FROM leaderboard_standing WHERE competition_id = %s AND NOT is_ranked),
    (SELECT COUNT(*) FROM leaderboard_standing WHERE competition_id = %s AND {order} >= %s AND is_ranked),
    (SELECT COUNT(*) FROM leaderboard_standing
        WHERE competition_id = %s AND ({order}, {at}, team_id) < (SELECT * FROM own)),
    (SELECT COUNT(*) FROM leaderboard_standing
        WHERE competition_id = %s AND NOT is_ranked AND ({order}, {at}, team_id) < (SELECT * FROM own)),
    (SELECT COUNT(*) FROM leaderboard_standing
        WHERE competition_id = %s AND NOT is_ranked
            AND ({order}, {at}, team_id) < (SELECT {order}, {at}, team_id FROM line ORDER BY 1, 2, 3 LIMIT 1)),
    line.team_id,
    (SELECT name FROM teams_team WHERE id = line.team_id),
    line.is_ranked, line.{order}, line.{at},
    (SELECT scored_count FROM leaderboard_standing WHERE team_id = line.team_id)
FROM (SELECT 1) numbers LEFT JOIN line ON TRUE
ORDER BY line.{order}, line.{at}, line.team_id
"""
OF_A_PAGE = "competition_id = %s ORDER BY {order}, {at}, team_id LIMIT %s OFFSET %s"


class Line(NamedTuple):
    """A standing on one board; `order` as it orders that board. Of `team` the key and the name are there."""

    team: Team
    is_baseline: bool
    order: float
    at: datetime
    scored_count: int

    @property
    def has_rank(self) -> bool:
        """Whether it is neither a baseline nor a team that was told no score yet."""
        return not self.is_baseline and has_score(self.order)


@dataclass(frozen=True)
class PageRows:
    """A page's lines in their order; how many standings there are in all and above one's own, and ranked ones of these.

    `ranked_before`: how many ranked ones stand before the page.
    """

    lines: list[Line]
    count: int
    ranked_count: int
    above: int
    ranked_above: int
    ranked_before: int


def read_page(competition: Competition, start: int, size: int, *, private: bool, team: Team | None) -> PageRows:
    """The `size` standings from `start` on. `team`: one's own."""
    order, at, _ = columns(private)
    chosen = OF_A_PAGE.format(order=order, at=at)
    return _read(competition, chosen, [competition.pk, size, start], start, private=private, team=team)


def read_teams(competition: Competition, keys: Sequence[int], *, private: bool, team: Team | None) -> PageRows:
    """The standings of the teams with those keys, which stand anywhere: `ranked_before` says nothing."""
    chosen = f"team_id IN ({', '.join(['%s'] * len(keys)) or 'NULL'})"
    return _read(competition, chosen, keys, 0, private=private, team=team)


def _read(
    competition: Competition, chosen: str, parameters: Sequence[int], start: int, *, private: bool, team: Team | None
) -> PageRows:
    order, at, _ = columns(private)
    own = team.pk if team else None
    with connection.cursor() as cursor:
        cursor.execute(PAGE.format(order=order, at=at, chosen=chosen), _in_order(own, parameters, competition))
        told = cursor.fetchall()
    count, unranked, untold, above, unranked_above, unranked_before = told[0][:6]
    lines = [
        Line(Team.from_db(connection.alias, ["id", "name"], [pk, name]), not is_ranked, place, _aware(sent), scored)
        for *_, pk, name, is_ranked, place, sent, scored in told
        if pk is not None
    ]
    return PageRows(lines, count, count - unranked - untold, above, above - unranked_above, start - unranked_before)


def _in_order(own: int | None, parameters: Sequence[int], competition: Competition) -> list[float | None]:
    """What PAGE asks for, from its first %s to its last."""
    key = competition.pk
    return [own, *parameters, key, key, key, NOTHING_TOLD, key, key, key]


def _aware(moment: datetime) -> datetime:
    # SQLite keeps no zone; everything is kept in UTC.
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
