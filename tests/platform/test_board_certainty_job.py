"""How sure a board is, found by the scoring worker: when, of what, and what is kept."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from cast_of_stories import GOOD, PERFECT
from django.utils import timezone
from ladder_of_stories import FIRST_RUNG, NOT_CLEARLY_ABOVE, SECOND_RUNG

from competitions.models import Competition, DataFile
from grading import certainty as certainty_job
from grading.sweeper import sweep
from grading.tasks import board_certainty
from leaderboard.models import BoardCertainty, PlaceCertainty, Replicates, Standing
from submissions.models import Evaluation, Status
from teams.models import Team

BELL = "grading.certainty"


@pytest.fixture
def at_any_time(settings) -> None:
    """What was compared may be compared again at once."""
    # Due a moment ago: the database's clock has milliseconds.
    settings.CERTAINTY_SECONDS = -1
    settings.CERTAINTY_SHARE_PERCENT = 200
    settings.CERTAINTY_RETRY_SECONDS = -1


def found(competition, board="public"):
    """By team: its places, its group, its chances of the first place and of the first three, and its ±."""
    rows = PlaceCertainty.objects.filter(certainty__competition=competition, certainty__board=board)
    return {
        row.team.name: (row.low, row.high, row.group, row.chance_first, row.chance_top, row.half_width) for row in rows
    }


def test_a_board_of_two_rows_tells_nobody_apart(competition, alices_team, bobs_team, graded, mailbox):
    graded(alices_team, GOOD)
    graded(bobs_team, PERFECT)
    sweep()
    assert BELL in mailbox()
    board_certainty()
    # Bob has no error; alice's are 1 and 0, and two rows drawn of the two give 0, 0.5 or 1: in a quarter of all
    # draws nothing tells them apart, and the place is shared. One of two rows may weigh 16 / 2: a step is twice that.
    assert found(competition) == {"bob": (1, 2, 1, 85, 100, 0.0), "alice": (1, 2, 1, 15, 100, 16.0)}
    alice = PlaceCertainty.objects.get(team=alices_team)
    assert (alice.difference, alice.is_tied_with_first, alice.is_first) == (0.5, True, False)
    certainty = BoardCertainty.objects.get()
    assert (certainty.unit, certainty.unit_count, certainty.tied_count, certainty.last_tied) == ("row", 2, 2, 2)
    assert Replicates.objects.count() == 2


def test_its_files_are_for_their_owner_only(competition, alices_team, bobs_team, graded, monkeypatch):
    graded(alices_team, GOOD)
    graded(bobs_team, PERFECT)
    modes = {}

    def store(state, folder, *others):
        modes.update({path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()})
        return keep(state, folder, *others)

    keep = certainty_job._store
    monkeypatch.setattr(certainty_job, "_store", store)
    board_certainty()
    assert {"task.json", "answer.json", "by_rows.npy"} <= modes.keys()
    assert set(modes.values()) == {0o600}


def test_it_is_done_once_and_again_when_the_board_has_changed(
    competition, alices_team, bobs_team, graded, mailbox, at_any_time
):
    graded(alices_team, GOOD)
    board_certainty()
    first = BoardCertainty.objects.get()
    mailbox()
    sweep()
    assert BELL not in mailbox()
    board_certainty()
    assert BoardCertainty.objects.get().attempt == first.attempt
    # A worse file changes nothing on the board.
    graded(alices_team, GOOD.replace("1,4", "1,2"))
    mailbox()
    sweep()
    assert BELL not in mailbox()
    graded(bobs_team, PERFECT)
    sweep()
    assert BELL in mailbox()
    board_certainty()
    assert found(competition).keys() == {"alice", "bob"}


def test_it_is_not_done_again_too_soon(competition, alices_team, bobs_team, graded, mailbox):
    graded(alices_team, GOOD)
    board_certainty()
    graded(bobs_team, PERFECT)
    mailbox()
    sweep()
    assert BELL not in mailbox()
    board_certainty()
    assert found(competition).keys() == {"alice"}
    due = BoardCertainty.objects.get()
    assert due.due_at - due.made_at >= timedelta(seconds=10)


def test_two_workers_do_not_do_it_twice(competition, alices_team, graded, mailbox):
    graded(alices_team, GOOD)
    BoardCertainty.objects.create(
        competition=competition, board="public", held_until=timezone.now() + timedelta(seconds=60)
    )
    sweep()
    assert BELL not in mailbox()
    board_certainty()
    assert not PlaceCertainty.objects.exists()
    # The worker that had it in hand has died.
    BoardCertainty.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    board_certainty()
    assert PlaceCertainty.objects.exists()


def test_what_a_killed_worker_has_left_is_removed_by_the_next_one(competition, alices_team, graded, settings):
    graded(alices_team, GOOD)
    certainty = BoardCertainty.objects.create(competition=competition, board="public")
    left = settings.LABELS_DIR / f"certainty-{certainty.pk}-left"
    left.mkdir()
    (left / "by_rows.npy").write_bytes(b"exact scores")
    board_certainty()
    assert PlaceCertainty.objects.exists()
    assert not list(settings.LABELS_DIR.glob("certainty-*"))


def test_what_waits_is_scored_meanwhile(competition, alices_team, bobs_team, graded, send):
    graded(alices_team, GOOD)
    waiting = send(bobs_team, PERFECT)
    # Only this bell is answered.
    board_certainty()
    waiting.refresh_from_db()
    assert waiting.status == Status.SCORED


def test_replicates_of_what_stands_no_more_are_deleted(competition, alices_team, graded, at_any_time):
    graded(alices_team, GOOD)
    board_certainty()
    better = graded(alices_team, PERFECT)
    board_certainty()
    assert [kept.evaluation_id for kept in Replicates.objects.all()] == [better.evaluation_id]
    Standing.objects.all().delete()
    board_certainty()
    assert not Replicates.objects.exists()
    assert not PlaceCertainty.objects.exists()


def test_known_replicates_are_used_and_new_draws_make_new_ones(
    competition, alices_team, bobs_team, graded, at_any_time
):
    graded(alices_team, GOOD)
    board_certainty()
    before = bytes(Replicates.objects.get().by_rows)
    assert set(np.frombuffer(before, "<f4").tolist()) == {0.0, 0.5, 1.0}
    # Without its kept predictions they could not be made again.
    Evaluation.objects.update(predictions="gone.npy")
    graded(bobs_team, PERFECT)
    board_certainty()
    assert found(competition).keys() == {"alice", "bob"}
    competition.cluster_column = "user_id"
    competition.save()
    board_certainty()
    assert found(competition).keys() == {"bob"}
    assert BoardCertainty.objects.get().problem == (
        "The kept predictions of 1 entries cannot be read: they take no part."
    )


def test_whole_users_are_drawn_as_well(competition, alices_team, graded, at_any_time):
    competition.cluster_column = "user_id"
    competition.save()
    graded(alices_team, GOOD)
    board_certainty()
    certainty = BoardCertainty.objects.get()
    assert (certainty.unit_count, certainty.cluster_count) == (2, 2)
    place = PlaceCertainty.objects.get()
    assert (place.cluster_low, place.cluster_high, place.cluster_half_width) == (1, 1, 0.0)
    DataFile.objects.filter(name="test.csv").update(name="other.csv")
    competition.cluster_column = "reader"
    competition.save()
    board_certainty()
    assert BoardCertainty.objects.get().cluster_count is None


def test_a_failure_is_told_to_organizers_and_tried_again(competition, alices_team, graded, at_any_time):
    graded(alices_team, GOOD)
    Competition.objects.update(highest=4.0)
    board_certainty()
    certainty = BoardCertainty.objects.get()
    assert (certainty.state, certainty.made_at, certainty.held_until) == ("", None, None)
    assert "does not fit the competition's columns, range and metric any more" in certainty.problem
    Competition.objects.update(highest=5.0)
    board_certainty()
    certainty.refresh_from_db()
    assert (certainty.problem, certainty.made_at is None) == ("", False)


def test_the_final_board_is_compared_once_the_competition_has_closed(
    competition, alices_team, bobs_team, graded, at_any_time
):
    graded(alices_team, GOOD)
    graded(bobs_team, PERFECT)
    board_certainty()
    assert not found(competition, "private")
    Competition.objects.update(closes_at=timezone.now() - timedelta(hours=1), opens_at=timezone.now() - timedelta(2))
    board_certainty()
    assert found(competition, "private").keys() == {"alice", "bob"}
    final = BoardCertainty.objects.get(board="private")
    # Both ended within the places 1 to 2 that the public board had given them.
    assert (final.placed_count, final.expected_count) == (2, 2)


def test_baselines_alone_are_compared_with_each_other(competition, alices_team, bobs_team, graded):
    Team.objects.update(is_baseline=True)
    alices_team.refresh_from_db()
    bobs_team.refresh_from_db()
    graded(alices_team, GOOD)
    graded(bobs_team, PERFECT)
    board_certainty()
    assert {name: row[:3] for name, row in found(competition).items()} == {"alice": (1, 2, 1), "bob": (1, 2, 1)}


def test_no_label_reaches_a_row_or_the_log(competition, alices_team, graded, capfd):
    graded(alices_team, GOOD)
    # A file that is no solution any more: what the child says of it quotes the line.
    solution = competition.solutions.get()
    Path(solution.file.path).write_text("id,rating,Usage\n1,4.7531,Pub\n")
    board_certainty()
    said = capfd.readouterr()
    assert "4.7531" not in said.out + said.err
    assert "4.7531" not in BoardCertainty.objects.get().problem


def test_replicates_go_too_where_another_team_was_told_nothing(ladder, alices, bobs, graded, at_any_time):
    graded(alices, FIRST_RUNG)
    # Bob stands on the board without a score.
    graded(bobs, NOT_CLEARLY_ABOVE)
    board_certainty()
    assert Replicates.objects.count() == 2
    better = graded(alices, SECOND_RUNG)
    board_certainty()
    baseline = Standing.objects.get(is_ranked=False).best_id
    assert set(Replicates.objects.values_list("evaluation", flat=True)) == {baseline, better.evaluation_id}
