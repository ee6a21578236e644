"""What a file must clearly beat before its team is told its score: the one rule of a ladder board."""

from dataclasses import dataclass

from django.db.models import F, QuerySet

from competitions.models import Competition, Solution
from submissions.models import Evaluation, Submission, Told
from teams.models import Team


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
    told = told_under(solution)
    if told.filter(submission=submission.pk).exists():
        return None
    return best_told_of(team, solution) or weakest_baseline(team.competition, solution)


def best_told_of(team: Team, solution: Solution) -> Rung | None:
    """The team's best file of those that were told, late ones included and disqualified ones not. None: no such."""
    # Few keys first: else the database may read everything under the solution for the sake of one team.
    sent = list(team.submissions.order_by().values_list("pk", flat=True))
    own = _best_first(told_under(solution).filter(submission__in=sent), team.competition).first()
    return Rung(own, is_own=True) if own else None


def weakest_baseline(competition: Competition, solution: Solution) -> Rung | None:
    """Where every ladder begins: each baseline's best, and of these the worst. None: there is no baseline's score."""
    bests = best_of_baselines(competition, solution)
    return Rung(bests[-1], is_own=False) if bests else None


def best_of_baselines(competition: Competition, solution: Solution) -> list[Evaluation]:
    """The best evaluation of each baseline, the best first."""
    of_baselines = told_under(solution).filter(
        submission__competition=competition, submission__team__is_baseline=True, submission__team__disqualified_at=None
    )
    bests: dict[int, Evaluation] = {}
    for evaluation in _best_first(of_baselines, competition):
        bests.setdefault(evaluation.submission.team_id, evaluation)
    return list(bests.values())


def told_under(solution: Solution) -> QuerySet[Evaluation]:
    """The evaluations that can be a rung when `solution` counts, in no order."""
    return Evaluation.objects.filter(
        solution=solution, is_live=True, told=Told.SCORE, submission__disqualified_at=None
    ).order_by()


def _best_first(evaluations: QuerySet[Evaluation], competition: Competition) -> QuerySet[Evaluation]:
    score = F("public_score")
    by_score = score.asc() if competition.scored_by.lower_is_better else score.desc()
    return evaluations.order_by(by_score, "submission__submitted_at", "pk").select_related("submission__team")
