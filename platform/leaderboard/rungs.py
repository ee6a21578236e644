"""What a file must clearly beat before its team is told its score: the one rule of a ladder board."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from competitions.models import Competition, Solution
from submissions.models import Evaluation, Submission, Told
from teams.models import Team

KEYS_AT_ONCE = 500


@dataclass(frozen=True)
class Rung:
    """The evaluation to be beaten: the team's own best told one, or (`is_own` False) a baseline's."""

    evaluation: Evaluation
    is_own: bool


def rung_for(submission: Submission, team: Team, solution: Solution) -> Rung | None:
    """What a submission of that team is judged against under `solution`. None: it is told its score.

    That is so on a plain board, for a baseline's or a rehearsal's file, for one that was told its score under this
    version before (it is graded again, and what was told stays told), and for a first file where there is no baseline.
    """
    if not team.competition.is_ladder or team.is_baseline or team.is_rehearsal:
        return None
    told = _told(team.submissions.all(), team.competition, solution)
    if any(evaluation.submission_id == submission.pk for evaluation in told):
        return None
    return _best_by_team(told).get(team.pk) or weakest_baseline(team.competition, solution)


def own_rungs(teams: Collection[int], competition: Competition, solution: Solution) -> dict[int, Rung]:
    """By team (keys), its best file of those that were told, late ones too and disqualified ones not."""
    return _best_by_team(_told(competition.submissions.filter(team__in=teams), competition, solution))


def weakest_baseline(competition: Competition, solution: Solution) -> Rung | None:
    """Where every ladder begins: each baseline's best, and of these the worst. None: there is no baseline's score."""
    bests = best_of_baselines(competition, solution)
    return Rung(bests[-1], is_own=False) if bests else None


def best_of_baselines(competition: Competition, solution: Solution) -> list[Evaluation]:
    """The best evaluation of each baseline, the best first."""
    baselines = competition.teams.filter(is_baseline=True, disqualified_at=None)
    rungs = own_rungs(list(baselines.values_list("pk", flat=True)), competition, solution)
    return [rung.evaluation for rung in rungs.values()]


def _best_by_team(told: Sequence[Evaluation]) -> dict[int, Rung]:
    """The first of each team that is not disqualified, in the order given."""
    rungs: dict[int, Rung] = {}
    for evaluation in told:
        if evaluation.submission.disqualified_at is None:
            rungs.setdefault(evaluation.submission.team_id, Rung(evaluation, is_own=True))
    return rungs


def _told(sent: QuerySet[Submission], competition: Competition, solution: Solution) -> list[Evaluation]:
    """Of these submissions the live evaluations that were told their scores, the best first, the earlier of equals."""
    # By keys: else the database may read everything under the solution for the sake of one team.
    keys = list(sent.order_by().values_list("pk", flat=True))
    told = Evaluation.objects.filter(solution=solution, is_live=True, told=Told.SCORE).select_related(
        "submission__team"
    )
    found: list[Evaluation] = []
    for start in range(0, len(keys), KEYS_AT_ONCE):
        found += told.filter(submission__in=keys[start : start + KEYS_AT_ONCE]).order_by()
    sign = 1 if competition.scored_by.lower_is_better else -1
    return sorted(found, key=lambda one: (sign * one.public_score, one.submission.submitted_at, one.pk))
