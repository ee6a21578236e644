"""A submission becomes a score and a place."""

import numpy as np
from cast_of_stories import BAD, GOOD, PERFECT

from grading.scoring import score_claimed
from grading.tasks import score_waiting
from leaderboard.board import rank_of, standings
from leaderboard.models import Standing
from leaderboard.standings import rebuild
from submissions import lifecycle
from submissions.models import Evaluation, Queue, Status


def test_a_good_file_gets_the_mean_squared_error_of_each_part(alices_team, graded):
    submission = graded(alices_team, GOOD)
    assert submission.status == Status.SCORED
    assert submission.evaluation.public_score == 0.5
    assert submission.evaluation.private_score == 3.0
    assert rank_of(alices_team) == (1, 1)


def test_the_aligned_predictions_are_kept(alices_team, graded):
    submission = graded(alices_team, "id,rating\n5,2\n4,4\n3,4\n2,3\n1,4.25\n")
    with submission.evaluation.predictions.open("rb") as file:
        kept = np.load(file)
    assert kept.dtype == np.float64
    assert kept.tolist() == [4.25, 3.0, 4.0, 4.0, 2.0]


def test_a_bad_file_is_rejected_with_its_line_and_costs_no_place(alices_team, graded):
    submission = graded(alices_team, BAD)
    assert submission.status == Status.REJECTED
    assert submission.problem_count == 1
    assert submission.problems[0]["line"] == 2
    assert "n/a" in submission.problems[0]["finding"]
    assert rank_of(alices_team) is None


def test_the_lower_error_ranks_first_and_the_earlier_of_two_equal_scores(alices_team, bobs_team, graded, competition):
    graded(bobs_team, GOOD)
    graded(alices_team, GOOD)
    assert [(row.rank, row.team) for row in standings(competition)] == [(1, bobs_team), (2, alices_team)]
    graded(alices_team, PERFECT)
    assert [(row.rank, row.team, row.score) for row in standings(competition)] == [
        (1, alices_team, 0.0),
        (2, bobs_team, 0.5),
    ]


def test_a_worse_submission_later_changes_nothing_but_the_count(alices_team, graded, competition):
    graded(alices_team, PERFECT)
    graded(alices_team, GOOD)
    (row,) = standings(competition)
    assert (row.score, row.scored_count) == (0.0, 2)


def test_differences_below_the_shown_decimals_do_not_order_teams(alices_team, bobs_team, graded, competition):
    # Public errors of 0.01 and 0: 0.00005, shown as 0.000, equal to the perfect one, and earlier.
    graded(bobs_team, "id,rating\n1,4.99\n2,3\n3,4\n4,1\n5,2\n")
    graded(alices_team, PERFECT)
    assert [row.team for row in standings(competition)] == [bobs_team, alices_team]


def test_a_baseline_stands_on_the_board_without_a_rank(alices_team, bobs_team, graded, competition):
    type(bobs_team).objects.filter(pk=bobs_team.pk).update(is_baseline=True)
    graded(bobs_team, PERFECT)
    graded(alices_team, GOOD)
    assert [(row.rank, row.team) for row in standings(competition)] == [(None, bobs_team), (1, alices_team)]
    assert rank_of(alices_team) == (1, 1)


def test_rebuilt_standings_equal_the_maintained_ones(alices_team, bobs_team, graded, competition):
    for team, text in ((alices_team, GOOD), (bobs_team, PERFECT), (alices_team, BAD), (bobs_team, GOOD)):
        graded(team, text)
    maintained = standings(competition)
    Standing.objects.all().delete()
    rebuild(competition)
    assert standings(competition) == maintained


def test_grading_again_replaces_the_live_evaluation_and_keeps_the_place_meanwhile(alices_team, graded, competition):
    submission = graded(alices_team)
    first = submission.evaluation
    assert lifecycle.regrade(submission)
    assert [row.team for row in standings(competition)] == [alices_team]
    score_waiting()
    submission.refresh_from_db()
    assert submission.status == Status.SCORED
    assert submission.evaluation != first
    assert [e.is_live for e in Evaluation.objects.filter(submission=submission).order_by("pk")] == [False, True]


def test_a_failure_of_ours_is_tried_again_and_then_said(alices_team, send, settings):
    submission = send(alices_team)
    settings.RETRY_PAUSE_SECONDS = 0
    submission.file.delete(save=False)
    for tries in (1, 2):
        lifecycle_step(submission)
        assert (submission.status, submission.tries) == (Status.QUEUED, tries)
    lifecycle_step(submission)
    assert submission.status == Status.FAILED
    assert "FileNotFoundError" in submission.failure
    assert f"{settings.MAX_TRIES} tries" in submission.failure


def test_a_failure_of_ours_waits_before_the_next_try(alices_team, send):
    submission = send(alices_team)
    submission.file.delete(save=False)
    score_waiting()
    submission.refresh_from_db()
    assert (submission.status, submission.tries) == (Status.QUEUED, 1)


def test_a_failure_of_ours_leaves_an_earlier_score_on_the_board(alices_team, graded, competition, settings):
    settings.RETRY_PAUSE_SECONDS = 0
    submission = graded(alices_team)
    submission.file.delete(save=False)
    lifecycle.regrade(submission)
    score_waiting()
    submission.refresh_from_db()
    assert submission.status == Status.FAILED
    shown = standings(competition)
    assert [(row.team, row.score) for row in shown] == [(alices_team, 0.5)]
    rebuild(competition)
    assert standings(competition) == shown


def lifecycle_step(submission):
    """One claim and its end, as a worker does it."""
    score_claimed(lifecycle.claim_next(Queue.SCORING))
    submission.refresh_from_db()
