"""Who would move, and by how much, if a rescore's version counted: for organizers, before they say so."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from operator import itemgetter

from django.conf import settings

from competitions.clock import database_now
from competitions.models import Competition, Rescore, Solution
from grader.scoring.disclosure import disclosed
from grader.scoring.ranking import Entry, rank
from leaderboard.places import TeamsPlace, as_key, places_under, private_score
from submissions.models import Evaluation
from teams.models import Team


@dataclass(frozen=True)
class OnBoard:
    """Where a team is on a board: its rank (None: a baseline) and its disclosed score."""

    rank: int | None
    score: float


def preview_of(rescore: Rescore) -> dict[str, object]:
    """What would change, as JSON: the scores of submissions, and the places on the public and the private board.

    All scores and differences are rounded to the competition's decimals, as on the boards.
    """
    competition = rescore.competition
    before, after = (places_under(version, competition) for version in (rescore.before, rescore.solution))
    teams = {team.pk: team for team in competition.teams.all()}
    return {
        "at": database_now(competition).isoformat(),
        **_changes_of_scores(rescore),
        "boards": [
            {"name": "Public", **_moves(competition, teams, before, after, private=False)},
            {"name": "Private", **_moves(competition, teams, before, after, private=True)},
        ],
    }


def _changes_of_scores(rescore: Rescore) -> dict[str, object]:
    """How many submissions, how many of them get another public score or answer, and the largest change of a score."""
    decimals = rescore.competition.decimals
    old = _public_scores(rescore.before)
    new = _public_scores(rescore.solution)
    both = [(old[pk], new[pk]) for pk in old.keys() & new.keys()]
    changes = [abs(disclosed(now, decimals) - disclosed(was, decimals)) for (was, _), (now, _) in both]
    return {
        "submission_count": len(changes),
        "changed_count": sum(change > 0 for change in changes),
        "largest_change": disclosed(max(changes, default=0.0), decimals),
        "answered_otherwise_count": sum(told != told_now for (_, told), (_, told_now) in both),
    }


def _public_scores(solution: Solution) -> dict[object, tuple[float, str]]:
    """By submission, its exact public score and what its team is told."""
    live = Evaluation.objects.filter(solution=solution, is_live=True).order_by()
    return {pk: (score, told) for pk, score, told in live.values_list("submission_id", "public_score", "told")}


def _moves(
    competition: Competition,
    teams: Mapping[int, Team],
    before: Mapping[int, TeamsPlace],
    after: Mapping[int, TeamsPlace],
    *,
    private: bool,
) -> dict[str, object]:
    """How many teams are ranked and how many of them move, with those that move farthest."""
    old, new = (_board(competition, teams, places, private=private) for places in (before, after))
    moves: list[tuple[tuple[bool, int, str], dict[str, object]]] = []
    for pk in old.keys() | new.keys():
        was, will_be = old.get(pk), new.get(pk)
        if teams[pk].is_baseline or (was and will_be and was.rank == will_be.rank):
            continue
        # Who appears or disappears comes first, then who moves farthest.
        distance = abs((was.rank or 0) - (will_be.rank or 0)) if was and will_be else 0
        change = disclosed(will_be.score - was.score, competition.decimals) if was and will_be else None
        moves.append(
            (
                (was is not None and will_be is not None, -distance, teams[pk].name),
                {
                    "team": teams[pk].name,
                    "before": asdict(was) if was else None,
                    "after": asdict(will_be) if will_be else None,
                    "score_change": change,
                },
            )
        )
    moves.sort(key=itemgetter(0))
    return {
        "ranked_count": sum(place.rank is not None for place in new.values()),
        "moved_count": len(moves),
        "movers": [move for _, move in moves[: settings.RESCORE_MOVERS_SHOWN]],
    }


def _board(
    competition: Competition, teams: Mapping[int, Team], places: Mapping[int, TeamsPlace], *, private: bool
) -> dict[int, OnBoard]:
    """The places of all teams that have a score there: on the public board of those that were told one."""
    entries = []
    for pk, place in places.items():
        stands = place.final if private else place.best
        if stands is None:
            continue
        score = disclosed(private_score(stands) if private else stands.public, competition.decimals)
        entries.append(Entry(as_key(pk), score, stands.submitted_at, is_ranked=not teams[pk].is_baseline))
    board = {place.entry.key: place for place in rank(entries, competition.scored_by.lower_is_better)}
    on_board = ((pk, board.get(as_key(pk))) for pk in places)
    return {pk: OnBoard(place.rank, place.entry.score) for pk, place in on_board if place}
