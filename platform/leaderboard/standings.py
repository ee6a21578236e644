"""Keeping the standings. What anyone sees goes through `grader.scoring.disclosure` first."""

from django.db import transaction

from competitions.models import Competition
from grader.scoring.disclosure import disclosed
from leaderboard.models import NOTHING_TOLD, Standing
from leaderboard.places import TeamsPlace, places_under, private_score
from teams.models import Team

# Of a standing, what is made from its team's evaluations.
KEPT = (
    "best_id", "final_id", "scored_count", "is_ranked", "public_order", "public_at", "private_order", "private_at",
)  # fmt: skip
ROWS_AT_ONCE = 500


def refresh(team: Team) -> None:
    """Set the team's standing from its live evaluations against the active solution. Call it in their transaction."""
    # Two workers that finish two submissions of one team must see each other's evaluation.
    held = Team.objects.select_for_update(no_key=True).values_list("is_baseline", flat=True)
    is_baseline = held.get(pk=team.pk)
    place = _places(team.competition, team).get(team.pk)
    own = Standing.objects.filter(team=team)
    if place is None:
        own.delete()
        return
    wanted = _standing(team.competition, team.pk, place, is_ranked=not is_baseline)
    if not own.update(**{name: getattr(wanted, name) for name in KEPT}):
        wanted.save(force_insert=True)


@transaction.atomic
def rebuild(competition: Competition) -> int:
    """Set every standing of a competition as `refresh` would, in a few queries. Returns how many were not so."""
    # In the order of their keys, so that two rebuilds cannot wait for each other.
    locked = competition.teams.select_for_update(no_key=True).order_by("pk")
    is_ranked = {pk: not is_baseline for pk, is_baseline in locked.values_list("pk", "is_baseline")}
    wanted = {
        team_id: _standing(competition, team_id, place, is_ranked=is_ranked[team_id])
        for team_id, place in _places(competition).items()
    }
    present = {standing.team_id: standing for standing in Standing.objects.filter(competition=competition)}
    changed = []
    for team_id in wanted.keys() & present.keys():
        if _values(wanted[team_id]) != _values(present[team_id]):
            wanted[team_id].pk = present[team_id].pk
            changed.append(wanted[team_id])
    new = [standing for team_id, standing in wanted.items() if team_id not in present]
    gone = [standing.pk for team_id, standing in present.items() if team_id not in wanted]
    Standing.objects.filter(pk__in=gone).delete()
    Standing.objects.bulk_update(changed, [name.removesuffix("_id") for name in KEPT], batch_size=ROWS_AT_ONCE)
    Standing.objects.bulk_create(new, batch_size=ROWS_AT_ONCE)
    return len(gone) + len(changed) + len(new)


def _places(competition: Competition, team: Team | None = None) -> dict[int, TeamsPlace]:
    active = competition.solutions.filter(is_active=True).first()
    return places_under(active, competition, team) if active else {}


def _standing(competition: Competition, team_id: int, place: TeamsPlace, *, is_ranked: bool) -> Standing:
    return Standing(
        competition=competition,
        team_id=team_id,
        best_id=place.best.evaluation_id if place.best else None,
        final_id=place.final.evaluation_id,
        scored_count=place.scored_count,
        is_ranked=is_ranked,
        public_order=_order(place.best.public, competition) if place.best else NOTHING_TOLD,
        public_at=(place.best or place.first).submitted_at,
        private_order=_order(private_score(place.final), competition),
        private_at=place.final.submitted_at,
    )


def _order(score: float, competition: Competition) -> float:
    """The disclosed score such that the lower one is better."""
    shown = disclosed(score, competition.decimals)
    return shown if competition.scored_by.lower_is_better else 0.0 - shown


def _values(standing: Standing) -> tuple[object, ...]:
    return tuple(getattr(standing, name) for name in KEPT)
