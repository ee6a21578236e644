"""Who leads: the first of each board, for pages that show many competitions at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery

from competitions.models import Competition
from leaderboard.board import score_of
from leaderboard.models import Standing
from leaderboard.order import columns, position, with_rank
from teams.models import Team


@dataclass(frozen=True)
class Leader:
    """The team with rank 1, and its disclosed score. `is_final`: on the final board, by the private part."""

    team: Team
    score: float
    is_final: bool


def leaders(competitions: Sequence[Competition], at: datetime) -> dict[int, Leader]:
    """By competition's key, in two queries, the leader of the board that counts then; without those that have none."""
    final = {one.pk: one.timeline.shows_private(at) for one in competitions}
    firsts = Competition.objects.filter(pk__in=final).annotate(public=_first(False), private=_first(True))
    wanted = [private if final[pk] else public for pk, public, private in firsts.values_list("pk", "public", "private")]
    by_key = {one.pk: one for one in competitions}
    found = {}
    for standing in Standing.objects.filter(pk__in=[pk for pk in wanted if pk]).select_related("team"):
        is_final = final[standing.competition_id]
        score = score_of(position(standing, is_final).order, by_key[standing.competition_id])
        if score is not None:
            found[standing.competition_id] = Leader(standing.team, score, is_final)
    return found


def _first(private: bool) -> "Subquery[Any]":
    ranked = Standing.objects.filter(with_rank(private), competition=OuterRef("pk")).order_by(*columns(private))
    return Subquery(ranked.values("pk")[:1])
