"""Whatever a competition is scored by, its board ranks the right way round, from the file to the leaderboard."""

import pytest
from django.core.files.base import ContentFile

from competitions.models import Competition, DataFile, Solution
from grader.scoring.metrics import METRICS
from grading.solutions import check
from leaderboard.board import standings
from submissions.models import MAY_BE_NEGATIVE, Status
from teams.joining import join


def competition_by(metric, solution, **settings):
    """A published competition with that metric and solution; every row's id is in its test.csv."""
    made = Competition.objects.create(
        slug=metric.replace("_", "-"), title=metric, tagline="t", is_published=True, metric=metric, **settings
    )
    made.full_clean()
    ids = [line.split(",")[0] for line in solution.split()[1:]]
    DataFile.objects.create(competition=made, name="test.csv", file=ContentFile("\n".join(["id", *ids, ""]), "t.csv"))
    version = Solution.objects.create(competition=made, version=1, file=ContentFile(solution, "s.csv"))
    assert check(version)
    version.refresh_from_db()
    assert version.is_active, version.problems
    return made


def board(competition):
    return [(row.rank, row.team.name, row.score) for row in standings(competition)]


def private_board(competition):
    return [(row.rank, row.team.name, row.score) for row in standings(competition, private=True)]


def test_r2_ranks_the_higher_first_and_goes_below_zero(alice, bob, graded):
    """Public labels 1 and 3 (mean 2, Σ(t − m)² = 2). Alice: errors 0, 0 → 1. Bob: errors 2, 2 → 1 − 8/2 = −3."""
    competition = competition_by("r2", "id,rating,Usage\n1,1,Public\n2,3,Public\n3,1,Private\n4,3,Private\n")
    graded(join(bob, competition), "id,rating\n1,3\n2,1\n3,1\n4,3\n")
    graded(join(alice, competition), "id,rating\n1,1\n2,3\n3,3\n4,1\n")
    assert board(competition) == [(1, "alice", 1.0), (2, "bob", -3.0)]
    assert private_board(competition) == [(1, "bob", 1.0), (2, "alice", -3.0)]


def test_log_loss_ranks_the_lower_first_and_takes_chances_only(alice, bob, graded):
    """Public labels 1 and 0. Alice says ½ both times: ln 2 = 0.693. Bob is sure and right: 0."""
    solution = "id,finished,Usage\n1,1,Public\n2,0,Public\n3,1,Private\n4,0,Private\n"
    competition = competition_by("log_loss", solution, target_column="finished", lowest=0, highest=1)
    alices, bobs = join(alice, competition), join(bob, competition)
    graded(alices, "id,finished\n1,0.5\n2,0.5\n3,0.5\n4,0.5\n")
    graded(bobs, "id,finished\n1,1\n2,0\n3,0.5\n4,0.5\n")
    assert board(competition) == [(1, "bob", 0.0), (2, "alice", 0.693)]
    refused = graded(alices, "id,finished\n1,1.5\n2,0\n3,0.5\n4,0.5\n")
    assert refused.status == Status.REJECTED
    assert refused.problems[0]["line"] == 2


def test_accuracy_ranks_the_higher_first_and_takes_whole_classes_only(alice, bob, graded):
    """Public labels 2, 7. Alice has one of two right, Bob both."""
    solution = "id,kind,Usage\n1,2,Public\n2,7,Public\n3,2,Private\n4,7,Private\n"
    competition = competition_by("accuracy", solution, target_column="kind", lowest=None, highest=None)
    alices, bobs = join(alice, competition), join(bob, competition)
    graded(alices, "id,kind\n1,2\n2,2\n3,2\n4,7\n")
    graded(bobs, "id,kind\n1,2\n2,7\n3,2\n4,7\n")
    assert board(competition) == [(1, "bob", 1.0), (2, "alice", 0.5)]
    assert graded(alices, "id,kind\n1,2.5\n2,7\n3,2\n4,7\n").status == Status.REJECTED


def test_the_submit_page_asks_for_whole_numbers_where_classes_are_compared(alice, client):
    solution = "id,kind,Usage\n1,2,Public\n2,7,Private\n"
    competition = competition_by("accuracy", solution, target_column="kind", lowest=1, highest=7, out_of_range="clip")
    join(alice, competition)
    client.force_login(alice)
    page = client.get(f"/competitions/{competition.slug}/submit/").content.decode()
    assert "every kind a whole number from 1 to 7 (others are clipped)." in page


def test_the_larger_area_ranks_first_whatever_the_predictions_scale(alice, bob, graded):
    """Public classes 0, 1, 1: Alice has the 0 between the two others, Bob before both. In private Alice draws."""
    solution = "id,rating,Usage\n1,0,Public\n2,1,Public\n3,1,Public\n4,1,Private\n5,0,Private\n"
    competition = competition_by("auc", solution, lowest=None, highest=None)
    graded(join(alice, competition), "id,rating\n1,5\n2,4\n3,6\n4,1\n5,1\n")
    graded(join(bob, competition), "id,rating\n1,-1\n2,4\n3,6\n4,1\n5,0.5\n")
    assert board(competition) == [(1, "bob", 1.0), (2, "alice", 0.5)]
    assert private_board(competition) == [(1, "bob", 1.0), (2, "alice", 0.5)]


def test_a_solution_on_which_the_metric_has_no_value_is_refused(competition):
    Competition.objects.update(metric="auc", lowest=None, highest=None)
    solution = "id,rating,Usage\n1,0,Public\n2,1,Public\n3,1,Public\n4,1,Private\n5,1,Private\n"
    version = Solution.objects.create(competition=competition, version=2, file=ContentFile(solution, "s.csv"))
    version.refresh_from_db()
    assert check(version)
    version.refresh_from_db()
    assert version.verdict == Solution.Verdict.REFUSED
    assert version.problems[0]["finding"] == (
        "AUC has no value on the Private rows: it needs rows of both classes, 0 and 1."
    )


def test_ndcg_of_lists_compares_within_each_readers_list(alice, bob, graded):
    """Readers 1 (public) and 2 (private), two books each, one of them liked; first place is worth 1, second 1/log₂3."""
    solution = "id,relevance,group,Usage\n1,1,1,Public\n2,0,1,Public\n3,0,2,Private\n4,1,2,Private\n"
    competition = competition_by(
        "ndcg_at_k", solution, metric_k=2, target_column="score", lowest=None, highest=None, decimals=4
    )
    graded(join(alice, competition), "id,score\n1,-5\n2,900\n3,1\n4,2\n")
    graded(join(bob, competition), "id,score\n1,0.2\n2,0.1\n3,2\n4,1\n")
    assert board(competition) == [(1, "bob", 1.0), (2, "alice", 0.6309)]
    assert private_board(competition) == [(1, "alice", 1.0), (2, "bob", 0.6309)]


def test_an_ignored_row_must_be_predicted_and_counts_for_nothing(alice, graded):
    solution = "id,rating,Usage\n1,1,Public\n2,3,Private\n3,5,Ignored\n"
    competition = competition_by("mse", solution)
    team = join(alice, competition)
    assert graded(team, "id,rating\n1,1\n2,3\n").status == Status.REJECTED
    graded(team, "id,rating\n1,1\n2,3\n3,1\n")
    assert board(competition) == [(1, "alice", 0.0)]
    assert competition.solutions.get().ignored_count == 1


def test_the_pages_name_the_metric_with_its_direction(client, alice, graded):
    competition = competition_by("r2", "id,rating,Usage\n1,1,Public\n2,3,Public\n3,1,Private\n4,3,Private\n")
    page = client.get(f"/competitions/{competition.slug}/").content.decode()
    assert "R², higher is better" in page
    assert "(R², higher is better)" in client.get(f"/competitions/{competition.slug}/leaderboard/").content.decode()
    evaluation = client.get(f"/competitions/{competition.slug}/evaluation/").content.decode()
    assert "The share of the labels&#x27; ups and downs that the predictions explain" in evaluation
    assert "Higher is better. Scores are shown, and ranked, to 3 decimals." in evaluation


def test_only_the_metrics_that_can_go_below_zero_may_in_the_database():
    assert {name for name, metric in METRICS.items() if metric.lowest < 0} == set(MAY_BE_NEGATIVE)


@pytest.mark.parametrize(
    ("chosen", "field", "sentence"),
    [
        ({"metric": "ndcg_at_k"}, "metric_k", "say how many"),
        ({"metric": "mse", "metric_k": 10}, "metric_k", "has no k"),
        ({"metric": "log_loss", "lowest": None, "highest": 1}, "lowest", "takes predictions from 0 on"),
        ({"metric": "log_loss", "lowest": 0, "highest": 5}, "highest", "takes predictions up to 1"),
        ({"metric": "macro_f1", "lowest": 0, "highest": 2.5}, "highest", "write a whole number"),
    ],
)
def test_settings_that_do_not_fit_the_metric_are_refused_with_the_cure(db, chosen, field, sentence):
    with pytest.raises(Exception, match=sentence) as refusal:
        Competition(slug="x", title="X", tagline="t", **chosen).full_clean()
    assert set(refusal.value.message_dict) == {field}
