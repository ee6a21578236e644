"""Teams' best files are compared by the scoring worker when they have changed, and a waiting file goes first."""

from datetime import timedelta

import pytest
from django.utils import timezone
from many_stars import LABELS, RANDOM, ROWS, TASTE, as_file, give_many_stars, honest

from accounts.models import User
from competitions.models import Competition
from grading.sweeper import sweep
from grading.tasks import look_at_integrity
from leaderboard.models import IntegrityState, SimilarPair
from leaderboard.moderation import mark_baseline
from submissions.models import Evaluation, Status, Submission, prediction_storage
from teams.joining import join


@pytest.fixture
def competition(competition) -> Competition:
    """Five stars with 400 ratings."""
    return give_many_stars(competition)


@pytest.fixture
def team(competition):
    """team(name) joins a new person of that name."""

    def make(name):
        return join(User.objects.create_user(name, f"{name}@example.org", "a fine password"), competition)

    return make


@pytest.fixture
def later():
    """later() lets the time pass after which similar files may be compared again."""

    def move_on():
        IntegrityState.objects.update(next_at=timezone.now() - timedelta(seconds=1))

    return move_on


def address(competition):
    return f"/admin/competitions/competition/{competition.pk}/integrity/"


def text(response):
    assert response.status_code == 200, response.status_code
    return response.getvalue().decode()


def looked_at():
    return Submission.objects.filter(looked_at__isnull=False)


def section(page, name):
    return page[page.index(f'id="{name}"') :].split("</section>")[0]


def test_a_copy_with_a_little_noise_is_found_and_honest_models_are_not(as_olga, competition, team, graded):
    model = honest()
    graded(team("carol"), as_file(model), "own.csv")
    graded(team("dave"), as_file(model + RANDOM.normal(0.0, 0.001, ROWS)), "copy.csv")
    graded(team("erin"), as_file(honest()), "another.csv")
    look_at_integrity()
    pairs = {
        (pair.one.submission.team.name, pair.other.submission.team.name): pair.correlation
        for pair in SimilarPair.objects.all()
    }
    assert pairs["carol", "dave"] >= 0.999
    assert all(correlation < 0.99 for names, correlation in pairs.items() if names != ("carol", "dave"))
    assert len(pairs) == 3
    similar = section(text(as_olga.get(address(competition))), "similar")
    assert 'data-alike="1"' in similar
    assert similar.count("data-beyond-threshold") == 1
    assert similar.index("own.csv") < similar.index("another.csv")
    assert "a reason to look and no verdict" in similar
    assert "the same file" not in similar


def test_the_same_file_of_two_teams_is_called_so(as_olga, competition, team, graded):
    for name in ("carol", "dave"):
        graded(team(name), as_file(TASTE))
    look_at_integrity()
    assert "1.0000</strong><br>the same file" in text(as_olga.get(address(competition)))


def test_a_baseline_sent_unchanged_is_marked_as_such(as_olga, competition, olga, team, graded):
    kit = team("the kit")
    for one in (kit, team("carol"), team("dave")):
        graded(one, as_file(TASTE))
    mark_baseline(kit, "The kit's own.", olga)
    look_at_integrity()
    assert set(SimilarPair.objects.values_list("other__submission__team__name", "is_with_baseline")) == {
        ("the kit", True)
    }
    similar = section(text(as_olga.get(address(competition))), "similar")
    assert 'data-alike="0"' in similar or "There are no two teams to compare." in similar
    assert "2 teams whose best file is nearly a baseline's" in similar


def test_similar_files_are_compared_again_when_a_best_has_changed_and_not_at_once(
    competition, team, graded, mailbox, later
):
    carol, dave = team("carol"), team("dave")
    graded(carol, as_file(TASTE + 0.5))
    graded(dave, as_file(honest()))
    look_at_integrity()
    (first,) = SimilarPair.objects.all()
    graded(dave, as_file(TASTE))
    look_at_integrity()
    assert SimilarPair.objects.get() == first
    later()
    look_at_integrity()
    again = SimilarPair.objects.get()
    assert (again.pk != first.pk, again.correlation) == (True, pytest.approx(1.0, abs=0.001))
    # The same bests: what was made stays.
    later()
    mailbox()
    sweep()
    assert "grading.look_at_integrity" in mailbox()
    look_at_integrity()
    assert SimilarPair.objects.get() == again


def test_what_waits_is_scored_before_and_while_files_are_compared(competition, alices_team, bobs_team, graded, send):
    graded(alices_team, as_file(TASTE))
    waiting = send(bobs_team, as_file(honest()))
    # Only the look's bell is answered.
    look_at_integrity()
    waiting.refresh_from_db()
    assert waiting.status == Status.SCORED
    # The looks for signs made way for it.
    assert not looked_at()
    look_at_integrity()
    assert len(looked_at()) == 2


def test_predictions_that_are_lost_stop_nothing(as_olga, competition, team, graded):
    for name in ("carol", "dave", "erin"):
        graded(team(name), as_file(honest()))
    lost = Evaluation.objects.order_by("pk").first()
    prediction_storage().delete(lost.predictions.name)
    look_at_integrity()
    assert len(looked_at()) == 3
    assert SimilarPair.objects.count() == 1
    assert "1 could not be read" in text(as_olga.get(address(competition)))


def test_rows_are_thinned_out_where_memory_would_not_do(competition, team, graded, settings):
    # 800 bytes: 100 rows of 4 bytes for each of two files.
    settings.SIMILARITY_BYTES = 800
    for name in ("carol", "dave"):
        graded(team(name), as_file(TASTE))
    look_at_integrity()
    assert IntegrityState.objects.get().row_count == 100
    assert SimilarPair.objects.get().correlation == 1.0


def test_no_label_or_error_is_kept(competition, team, graded):
    for name in ("carol", "dave"):
        graded(team(name), as_file(honest()))
    look_at_integrity()
    state = IntegrityState.objects.get()
    # Five stars, one apart; their spread to three digits.
    assert (state.label_count, state.label_step) == (5, 1.0)
    assert state.label_spread == float(f"{LABELS[::2].std():.3g}")
    correlation = SimilarPair.objects.get().correlation
    assert correlation == round(correlation, 4)


def test_where_files_wait_without_end_the_comparison_is_put_off(competition, team, graded, later, settings):
    for name in ("carol", "dave"):
        graded(team(name), as_file(honest()))
    settings.SIMILARITY_AT_MOST_SECONDS = 0
    look_at_integrity()
    assert not SimilarPair.objects.exists()
    settings.SIMILARITY_AT_MOST_SECONDS = 10
    later()
    look_at_integrity()
    assert SimilarPair.objects.count() == 1


def test_the_look_of_a_killed_worker_is_taken_up_when_its_time_is_over(competition, team, graded, later, mailbox):
    graded(team("carol"), as_file(TASTE))
    IntegrityState.objects.create(competition=competition, next_at=timezone.now() + timedelta(minutes=10))
    look_at_integrity()
    assert not IntegrityState.objects.get().made_from
    later()
    mailbox()
    sweep()
    assert "grading.look_at_integrity" in mailbox()
    look_at_integrity()
    assert IntegrityState.objects.get().made_from
