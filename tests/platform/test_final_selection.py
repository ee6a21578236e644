"""Public and private: what a team chooses, what ranks in the end, and what a late submission gets."""

from datetime import timedelta

import pytest
from cast_of_stories import BAD, GOOD, PERFECT
from django.urls import reverse
from django.utils import timezone

from competitions.models import Competition
from grading.tasks import score_waiting
from leaderboard.board import standings
from leaderboard.final_selection import SelectionRefused, select
from leaderboard.models import Standing
from submissions.models import Status, Submission

# Public: id 1 is wrong by 1: 0.5. Private: all right: 0.
SAFE = "id,rating\n1,4\n2,3\n3,4\n4,1\n5,2\n"
# Public: all right: 0. Private: errors 1, 4 and 3: 26 / 3.
LUCKY = "id,rating\n1,5\n2,3\n3,5\n4,5\n5,5\n"
# Public: all right. Private: errors 0, 3 and 0: 3.
MIDDLING = "id,rating\n1,5\n2,3\n3,4\n4,4\n5,2\n"


def close(revealed=True):
    now = timezone.now()
    Competition.objects.update(
        opens_at=now - timedelta(days=2),
        closes_at=now - timedelta(hours=1),
        reveals_at=now + timedelta(hours=0 if revealed else 1) - timedelta(minutes=1),
    )


def private_scores(competition):
    competition.refresh_from_db()
    return [(row.rank, row.team.name, row.score) for row in standings(competition, private=True)]


def test_without_a_choice_the_best_public_ones_count(competition, alices_team, graded):
    for content in (SAFE, LUCKY, MIDDLING):
        graded(alices_team, content)
    # The two best public ones are LUCKY and MIDDLING; of these MIDDLING is the better private one.
    assert private_scores(competition) == [(1, "alice", 3.0)]


def test_the_choice_counts_and_the_earlier_of_equal_ones_ranks_first(
    competition, alices_team, bobs_team, graded, as_alice
):
    safe = graded(alices_team, SAFE)
    graded(alices_team, LUCKY)
    graded(bobs_team, PERFECT)
    assert private_scores(competition) == [(1, "alice", 0.0), (2, "bob", 0.0)]
    graded(alices_team, MIDDLING)
    assert private_scores(competition) == [(1, "bob", 0.0), (2, "alice", 3.0)]
    page = as_alice.post(reverse("choose_submission", args=[safe.pk]), {"selected": "yes"}, follow=True)
    assert "is in your team&#x27;s final selection now" in page.content.decode()
    assert "<span data-chosen>1 of 2</span>" in page.content.decode()
    assert private_scores(competition) == [(1, "alice", 0.0), (2, "bob", 0.0)]
    as_alice.post(reverse("choose_submission", args=[safe.pk]), {"selected": "no"})
    assert private_scores(competition) == [(1, "bob", 0.0), (2, "alice", 3.0)]


def test_a_full_selection_and_what_cannot_be_chosen_say_why(alices_team, graded):
    first, second, third = (graded(alices_team, SAFE) for _ in range(3))
    select(first)
    select(second)
    with pytest.raises(SelectionRefused, match="has chosen 2 of 2 submissions already"):
        select(third)
    rejected = graded(alices_team, BAD)
    assert rejected.status == Status.REJECTED
    select(second, is_selected=False)
    with pytest.raises(SelectionRefused, match="has no score: it is rejected"):
        select(rejected)
    select(third)
    select(third)
    third.refresh_from_db()
    assert third.is_selected


def test_a_chosen_one_that_was_disqualified_can_still_make_room(as_alice, alices_team, graded):
    first, second, third = (graded(alices_team, SAFE) for _ in range(3))
    select(first)
    select(second)
    Submission.objects.filter(pk=second.pk).update(disqualified_at=timezone.now(), disqualification="Not their own.")
    page = as_alice.get("/competitions/stars/submissions/").content.decode()
    assert page.count("Chosen ✓") == 2
    as_alice.post(reverse("choose_submission", args=[second.pk]), {"selected": "no"})
    as_alice.post(reverse("choose_submission", args=[third.pk]), {"selected": "yes"})
    assert set(Submission.objects.filter(is_selected=True)) == {first, third}


def test_one_that_waits_for_its_score_can_be_chosen_and_counts_when_it_has_it(competition, alices_team, graded, send):
    graded(alices_team, SAFE)
    waiting = send(alices_team, MIDDLING)
    select(waiting)
    close()
    assert private_scores(competition) == [(1, "alice", 0.0)]
    score_waiting()
    assert private_scores(competition) == [(1, "alice", 3.0)]


def test_nobody_chooses_for_another_team_or_after_closing(as_alice, alices_team, bobs_team, graded):
    bobs, mine = graded(bobs_team, SAFE), graded(alices_team, SAFE)
    assert as_alice.post(reverse("choose_submission", args=[bobs.pk]), {"selected": "yes"}).status_code == 404
    close()
    page = as_alice.post(reverse("choose_submission", args=[mine.pk]), {"selected": "yes"}, follow=True)
    assert "The final selection stays as it was then." in page.content.decode()
    mine.refresh_from_db()
    assert not mine.is_selected


def test_private_scores_wait_for_the_reveal_not_for_the_closing(as_alice, alices_team, graded):
    graded(alices_team, GOOD)
    board = "/competitions/stars/leaderboard/?board=private"
    mine = "/competitions/stars/submissions/"
    close(revealed=False)
    assert "Private (final)" not in as_alice.get(board).content.decode()
    assert "Private score" not in as_alice.get(mine).content.decode()
    close(revealed=True)
    assert "3.000" in as_alice.get(board).content.decode()
    assert "3.000" in as_alice.get(mine).content.decode()


def test_a_web_process_whose_clock_runs_fast_reveals_nothing_early(as_alice, alices_team, graded, monkeypatch):
    sent = graded(alices_team, GOOD)
    close(revealed=False)
    real = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: real + timedelta(hours=2))
    for address in ("leaderboard/?board=private", "submissions/"):
        assert "Private" not in as_alice.get(f"/competitions/stars/{address}").content.decode()
    for address in (sent.get_absolute_url(), reverse("submission_status", args=[sent.pk])):
        assert "Private score" not in as_alice.get(address).content.decode()
    board = reverse("leaderboard_file", args=["stars", "csv"])
    assert as_alice.get(f"{board}?board=private").status_code == 404


def test_a_late_submission_has_a_public_score_alone_and_no_rank_ever(as_alice, competition, alices_team, graded):
    graded(alices_team, GOOD)
    close()
    Competition.objects.update(takes_late_submissions=True)
    late = graded(alices_team, PERFECT)
    assert late.is_late
    assert late.evaluation.public_score == 0.0
    assert late.evaluation.private_score is None
    assert Standing.objects.get(team=alices_team).scored_count == 1
    assert private_scores(competition) == [(1, "alice", 3.0)]
    page = as_alice.get(late.get_absolute_url()).content.decode()
    assert "0.000" in page
    assert "Sent after closing: it has a score on the public part alone, and no rank." in page
    assert "Private score" not in page
    assert "Your team ranks" not in page
    assert "late" in as_alice.get("/competitions/stars/submissions/").content.decode()
