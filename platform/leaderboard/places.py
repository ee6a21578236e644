"""What counts for a team, and which of it: the one rule behind a standing, a rebuilt board and a preview."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from competitions.models import Competition, Solution
from grader.scoring.disclosure import disclosed
from grader.scoring.ranking import Entry, best, final_choice, rank
from submissions.models import Evaluation, Told
from teams.models import Team

COLUMNS = (
    "pk",
    "submission__team_id",
    "public_score",
    "private_score",
    "submission__submitted_at",
    "submission__is_selected",
    "told",
)


@dataclass(frozen=True)
class Counted:
    """An evaluation that counts. `private` None is an error that shows itself when it is to be ranked."""

    evaluation_id: int
    team_id: int
    public: float
    private: float | None
    submitted_at: datetime
    is_selected: bool
    told: str

    @property
    def is_told(self) -> bool:
        """Whether its team was told its public score."""
        return self.told == Told.SCORE


@dataclass(frozen=True)
class TeamsPlace:
    """A team's `best` by the disclosed public score, its `final` by the private one of those chosen, and how many.

    `best` is of those whose score was told; None: there is none. `first` is the one that was sent first.
    """

    best: Counted | None
    final: Counted
    first: Counted
    scored_count: int


def places_under(solution: Solution, competition: Competition, team: Team | None = None) -> dict[int, TeamsPlace]:
    """By team, what stands for it when `solution` counts; `team`: of this one alone. Reads once, writes nothing."""
    by_team: dict[int, list[Counted]] = defaultdict(list)
    for values in that_count(solution, team).values_list(*COLUMNS):
        counted = Counted(*values)
        by_team[counted.team_id].append(counted)
    return {pk: place_of(of_team, competition) for pk, of_team in by_team.items()}


def that_count(solution: Solution, team: Team | None = None) -> QuerySet[Evaluation]:
    """The evaluations that can place a team when `solution` counts, in no order; `team`: of this one alone.

    Live ones under that version, but of late or disqualified submissions, and of teams that are disqualified,
    merged or rehearsing.
    """
    evaluations = Evaluation.objects.filter(
        solution=solution,
        is_live=True,
        submission__is_late=False,
        submission__disqualified_at=None,
        submission__team__disqualified_at=None,
        submission__team__merged_into=None,
        submission__team__is_rehearsal=False,
    ).order_by()
    if team is None:
        return evaluations
    # Few keys first: else the database may read everything under the solution for the sake of one team.
    return evaluations.filter(submission__in=list(team.submissions.order_by().values_list("pk", flat=True)))


def place_of(counted: Sequence[Counted], competition: Competition) -> TeamsPlace:
    """Which of a team's evaluations (at least one) stand for it; of equal scores the earlier submission."""
    lower = competition.scored_by.lower_is_better
    by_key = {as_key(one.evaluation_id): one for one in counted}
    public = [Entry(key, disclosed(one.public, competition.decimals), one.submitted_at) for key, one in by_key.items()]
    selected = {key for key, one in by_key.items() if one.is_selected}
    untold = {key for key, one in by_key.items() if not one.is_told}
    chosen = final_choice(public, selected, competition.final_selection_count, lower, untold)
    private = [Entry(entry.key, private_score(by_key[entry.key]), entry.at) for entry in chosen]
    first_told = best((entry for entry in public if entry.key not in untold), lower)
    return TeamsPlace(
        best=by_key[first_told.key] if first_told else None,
        final=by_key[rank(private, lower)[0].entry.key],
        first=min(counted, key=lambda one: (one.submitted_at, one.evaluation_id)),
        scored_count=len(counted),
    )


def as_key(pk: int) -> str:
    """A row's key as `grader.scoring.ranking` compares keys: texts in the order of the numbers."""
    return f"{pk:020}"


def private_score(one: Counted) -> float:
    """The private score of an evaluation that is to be ranked. Raises ValueError where it has none."""
    if one.private is None:
        raise ValueError(f"Evaluation {one.evaluation_id} is to be ranked, and has no private score.")
    return one.private
