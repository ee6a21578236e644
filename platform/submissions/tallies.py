"""What teams have sent, counted: by one question for any number of teams."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from functools import lru_cache

from django.db.models import BigIntegerField, Count, DateTimeField, Q

from competitions.models import Competition, LimitWindow
from config.kept_query import Given, KeptQuery, given_list
from submissions.models import COST_NO_SLOT, Status, Submission
from submissions.quota import DAY, day_of
from teams.models import Team

COUNTS = ~Q(status__in=COST_NO_SLOT)
# What a final selection may hold (`leaderboard.final_selection`).
CHOOSABLE = COUNTS & Q(is_late=False, disqualified_at=None)


@dataclass(frozen=True)
class Tally:
    """Of one team: how many submissions it has sent at all, and how many of these are of which kind.

    `counted` cost a slot, `in_window` cost one that is not back yet, `waiting` have no score yet, `choosable` may be
    in the final selection, `chosen` are.
    """

    sent: int = 0
    counted: int = 0
    in_window: int = 0
    waiting: int = 0
    choosable: int = 0
    chosen: int = 0

    def left(self, competition: Competition) -> int:
        """How many may be sent now, as `submissions.quota.allowance` has it."""
        left = [competition.daily_limit - self.in_window]
        if competition.total_limit is not None:
            left.append(competition.total_limit - self.counted)
        if competition.pending_limit is not None:
            left.append(competition.pending_limit - self.waiting)
        return max(0, min(left))

    def is_used_up(self, competition: Competition) -> bool:
        """Whether the team has sent all that the competition takes of it."""
        return competition.total_limit is not None and self.counted >= competition.total_limit


NUMBERS = tuple(field.name for field in fields(Tally))


def tallies(teams: Collection[Team], at: datetime) -> dict[int, Tally]:
    """By team's key, what each has sent at that moment (aware, UTC)."""
    if not teams:
        return {}
    found = _counted(len(teams)).rows(teams=[team.pk for team in teams], day_ago=at - DAY, midnight=day_of(at))
    by_team = {team_id: Tally(*numbers) for team_id, *numbers in found}
    return {team.pk: by_team.get(team.pk, Tally()) for team in teams}


# Somebody takes part in few competitions at once.
@lru_cache(maxsize=64)
def _counted(team_count: int) -> KeptQuery:
    is_rolling = Q(competition__limit_window=LimitWindow.ROLLING)
    moment = DateTimeField()
    in_window = (is_rolling & Q(submitted_at__gt=Given("day_ago", moment))) | (
        ~is_rolling & Q(submitted_at__gte=Given("midnight", moment))
    )
    return KeptQuery(
        Submission.objects.filter(team__pk__in=given_list("teams", BigIntegerField(), team_count))
        .order_by()
        .values("team_id")
        .annotate(
            sent=Count("pk"),
            counted=Count("pk", filter=COUNTS),
            in_window=Count("pk", filter=COUNTS & in_window),
            waiting=Count("pk", filter=COUNTS & ~Q(status=Status.SCORED)),
            choosable=Count("pk", filter=CHOOSABLE),
            chosen=Count("pk", filter=Q(is_selected=True)),
        )
        .values_list("team_id", *NUMBERS)
    )
