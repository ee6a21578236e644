"""What a competition's tables hold, to be taken elsewhere: participants, submissions, the leaderboard."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from competitions.models import Competition
from leaderboard.board import standings
from leaderboard.sure_places import Places, sure_places
from submissions.models import Submission
from teams.models import Membership

ROWS_AT_ONCE = 2000
Cell = str | int | float | bool | Decimal | datetime | None
Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Sheet:
    """A table: the names of its columns, and its rows, which are read as they are asked for."""

    name: str
    columns: tuple[str, ...]
    rows: Iterator[Row]


def participants(competition: Competition) -> Sheet:
    """Everybody in a team, with their e-mail addresses: for organizers only."""
    columns = ("team", "user", "email", "is_captain", "joined_at", "is_baseline", "disqualified_at", "merged_into")
    found = Membership.objects.filter(competition=competition, team__is_rehearsal=False).order_by("team__name", "pk")
    rows = found.values_list(
        "team__name", "user__username", "user__email", "is_captain", "rules_accepted_at", "team__is_baseline",
        "team__disqualified_at", "team__merged_into__name",
    )  # fmt: skip
    return Sheet("participants", columns, rows.iterator(chunk_size=ROWS_AT_ONCE))


def submissions(competition: Competition) -> Sheet:
    """Every submission with its exact scores, private ones and those not told too: for organizers only."""
    columns = (
        "id", "team", "sent_by", "submitted_at", "kind", "status", "file", "description", "size_bytes", "sha256",
        "is_late", "is_selected", "disqualified_at", "disqualification", "metric", "solution_version", "public_score",
        "told", "private_score",
    )  # fmt: skip
    found = Submission.objects.filter(competition=competition, team__is_rehearsal=False).order_by("submitted_at", "id")
    rows = found.values_list(
        "id", "team__name", "submitted_by__username", "submitted_at", "kind", "status", "original_name", "description",
        "size_bytes", "sha256", "is_late", "is_selected", "disqualified_at", "disqualification", "evaluation__metric",
        "evaluation__solution__version", "evaluation__public_score", "evaluation__told",
        "evaluation__private_score",
    )  # fmt: skip
    return Sheet("submissions", columns, ((str(row[0]), *row[1:]) for row in rows.iterator(chunk_size=ROWS_AT_ONCE)))


def both_boards(competition: Competition) -> Sheet:
    """Each team's place on the public and on the final board, whether that is shown yet or not: for organizers only."""
    columns = (
        "public_rank", "team", "public_score", "private_rank", "private_score", "entries", "is_baseline",
        "public_places_from", "public_places_to", "private_places_from", "private_places_to",
    )  # fmt: skip
    sure = sure_places(competition, private=True)
    final = {row.team.pk: row for row in standings(competition, private=True)}
    rows: Iterator[Row] = (
        (
            row.rank, row.team.name, _shown(row.score, competition), final[row.team.pk].rank,
            _shown(final[row.team.pk].score, competition), row.scored_count, row.is_baseline,
            *_certain(sure.on_public.get(row.team.pk))[:2], *_certain(sure.by_team.get(row.team.pk))[:2],
        )
        for row in standings(competition)
        # A team whose first score has just come stands on the one that was read later.
        if row.team.pk in final
    )  # fmt: skip
    return Sheet("leaderboard", columns, rows)


def board(competition: Competition, *, private: bool) -> Sheet:
    """One board as its page shows it; no rank and score where a team was told none.

    From place to place a team may be, by 95 %, and its group: nothing for what was not compared yet. `private`: only
    a competition whose private results are revealed may show it.
    """
    columns = (
        "rank", "team", "score", "entries", "best_sent_at", "is_baseline", "places_from", "places_to", "group",
    )  # fmt: skip
    shown = standings(competition, private=private)
    sure = sure_places(competition, private=private).of(shown)
    rows: Iterator[Row] = (
        (
            row.rank, row.team.name, _shown(row.score, competition), row.scored_count, row.achieved_at,
            row.is_baseline, *_certain(sure.by_team.get(row.team.pk)),
        )
        for row in shown
    )  # fmt: skip
    return Sheet("leaderboard-private" if private else "leaderboard", columns, rows)


# What organizers may take, by the name in its address.
FOR_ORGANIZERS: dict[str, Callable[[Competition], Sheet]] = {
    "participants": participants,
    "submissions": submissions,
    "leaderboard": both_boards,
}


def _certain(places: Places | None) -> tuple[int | None, int | None, int | None]:
    return (places.low, places.high, places.group) if places else (None, None, None)


def _shown(score: float | None, competition: Competition) -> Decimal | None:
    """A disclosed score with exactly the competition's digits; None: there is none."""
    return None if score is None else Decimal(f"{score:.{competition.decimals}f}")
