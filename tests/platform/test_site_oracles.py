"""What could tell hidden labels beside a number: the words of a refusal, the order of equals, the work of a file."""

import pytest
from cast_of_stories import BAD, predictions
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from ladder_of_stories import FIRST_RUNG, NOT_CLEARLY_ABOVE, NOT_CLEARLY_BETTER, SECOND_RUNG, told

from grading.tasks import score_waiting
from leaderboard.board import standings
from submissions.models import Status, Told

OTHER_LABELS = "id,rating,Usage\n1,1,Public\n2,4,Public\n3,2,Private\n4,5,Private\n5,3,Private\n"
REFUSED = {
    "a word": BAD,
    "out of range": predictions(5.5, 3),
    "not a number": predictions(float("nan"), 3),
    "infinite": predictions(float("inf"), 3),
    "a row short": "id,rating\n1,5\n2,3\n3,4\n4,1\n",
    "a row twice": predictions(5, 3) + "1,5\n",
    "another header": predictions(5, 3).replace("rating", "stars"),
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED.keys())
def test_a_refusal_says_the_same_whatever_the_labels_are(
    competition, alices_team, graded, new_version, rescored, content
):
    refused = graded(alices_team, content)
    rescored(new_version(OTHER_LABELS))
    again = graded(alices_team, content)
    assert refused.status == again.status == Status.REJECTED
    assert refused.problems
    assert refused.problems == again.problems


def test_of_equal_scores_the_earlier_stands_first_though_the_later_is_better(
    competition, alices_team, bobs_team, graded
):
    """Targets 5 and 3: alice's MSE is 0.0001 / 2 = 0.00005, shown as 0.000, and bob's 0."""
    worse, better = graded(alices_team, predictions(4.99, 3)), graded(bobs_team, predictions(5, 3))
    assert worse.evaluation.public_score > better.evaluation.public_score
    assert [(row.rank, row.team.name, row.score) for row in standings(competition)] == [(1, "alice", 0), (2, "bob", 0)]
    for address in ("leaderboard/", "leaderboard.csv", "leaderboard.json"):
        answer = Client().get(f"/competitions/stars/{address}")
        body = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()
        assert body.index("alice") < body.index("bob")
        assert "00005" not in body


@pytest.mark.parametrize(
    ("first", "told_file", "other_file"),
    [(None, FIRST_RUNG, NOT_CLEARLY_ABOVE), (FIRST_RUNG, SECOND_RUNG, NOT_CLEARLY_BETTER)],
)
def test_a_file_that_is_told_costs_the_questions_of_one_that_is_not(
    alices, bobs, send, graded, first, told_file, other_file
):
    """By the count of the database's questions: seconds would tell nothing in a test."""
    asked = []
    for team, content in ((alices, told_file), (bobs, other_file)):
        if first:
            graded(team, first)
        sent = send(team, content)
        with CaptureQueriesContext(connection) as questions:
            score_waiting()
        asked.append([question["sql"].split()[0] for question in questions.captured_queries])
        sent.refresh_from_db()
    assert told(sent) != Told.SCORE
    assert asked[0] == asked[1]


def test_a_file_of_minus_zeros_scores_as_one_of_zeros(competition, alices_team, bobs_team, graded):
    competition.lowest = -1.0
    competition.save()
    zeros, minus = graded(alices_team, predictions(0, 0)), graded(bobs_team, predictions(-0.0, -0.0))
    assert zeros.evaluation.public_score == minus.evaluation.public_score == 17.0
