"""Tables as files: for everybody what the board shows, for organizers everything of their own competitions."""

import csv
import io
import json
from datetime import timedelta

import pytest
from cast_of_stories import BAD, GOOD, PERFECT
from django.test import Client
from django.utils import timezone

from accounts.models import User
from competitions.models import Competition
from leaderboard.standings import rebuild
from submissions.models import Evaluation, Submission
from teams.models import Team

BOARD = "/competitions/stars/leaderboard"


def content(answer):
    assert answer.status_code == 200, answer.status_code
    return b"".join(answer.streaming_content).decode()


def table(answer):
    return list(csv.DictReader(io.StringIO(content(answer))))


def export(client, competition, name):
    return client.get(f"/admin/competitions/competition/{competition.pk}/export/{name}")


@pytest.fixture
def two_scored(competition, alices_team, bobs_team, graded):
    # alice: 0.5 public, 3 private. bob: 0 and 0.
    return graded(alices_team, GOOD), graded(bobs_team, PERFECT)


def test_everybody_takes_the_public_board_as_csv_and_json(two_scored):
    answer = Client().get(f"{BOARD}.csv")
    assert answer["Content-Disposition"] == 'attachment; filename="stars-leaderboard.csv"'
    rows = table(answer)
    assert [(row["rank"], row["team"], row["score"], row["entries"]) for row in rows] == [
        ("1", "bob", "0.000", "1"),
        ("2", "alice", "0.500", "1"),
    ]
    board = json.loads(content(Client().get(f"{BOARD}.json")))
    assert [(row["rank"], row["team"], row["score"]) for row in board] == [(1, "bob", 0.0), (2, "alice", 0.5)]
    page = Client().get(f"{BOARD}/").content.decode()
    assert f"{BOARD}.csv" in page


def test_the_private_board_is_given_out_only_once_it_is_revealed(competition, two_scored):
    now = timezone.now()
    for closes_at, reveals_at, status in (
        (None, None, 404),
        (now - timedelta(hours=1), now + timedelta(hours=1), 404),
        (now - timedelta(hours=2), now - timedelta(hours=1), 200),
    ):
        Competition.objects.update(opens_at=now - timedelta(days=9), closes_at=closes_at, reveals_at=reveals_at)
        assert Client().get(f"{BOARD}.csv?board=private").status_code == status
    rows = table(Client().get(f"{BOARD}.csv?board=private"))
    assert [(row["team"], row["score"]) for row in rows] == [("bob", "0.000"), ("alice", "3.000")]


def test_scores_of_the_public_file_are_disclosed_ones(competition, two_scored):
    Submission.objects.get(team__name="alice").evaluations.update(public_score=0.50012)
    assert "0.50012" not in content(Client().get(f"{BOARD}.csv"))
    assert "0.50012" not in content(Client().get(f"{BOARD}.json"))


def test_an_unpublished_board_and_unknown_forms_are_not_found(competition, two_scored):
    assert Client().get(f"{BOARD}.xlsx").status_code == 404
    Competition.objects.update(is_published=False)
    assert Client().get(f"{BOARD}.csv").status_code == 404


def test_organizers_take_participants_with_addresses(as_olga, competition, alices_team):
    (row,) = table(export(as_olga, competition, "participants.csv"))
    assert (row["team"], row["user"], row["email"], row["is_captain"]) == ("alice", "alice", "alice@example.org", "yes")
    assert row["joined_at"].endswith("+00:00")
    assert row["merged_into"] == ""


def test_organizers_take_every_submission_with_its_exact_scores(as_olga, competition, alices_team, two_scored, graded):
    graded(alices_team, BAD)
    rows = table(export(as_olga, competition, "submissions.csv"))
    assert [(row["team"], row["status"], row["public_score"], row["private_score"]) for row in rows] == [
        ("alice", "scored", "0.5", "3.0"),
        ("bob", "scored", "0.0", "0.0"),
        ("alice", "rejected", "", ""),
    ]
    as_objects = json.loads(content(export(as_olga, competition, "submissions.json")))
    assert [row["private_score"] for row in as_objects] == [3.0, 0.0, None]


def test_organizers_take_both_boards_before_anything_is_revealed(as_olga, competition, two_scored):
    rows = table(export(as_olga, competition, "leaderboard.csv"))
    assert [(row["team"], row["public_rank"], row["private_rank"], row["private_score"]) for row in rows] == [
        ("bob", "1", "1", "0.000"),
        ("alice", "2", "2", "3.000"),
    ]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1"])
def test_no_name_becomes_a_formula(as_olga, competition, alices_team, two_scored, name):
    Team.objects.filter(pk=alices_team.pk).update(name=name)
    for answer in (export(as_olga, competition, "participants.csv"), Client().get(f"{BOARD}.csv")):
        assert f"'{name}" in [row["team"] for row in table(answer)]
    names = [row["team"] for row in json.loads(content(Client().get(f"{BOARD}.json")))]
    assert name in names


def test_a_score_below_zero_stays_a_number(competition, two_scored):
    Competition.objects.update(metric="r2")
    Evaluation.objects.filter(submission=two_scored[0]).update(metric="r2", public_score=-0.25)
    competition.refresh_from_db()
    rebuild(competition)
    assert "-0.250" in [row["score"] for row in table(Client().get(f"{BOARD}.csv"))]


def test_names_keep_their_letters(competition, alices_team, two_scored):
    Team.objects.filter(pk=alices_team.pk).update(name="Žofie, «Ω»")
    assert "Žofie, «Ω»" in [row["team"] for row in table(Client().get(f"{BOARD}.csv"))]


def test_an_empty_board_is_a_header_and_an_empty_list(competition):
    assert table(Client().get(f"{BOARD}.csv")) == []
    assert json.loads(content(Client().get(f"{BOARD}.json"))) == []


def test_a_rehearsal_is_in_no_file(as_olga, competition):
    Team.objects.create(competition=competition, name="rehearsal", is_rehearsal=True)
    for name in ("participants", "submissions", "leaderboard"):
        assert "rehearsal" not in content(export(as_olga, competition, f"{name}.csv"))


def test_the_organizers_files_are_for_the_competitions_own_organizers(as_olga, as_alice, competition):
    other = Competition.objects.create(slug="other", title="Somebody else's", tagline="x", is_published=True)
    root = Client()
    root.force_login(User.objects.create_superuser("root", password="x"))
    for name in ("participants.csv", "submissions.json", "leaderboard.csv"):
        assert export(as_olga, other, name).status_code == 404
        assert export(as_alice, competition, name).status_code == 302
        assert export(Client(), competition, name).status_code == 302
        assert export(root, other, name).status_code == 200
    assert export(as_olga, competition, "labels.csv").status_code == 404
