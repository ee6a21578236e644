"""A ladder board as participants and organizers see it: a score is told only to a file that clearly beats another."""

import csv
import json
from datetime import timedelta

import pytest
from cast_of_stories import predictions
from django.core.files.base import ContentFile
from django.utils import timezone
from ladder_of_stories import (
    FIRST_RUNG,
    NOT_CLEARLY_ABOVE,
    NOT_CLEARLY_BETTER,
    SECOND_RUNG,
    enter_baseline,
    reload,
    told,
)

from competitions.models import Competition
from grading.tasks import score_waiting
from leaderboard.board import rank_of, standings
from leaderboard.final_selection import select
from leaderboard.moderation import disqualify_submission, reinstate_submission
from leaderboard.standings import rebuild
from submissions import lifecycle
from submissions.models import Submission, Told
from submissions.uploads import store_upload
from teams.joining import join
from teams.models import Team

COMPETITION = "/competitions/stars/"


def text(response):
    return b"".join(response).decode() if response.streaming else response.content.decode()


def board(competition, **which):
    return [(row.rank, row.team.name, row.score) for row in standings(competition, **which)]


def test_below_the_baseline_a_team_stands_last_without_score_or_rank(ladder, alices, bobs, graded, as_alice):
    graded(bobs, FIRST_RUNG)
    sent = graded(alices, NOT_CLEARLY_ABOVE)
    assert told(sent) == Told.BELOW_BASELINE
    assert board(ladder) == [(1, "bob", 0.5), (None, "Always three", 2.0), (None, "alice", None)]
    page = text(as_alice.get(COMPETITION + "leaderboard/"))
    assert "Your team is <strong>below baseline</strong>" in page
    assert '<td class="text-end number"><span class="text-soft text-wrap">below baseline</span></td>' in page
    status = text(as_alice.get(sent.get_absolute_url()))
    assert "data-word>below baseline</p>" in status
    assert "clearly better than the organizers' baseline" in status
    assert "data-score" not in status
    assert "data-rank" not in status
    assert rank_of(alices) is None
    assert rank_of(bobs) == (1, 1)


def test_the_first_rung_is_told_and_gives_a_rank(ladder, alices, graded, as_alice):
    graded(alices, NOT_CLEARLY_ABOVE)
    sent = graded(alices, FIRST_RUNG)
    assert told(sent) == Told.SCORE
    assert board(ladder) == [(1, "alice", 0.5), (None, "Always three", 2.0)]
    page = text(as_alice.get(sent.get_absolute_url()))
    assert "data-score>0.500<" in page
    assert "data-rank>1<" in page


def test_a_file_that_is_no_rung_is_told_the_teams_own_number_and_nothing_else(ladder, alices, graded, as_alice):
    graded(alices, FIRST_RUNG)
    sent = graded(alices, NOT_CLEARLY_BETTER)
    assert told(sent) == Told.NO_IMPROVEMENT
    assert board(ladder)[0] == (1, "alice", 0.5)
    page = text(as_alice.get(sent.get_absolute_url()))
    assert "data-word>no significant improvement</p>" in page
    assert "data-standing>0.500<" in page
    assert "data-rank>1<" in page
    read = [
        page,
        *(
            text(as_alice.get(COMPETITION + address))
            for address in (
                "", "leaderboard/", "leaderboard.csv", "leaderboard.json", f"leaderboard/{alices.pk}/",
                "submissions/", "submit/", "team/", "evaluation/",
            )
        ),
        text(as_alice.get(sent.get_absolute_url() + "status/")),
    ]  # fmt: skip
    for seen in read:
        assert "Not found" not in seen
        assert not [digits for digits in ("0.405", "0.41", "0.40", ">0.4<", ">0.4 ") if digits in seen]
    assert "no significant improvement" in text(as_alice.get(COMPETITION + "submissions/"))


def test_each_further_rung_is_told(ladder, alices, graded, as_alice):
    for content in (FIRST_RUNG, NOT_CLEARLY_BETTER, SECOND_RUNG, FIRST_RUNG):
        graded(alices, content)
    said = Submission.objects.filter(team=alices).order_by("submitted_at").values_list("evaluation__told", flat=True)
    assert list(said) == [Told.SCORE, Told.NO_IMPROVEMENT, Told.SCORE, Told.NO_IMPROVEMENT]
    assert board(ladder)[0] == (1, "alice", 0.125)
    progress = text(as_alice.get(COMPETITION + f"leaderboard/{alices.pk}/"))
    assert all(f">{score}<" in progress for score in ("0.500", "0.125"))
    assert "0.405" not in progress


def test_a_team_without_a_score_has_a_page_that_says_so(alices, graded, as_alice):
    graded(alices, NOT_CLEARLY_ABOVE)
    assert "Below baseline: none of its files" in text(as_alice.get(COMPETITION + f"leaderboard/{alices.pk}/"))


def test_without_a_baseline_a_first_file_is_told(competition, alice, graded):
    Competition.objects.update(disclosure="ladder")
    competition.refresh_from_db()
    assert told(graded(join(alice, competition), NOT_CLEARLY_ABOVE)) == Told.SCORE


def test_the_weakest_baseline_by_its_best_file_is_where_a_ladder_begins(ladder, alices, graded):
    """The second baseline is better (MSE 0.5); the first sends a worse file, too: its best one counts."""
    enter_baseline(ladder, FIRST_RUNG, "Four and three")
    weak = Team.objects.get(name="Always three")
    upload = store_upload(ladder, ContentFile(predictions(1, 1).encode(), name="b.csv"))
    worse = lifecycle.submit(weak, None, upload)
    score_waiting()
    assert told(worse) == Told.SCORE
    # MSE 2.5, far above the worse file's 10, and below the best one's 2.
    assert told(graded(alices, predictions(3, 4))) == Told.BELOW_BASELINE
    assert told(graded(alices, FIRST_RUNG)) == Told.SCORE


def test_a_file_sent_late_stands_on_the_same_ladder(ladder, alices, graded, as_alice):
    graded(alices, FIRST_RUNG)
    hour = timedelta(hours=1)
    now = timezone.now()
    Competition.objects.update(opens_at=now - 9 * hour, closes_at=now - hour, takes_late_submissions=True)
    reload(alices)
    assert told(graded(alices, NOT_CLEARLY_BETTER)) == Told.NO_IMPROVEMENT
    late = graded(alices, SECOND_RUNG)
    assert late.is_late
    assert told(late) == Told.SCORE
    # What was told late has to be beaten, too, though it counts for no place.
    again = graded(alices, SECOND_RUNG)
    assert told(again) == Told.NO_IMPROVEMENT
    assert board(ladder)[0] == (1, "alice", 0.5)
    assert "can be chosen" not in text(as_alice.get(again.get_absolute_url()))


def test_after_the_reveal_every_file_shows_its_private_score_and_the_board_ranks_all(
    ladder, alices, bobs, graded, as_alice
):
    graded(bobs, FIRST_RUNG.replace("3,4\n", "3,3\n"))
    sent = graded(alices, NOT_CLEARLY_ABOVE)
    now = timezone.now()
    Competition.objects.update(opens_at=now - timedelta(days=3), closes_at=now - timedelta(days=1))
    reload(alices)
    # In private alice is all right; bob misses by 1 once, the baseline not at all.
    assert board(alices.competition, private=True) == [
        (None, "Always three", 0.0), (1, "alice", 0.0), (2, "bob", 0.333),
    ]  # fmt: skip
    page = text(as_alice.get(sent.get_absolute_url()))
    assert 'Private score: <strong class="number">0.000</strong>' in page
    assert "data-word>below baseline<" in page
    final = text(as_alice.get(COMPETITION + "leaderboard/?board=private"))
    assert "number 1 of 2" in final
    # She had no public rank to rise from.
    assert "below baseline" not in final


def test_the_files_of_the_board_hold_no_rank_and_no_score_of_a_team_below_baseline(alices, graded, client):
    graded(alices, NOT_CLEARLY_ABOVE)
    rows = list(csv.DictReader(text(client.get(COMPETITION + "leaderboard.csv")).splitlines()))
    assert [(row["rank"], row["team"], row["score"], row["best_sent_at"]) for row in rows][1:] == [
        ("", "alice", "", "")
    ]
    listed = json.loads(text(client.get(COMPETITION + "leaderboard.json")))
    assert (listed[-1]["team"], listed[-1]["rank"], listed[-1]["score"]) == ("alice", None, None)


def test_organizers_see_the_exact_score_and_what_was_told(alices, graded, as_olga):
    sent = graded(alices, NOT_CLEARLY_ABOVE)
    exported = text(as_olga.get(f"/admin/competitions/competition/{alices.competition_id}/export/submissions.csv"))
    row = next(row for row in csv.DictReader(exported.splitlines()) if row["id"] == str(sent.pk))
    assert (row["public_score"], row["told"]) == ("1.625", "below_baseline")
    assert "below baseline" in text(as_olga.get(f"/admin/submissions/submission/{sent.pk}/change/"))


def test_how_the_board_answers_is_fixed_once_a_file_was_sent(competition, alices_team, send, as_olga):
    address = f"/admin/competitions/competition/{competition.pk}/change/"
    assert 'name="disclosure"' in text(as_olga.get(address))
    send(alices_team)
    assert 'name="disclosure"' not in text(as_olga.get(address))


def test_the_evaluation_page_says_how_the_board_answers(competition, client):
    assert "How this board answers" not in text(client.get(COMPETITION + "evaluation/"))
    Competition.objects.update(disclosure="ladder")
    assert "answered “no significant improvement”" in text(client.get(COMPETITION + "evaluation/"))


def test_the_dashboard_shows_organizers_what_was_told(ladder, alices, graded, as_olga):
    for content in (FIRST_RUNG, NOT_CLEARLY_BETTER):
        graded(alices, content)
    page = text(as_olga.get(f"/admin/competitions/competition/{ladder.pk}/dashboard/"))
    assert "0.500 by alice" in page
    assert "0.405" not in page


def test_untold_files_stand_in_for_the_final_choice_newest_first(ladder, alices, graded):
    """Two count. Nothing chosen: the told one first, then the newest of the others, however good they are."""
    graded(alices, FIRST_RUNG.replace("3,4\n", "3,1\n"))
    best_of_all = graded(alices, NOT_CLEARLY_BETTER)
    graded(alices, NOT_CLEARLY_BETTER.replace("3,4\n", "3,2\n"))
    # Private MSE: 9 / 3 of the told one, 4 / 3 of the newest.
    alices.refresh_from_db()
    assert alices.standing.final.private_score == pytest.approx(4 / 3)
    select(best_of_all)
    alices.standing.refresh_from_db()
    assert alices.standing.final.private_score == 0


def test_a_disqualified_rung_need_not_be_beaten(ladder, alices, graded, olga):
    graded(alices, FIRST_RUNG)
    best = graded(alices, SECOND_RUNG)
    disqualify_submission(best, "Copied.", olga)
    assert told(graded(alices, SECOND_RUNG)) == Told.SCORE
    assert lifecycle.regrade(best)
    score_waiting()
    reinstate_submission(best, "It was not.", olga)
    assert told(best) == Told.SCORE
    assert rebuild(ladder) == 0
