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
    told = told_to(team, solution)
    if any(evaluation.submission_id == submission.pk for evaluation in told):
        return None
    return best_of(told) or weakest_baseline(team.competition, solution)


def told_to(team: Team, solution: Solution) -> list[Evaluation]:
    """The evaluations whose scores the team was told, late and disqualified ones too, the best first."""
    return _told(team.submissions.all(), team.competition, solution)


def best_of(told: list[Evaluation]) -> Rung | None:
    """The team's rung among what it was told: the best but for disqualified ones. None: there is none."""
    counting = (evaluation for evaluation in told if evaluation.submission.disqualified_at is None)
    own = next(counting, None)
    return Rung(own, is_own=True) if own else None


def weakest_baseline(competition: Competition, solution: Solution) -> Rung | None:
    """Where every ladder begins: each baseline's best, and of these the worst. None: there is no baseline's score."""
    bests = best_of_baselines(competition, solution)
    return Rung(bests[-1], is_own=False) if bests else None


def best_of_baselines(competition: Competition, solution: Solution) -> list[Evaluation]:
    """The best evaluation of each baseline, the best first."""
    teams = competition.teams.filter(is_baseline=True, disqualified_at=None)
    sent = Submission.objects.filter(team__in=teams, disqualified_at=None)
    bests: dict[int, Evaluation] = {}
    for evaluation in _told(sent, competition, solution):
        bests.setdefault(evaluation.submission.team_id, evaluation)
    return list(bests.values())


def _told(sent: QuerySet[Submission], competition: Competition, solution: Solution) -> list[Evaluation]:
    """Of these submissions the live evaluations that were told their scores, the best first, the earlier of equals."""
    score = F("public_score")
    by_score = score.asc() if competition.scored_by.lower_is_better else score.desc()
    # Few keys first: else the database may read everything under the solution for the sake of one team.
    keys = list(sent.order_by().values_list("pk", flat=True))
    told = Evaluation.objects.filter(solution=solution, is_live=True, told=Told.SCORE, submission__in=keys)
    return list(told.order_by(by_score, "submission__submitted_at", "pk").select_related("submission__team"))
