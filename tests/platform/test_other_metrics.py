"""Competitions by other metrics than the mean squared error, from olga's solution to alice's place on the board."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

from competitions.models import Competition, Solution
from grading.solutions import activate, check
from leaderboard.standings import standings
from submissions.models import Status

# Public: ids 1 to 3. Private: 4 and 5.
CLASSES = "id,rating,Usage\n1,0,Public\n2,1,Public\n3,1,Public\n4,1,Private\n5,0,Private\n"
LISTS = "id,relevance,group,Usage\n1,0,8,Public\n2,3,8,Public\n3,1,8,Ignored\n4,1,9,Private\n5,0,9,Private\n"


@pytest.fixture
def scored_by(competition) -> Callable[..., Competition]:
    """scored_by(metric, solution, …) lets the small competition be scored so, by that solution."""

    def scored_by(metric: str, text: str, **settings: object) -> Competition:
        for name, value in {"metric": metric, "lowest": None, "highest": None, **settings}.items():
            setattr(competition, name, value)
        competition.full_clean()
        competition.save()
        solution = Solution.objects.create(competition=competition, version=2, file=ContentFile(text, name="s.csv"))
        check(solution)
        solution.refresh_from_db()
        if solution.verdict == Solution.Verdict.ACCEPTED:
            activate(solution)
        return competition

    return scored_by


def predictions(*values: object) -> str:
    return "id,rating\n" + "".join(f"{row},{value}\n" for row, value in enumerate(values, 1))


def scores(submission) -> tuple[float, float | None]:
    return submission.evaluation.public_score, submission.evaluation.private_score


def test_the_larger_area_ranks_first(scored_by, alices_team, bobs_team, graded, as_alice):
    competition = scored_by("auc", CLASSES)
    # Alice has the public one row of class 0 between the two others, and draws in private; Bob has all in order.
    assert scores(graded(alices_team, predictions(5, 4, 6, 1, 1))) == (0.5, 0.5)
    assert scores(graded(bobs_team, predictions(-1, 4, 6, 1, 0.5))) == (1.0, 1.0)
    assert [(row.rank, row.team.name) for row in standings(competition)] == [(1, "bob"), (2, "alice")]
    assert "AUC, higher is better" in as_alice.get(competition.get_absolute_url()).content.decode()


def test_an_r_squared_below_zero_has_its_place(scored_by, alices_team, bobs_team, graded):
    competition = scored_by("r2", CLASSES)
    # The public labels 0, 1, 1 have the spread 2/3; Alice's squares are 3 · 4, Bob's 1.
    assert scores(graded(alices_team, predictions(2, 3, 3, 0, 1)))[0] == pytest.approx(1 - 12 / (2 / 3))
    assert scores(graded(bobs_team, predictions(1, 1, 1, 1, 0)))[0] == pytest.approx(1 - 1 / (2 / 3))
    assert [(row.rank, row.score) for row in standings(competition)] == [(1, -0.5), (2, -17.0)]


def test_a_class_with_decimals_is_refused_by_its_line(scored_by, alices_team, graded):
    scored_by("accuracy", CLASSES)
    submission = graded(alices_team, predictions(0, 1, 0.5, 1, 0))
    assert submission.status == Status.REJECTED
    assert submission.problems[0] == {
        "line": 4,
        "finding": "rating '0.5' is not a whole number.",
        "cure": "Write a whole number, such as 3.",
    }
    assert scores(graded(alices_team, predictions(0, 1, 0, 1.0, 1))) == (2 / 3, 0.5)


def test_lists_are_scored_by_their_first_places(scored_by, alices_team, graded, as_alice):
    competition = scored_by("ndcg_at_k", LISTS, metric_k=1)
    # The ignored row stands first in Alice's public list, and does not count.
    assert scores(graded(alices_team, predictions(1, 2, 9, 1, 2))) == (1.0, 0.0)
    version = competition.solutions.get(is_active=True)
    assert (version.public_count, version.private_count, version.ignored_count) == (2, 2, 1)
    assert "NDCG@1, higher is better" in as_alice.get(competition.get_absolute_url()).content.decode()


def test_a_solution_on_which_the_metric_has_no_value_is_refused(scored_by):
    competition = scored_by("auc", CLASSES.replace("5,0", "5,1"))
    version = competition.solutions.get(version=2)
    assert version.verdict == Solution.Verdict.REFUSED
    assert version.problems[0]["finding"] == (
        "AUC has no value on the Private rows: it needs rows of both classes, 0 and 1."
    )


def test_classes_go_from_a_whole_number_to_a_whole_number(scored_by):
    with pytest.raises(ValidationError, match="compares the numbers of classes: write a whole number"):
        scored_by("macro_f1", CLASSES, lowest=0, highest=2.5)
