"""A corrected solution: everything is scored again, an organizer sees who would move, and one step lets it count."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from cast_of_stories import GOOD, PERFECT, SOLUTION
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from competitions.models import Competition, Rescore, Solution
from config.clock import seconds_from_now
from grading.scoring import score_claimed
from grading.sweeper import sweep
from grading.tasks import check_solutions, rescore, score_waiting
from leaderboard.activity import best_over_time
from leaderboard.board import standings
from submissions import lifecycle, rescores
from submissions.models import Evaluation, Queue, Status, Submission, prediction_storage

State = Rescore.State
# The first target was 4, not 5. GOOD: 0.5 → 0 in public. PERFECT: 0 → 0.5.
CORRECTED = SOLUTION.replace("1,5,Public", "1,4,Public")


def text(response):
    return response.content.decode()


def board(competition):
    return [(row.rank, row.team.name, row.score) for row in standings(competition)]


def upload(as_olga, competition, content):
    """Olga's door: a version is uploaded and checked; returns it."""
    file = SimpleUploadedFile("solution.csv", content.encode())
    as_olga.post("/admin/competitions/solution/add/", {"competition": competition.pk, "file": file, "note": "Row 1."})
    check_solutions()
    return Solution.objects.order_by("-version").first()


def ask(as_olga, solution):
    """Olga presses the button of a version; returns the page that she is led to."""
    return as_olga.post(f"/admin/competitions/solution/{solution.pk}/score-again/", follow=True)


def page(as_olga, asked):
    return text(as_olga.get(f"/admin/competitions/rescore/{asked.pk}/change/"))


def press(as_olga, asked, button="make-active", **data):
    return text(as_olga.post(f"/admin/competitions/rescore/{asked.pk}/{button}/", data, follow=True))


@pytest.fixture
def two_ranked(alices_team, bobs_team, graded):
    """Bob is first with 0, alice second with 0.5."""
    graded(bobs_team, PERFECT)
    return graded(alices_team, GOOD)


def test_olga_corrects_a_label_sees_who_moves_and_makes_it_count(
    as_olga, competition, two_ranked, mailbox, django_capture_on_commit_callbacks
):
    corrected = upload(as_olga, competition, CORRECTED)
    mailbox()
    with django_capture_on_commit_callbacks(execute=True):
        assert "0 of 2 submissions are scored by version 2" in text(ask(as_olga, corrected))
    assert mailbox() == ["grading.rescore"]
    rescore()
    asked = Rescore.objects.get()
    assert asked.state == State.PREVIEWED
    found = page(as_olga, asked)
    assert "Of 2 submissions, 2 get another public score; the largest change is 0.500." in found
    assert "Public leaderboard: 2 of 2 teams move" in found
    assert "Private leaderboard: 0 of 2 teams move" in found
    assert re.search(r"<td>alice</td>\s*<td>2 → 1</td>\s*<td>0.500 → 0.000</td>\s*<td>-0.500</td>", found)
    assert board(competition) == [(1, "bob", 0.0), (2, "alice", 0.5)]

    assert "tick the box first" in press(as_olga, asked)
    with django_capture_on_commit_callbacks(execute=True):
        assert "Version 2 counts in a moment" in press(as_olga, asked, confirmed="yes")
    assert mailbox() == ["grading.rescore"]
    rescore()
    asked.refresh_from_db()
    assert asked.state == State.ACTIVE
    assert board(competition) == [(1, "alice", 0.0), (2, "bob", 0.5)]
    two_ranked.refresh_from_db()
    assert (two_ranked.status, two_ranked.evaluation.solution) == (Status.SCORED, corrected)
    assert two_ranked.events.last().note == "scored again by version 2 of the solution"


def test_the_old_evaluations_stay_as_history(as_olga, two_ranked, new_version, rescored):
    rescored(new_version(CORRECTED))
    assert [e.public_score for e in two_ranked.evaluations.order_by("pk")] == [0.5, 0.0]
    shown = text(as_olga.get(f"/admin/submissions/submission/{two_ranked.pk}/change/"))
    assert "Five stars, version 1" in shown
    assert "Five stars, version 2" in shown


def test_participants_see_nothing_of_it_before_it_counts(as_alice, alices_team, two_ranked, new_version, olga):
    addresses = [
        "/",
        "/status/",
        "/competitions/stars/",
        "/competitions/stars/leaderboard/",
        "/competitions/stars/submissions/",
        f"/submissions/{two_ranked.pk}/",
        f"/submissions/{two_ranked.pk}/status/",
    ]

    def everything():
        return [re.sub(r"value=\"\w{64}\"|\d\d:\d\d:\d\d", "", text(as_alice.get(address))) for address in addresses]

    before = everything()
    asked = rescores.ask(new_version(CORRECTED), olga)
    assert everything() == before
    rescore()
    asked.refresh_from_db()
    assert asked.state == State.PREVIEWED
    assert everything() == before
    for address in ("", f"{asked.pk}/change/", f"{asked.pk}/make-active/"):
        assert as_alice.get(f"/admin/competitions/rescore/{address}").status_code in (302, 403)
    assert as_alice.post(f"/admin/competitions/rescore/{asked.pk}/make-active/", {"confirmed": "yes"}).status_code in (
        302,
        403,
    )
    asked.refresh_from_db()
    assert asked.state == State.PREVIEWED


def test_what_is_graded_again_meanwhile_shows_the_old_version_alone(two_ranked, competition, new_version, olga):
    rescores.ask(new_version(CORRECTED), olga)
    rescore()
    assert lifecycle.regrade(two_ranked)
    assert board(competition) == [(1, "bob", 0.0), (2, "alice", 0.5)]
    score_waiting()
    assert board(competition) == [(1, "bob", 0.0), (2, "alice", 0.5)]


def test_the_dashboard_draws_no_score_of_a_version_that_does_not_count(
    competition, alices_team, graded, new_version, olga
):
    submission = graded(alices_team, GOOD)
    rescores.ask(new_version(CORRECTED), olga)
    rescore()
    # While it waits to be graded again, its score by the new version is none of the board's.
    assert lifecycle.regrade(submission)
    assert [(score, team) for _, score, team in best_over_time(competition)] == [(0.5, "alice")]


def test_what_alice_sends_after_the_preview_is_scored_before_it_counts(
    two_ranked, alices_team, competition, new_version, graded, olga
):
    asked = rescores.ask(new_version(CORRECTED), olga)
    rescore()
    # By the old version 0, by the new one 0.5.
    late = graded(alices_team, PERFECT)
    assert rescores.progress(asked) == (2, 3)
    asked.refresh_from_db()
    assert rescores.make_active(asked)
    rescore()
    late.refresh_from_db()
    assert (late.evaluation.solution.version, late.evaluation.public_score) == (2, 0.5)
    assert board(competition) == [(1, "alice", 0.0), (2, "bob", 0.5)]


def test_one_that_is_being_scored_in_that_moment_is_scored_by_the_new_version(
    two_ranked, alices_team, send, new_version, rescored
):
    under_work = send(alices_team, PERFECT)
    claim = lifecycle.claim_next(Queue.SCORING)
    assert claim.submission_id == under_work.pk
    rescored(new_version(CORRECTED))
    score_claimed(claim)
    under_work.refresh_from_db()
    assert (under_work.evaluation.solution.version, under_work.evaluation.public_score) == (2, 0.5)


def test_a_file_that_waits_has_its_turn_between_two_batches(
    two_ranked, alices_team, send, new_version, settings, mailbox, olga
):
    settings.RESCORE_BATCH = 1
    asked = rescores.ask(new_version(CORRECTED), olga)
    send(alices_team, GOOD)
    mailbox()
    rescore()
    assert rescores.progress(asked) == (1, 2)
    assert mailbox() == ["grading.rescore"]
    score_waiting()
    rescore()
    asked.refresh_from_db()
    assert (asked.state, rescores.progress(asked)) == (State.PREVIEWED, (3, 3))


def test_a_worker_killed_between_two_batches_costs_nothing(
    two_ranked, new_version, settings, mailbox, olga, competition
):
    settings.RESCORE_BATCH = 1
    settings.TURN_SECONDS = 0
    asked = rescores.ask(new_version(CORRECTED), olga)
    rescore()
    # A worker that was killed leaves its lease behind.
    left = Rescore.objects.filter(pk=asked.pk)
    left.update(lease_until=seconds_from_now(60))
    mailbox()
    sweep()
    rescore()
    assert "grading.rescore" not in mailbox()
    assert rescores.progress(asked) == (1, 2)
    left.update(lease_until=seconds_from_now(-1))
    sweep()
    assert "grading.rescore" in mailbox()
    for _ in range(2):
        rescore()
    asked.refresh_from_db()
    assert asked.state == State.PREVIEWED
    assert Evaluation.objects.filter(solution=asked.solution).count() == 2


def test_two_rescores_at_once_are_refused(as_olga, competition, two_ranked):
    first, second = (upload(as_olga, competition, CORRECTED) for _ in range(2))
    ask(as_olga, first)
    assert "A rescore by version 2 is under way (being scored). Make it active or cancel it first." in text(
        ask(as_olga, second)
    )
    assert Rescore.objects.count() == 1


def test_the_version_that_counts_already_is_refused(as_olga, competition, two_ranked):
    active = Solution.objects.get()
    assert "counts already" in text(ask(as_olga, active))
    assert not Rescore.objects.exists()


def test_a_cancelled_rescore_changes_nothing_and_its_work_is_not_lost(as_olga, competition, two_ranked):
    corrected = upload(as_olga, competition, CORRECTED)
    ask(as_olga, corrected)
    rescore()
    asked = Rescore.objects.get()
    assert "Version 1 counts as before" in press(as_olga, asked, "cancel")
    assert "the rescore is cancelled" in press(as_olga, asked, confirmed="yes")
    rescore()
    assert board(competition) == [(1, "bob", 0.0), (2, "alice", 0.5)]
    ask(as_olga, corrected)
    assert rescores.progress(Rescore.objects.first()) == (2, 2)


def test_a_version_with_other_ids_is_refused_before_anything_is_scored(
    two_ranked, as_olga, competition, new_version, olga
):
    competition.data_files.all().delete()
    other = new_version(SOLUTION.replace("5,2,Private", "6,2,Private"))
    asked = rescores.ask(other, olga)
    rescore()
    asked.refresh_from_db()
    assert asked.state == State.FAILED
    assert "Version 2 has other ids than version 1: 2 differ, the first is 5, which is missing." in page(as_olga, asked)
    assert not Evaluation.objects.filter(solution=other).exists()
    assert board(competition) == [(1, "bob", 0.0), (2, "alice", 0.5)]


def test_going_back_to_the_first_version(two_ranked, competition, new_version, rescored, alices_team, graded):
    rescored(new_version(CORRECTED))
    graded(alices_team, PERFECT)
    rescored(competition.solutions.get(version=1))
    assert board(competition) == [(1, "bob", 0.0), (2, "alice", 0.0)]


def test_a_late_one_gets_no_private_score_and_a_disqualified_one_is_scored_too(
    two_ranked, bobs_team, competition, new_version, rescored, graded
):
    Competition.objects.update(closes_at=timezone.now(), takes_late_submissions=True)
    bobs_team.refresh_from_db()
    late = graded(bobs_team, PERFECT)
    assert late.is_late
    Submission.objects.filter(pk=two_ranked.pk).update(disqualified_at=timezone.now(), disqualification="Copied.")
    rescored(new_version(CORRECTED))
    late.refresh_from_db()
    two_ranked.refresh_from_db()
    assert (late.evaluation.public_score, late.evaluation.private_score) == (0.5, None)
    assert two_ranked.evaluation.public_score == 0.0
    assert board(competition) == [(1, "bob", 0.5)]


def test_lost_predictions_are_read_again_from_what_was_sent(two_ranked, as_olga, new_version, olga, competition):
    Path(two_ranked.evaluation.predictions.path).write_bytes(b"nonsense")
    asked = rescores.ask(new_version(CORRECTED), olga)
    rescore()
    asked.refresh_from_db()
    assert asked.read_again == [str(two_ranked.pk)]
    assert "1 had lost their kept predictions" in page(as_olga, asked)
    assert rescores.make_active(asked)
    rescore()
    assert board(competition) == [(1, "alice", 0.0), (2, "bob", 0.5)]
    two_ranked.refresh_from_db()
    assert two_ranked.evaluation.predictions.path.endswith(f"rescore-{asked.pk}.npy")


def test_what_cannot_be_read_at_all_is_named_and_waits_for_a_new_grading(
    two_ranked, as_olga, new_version, olga, competition, settings
):
    settings.MAX_TRIES = 1
    Path(two_ranked.evaluation.predictions.path).unlink()
    Path(two_ranked.file.path).unlink()
    asked = rescores.ask(new_version(CORRECTED), olga)
    rescore()
    asked.refresh_from_db()
    assert asked.state == State.PREVIEWED
    found = page(as_olga, asked)
    assert "1 could not be scored" in found
    assert f"{two_ranked.pk}</a> of alice: FileNotFoundError" in found
    assert re.search(r"<td>alice</td>\s*<td>2 → –</td>", found)
    assert rescores.make_active(asked)
    rescore()
    two_ranked.refresh_from_db()
    assert two_ranked.status == Status.QUEUED
    score_waiting()
    two_ranked.refresh_from_db()
    assert two_ranked.status == Status.FAILED
    assert board(competition) == [(1, "bob", 0.5)]


def test_when_too_much_cannot_be_read_the_rescore_is_given_up(two_ranked, new_version, olga, competition, settings):
    settings.RESCORE_LEFT_OUT = 0
    for store in (prediction_storage(), two_ranked.file.storage):
        for path in Path(store.location).rglob("*.npy" if store == prediction_storage() else "*"):
            path.is_file() and path.unlink()
    asked = rescores.ask(new_version(CORRECTED), olga)
    rescore()
    asked.refresh_from_db()
    assert asked.state == State.FAILED
    assert "2 submissions cannot be read any more" in asked.failure
    assert board(competition) == [(1, "bob", 0.0), (2, "alice", 0.5)]


def test_a_version_that_fits_the_settings_no_more_is_told_without_its_labels(
    two_ranked, new_version, olga, competition, as_olga
):
    asked = rescores.ask(new_version(CORRECTED), olga)
    # The admin keeps such settings frozen; a hand in the database does not.
    Competition.objects.update(highest=4.5, lowest=1.5)
    rescore()
    asked.refresh_from_db()
    assert asked.state == State.FAILED
    assert asked.failure == (
        "Version 2 of the solution does not fit the competition's columns, range and metric any more; the first is "
        "line 5. Set back what has changed, then ask again."
    )


def test_one_that_is_rejected_meanwhile_does_not_come_back(two_ranked, new_version, olga, competition):
    asked = rescores.ask(new_version(CORRECTED), olga)
    rescore()
    Path(two_ranked.file.path).write_text("nonsense")
    lifecycle.regrade(two_ranked)
    score_waiting()
    asked.refresh_from_db()
    assert rescores.make_active(asked)
    rescore()
    assert board(competition) == [(1, "bob", 0.5)]


def test_a_failure_of_ours_is_told_and_changes_nothing(two_ranked, new_version, olga, competition, as_olga):
    solution = new_version(CORRECTED)
    asked = rescores.ask(solution, olga)
    Path(solution.file.path).unlink()
    rescore()
    assert "Our fault: it stopped with FileNotFoundError" in page(as_olga, asked)
    assert board(competition) == [(1, "bob", 0.0), (2, "alice", 0.5)]


def test_a_rescore_of_others_is_closed(as_olga, two_ranked, new_version, olga, competition):
    asked = rescores.ask(new_version(CORRECTED), olga)
    rescore()
    competition.organizers.clear()
    address = f"/admin/competitions/rescore/{asked.pk}"
    assert as_olga.get(f"{address}/change/").status_code == 302
    assert as_olga.post(f"{address}/make-active/", {"confirmed": "yes"}).status_code == 404
    assert as_olga.post(f"{address}/cancel/").status_code == 404
    assert as_olga.post(f"/admin/competitions/solution/{asked.solution.pk}/score-again/").status_code == 404
    assert as_olga.get(f"/admin/competitions/solution/{asked.solution.pk}/exclude-rows/").status_code == 404
    assert Client().post(f"{address}/make-active/", {"confirmed": "yes"}).status_code == 302
    asked.refresh_from_db()
    assert asked.state == State.PREVIEWED


def test_who_may_only_look_at_solutions_begins_no_rescore(as_olga, two_ranked, new_version, olga):
    solution = new_version(CORRECTED)
    olga.groups.clear()
    olga.user_permissions.add(Permission.objects.get(codename="view_solution"))
    marked = {"action": "score_again", "_selected_action": solution.pk}
    assert "Score everything by this version" not in text(as_olga.get("/admin/competitions/solution/"))
    as_olga.post("/admin/competitions/solution/", marked)
    assert as_olga.post(f"/admin/competitions/solution/{solution.pk}/score-again/").status_code == 403
    assert not Rescore.objects.exists()


def test_making_it_count_is_no_matter_of_a_link(as_olga, two_ranked, new_version, olga):
    asked = rescores.ask(new_version(CORRECTED), olga)
    rescore()
    assert as_olga.get(f"/admin/competitions/rescore/{asked.pk}/make-active/").status_code == 405
    assert as_olga.get(f"/admin/competitions/solution/{asked.solution.pk}/score-again/").status_code == 405


def test_the_first_version_counts_by_itself(as_olga, competition):
    Solution.objects.all().delete()
    assert upload(as_olga, competition, SOLUTION).is_active
    assert not Rescore.objects.exists()


def test_a_rescore_begins_and_ends_at_a_time(two_ranked, new_version, rescored):
    done = rescored(new_version(CORRECTED))
    assert timedelta(0) <= done.finished_at - done.asked_at
    assert done.lease_until is None
