"""Who asks the board for labels, and whose files are alike: found by the scoring worker, read by organizers alone."""

import re
from datetime import timedelta

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from competitions.models import Competition, DataFile, Solution
from grading.solutions import check
from grading.sweeper import sweep
from grading.tasks import look_at_integrity, score_waiting
from leaderboard.models import IntegrityState, ProbingLook, ProbingSign, SimilarPair
from leaderboard.moderation import mark_baseline
from submissions.models import Evaluation, Status, Submission, prediction_storage
from teams.joining import join

ROWS = 400
RANDOM = np.random.default_rng(11)
LABELS = RANDOM.choice([1.0, 2, 3, 4, 5], ROWS)
# A model that explains half of the labels' variance.
TASTE = 3.0 + 0.5 * (LABELS - 3.0) + RANDOM.normal(0.0, 0.3, ROWS)


@pytest.fixture
def competition(competition) -> Competition:
    """Five stars with 400 ratings, every second row public."""
    rows = "".join(
        f"{number},{label:g},{'Public' if number % 2 else 'Private'}\n" for number, label in enumerate(LABELS, start=1)
    )
    Solution.objects.all().delete()
    DataFile.objects.all().delete()
    test = "id,user_id\n" + "".join(f"{number},u{number}\n" for number in range(1, ROWS + 1))
    DataFile.objects.create(competition=competition, name="test.csv", file=ContentFile(test, "t.csv"))
    solution = Solution.objects.create(
        competition=competition, version=1, file=ContentFile(f"id,rating,Usage\n{rows}", name="solution.csv")
    )
    assert check(solution)
    Competition.objects.update(daily_limit=100)
    competition.refresh_from_db()
    return competition


@pytest.fixture
def team(competition):
    """team(name) joins a new person of that name."""

    def make(name):
        return join(User.objects.create_user(name, f"{name}@example.org", "a fine password"), competition)

    return make


@pytest.fixture
def later(settings) -> None:
    """Every look at similar files may be made again at once."""

    def move_on():
        IntegrityState.objects.update(next_at=timezone.now() - timedelta(seconds=1))

    return move_on


def as_file(predictions):
    values = np.clip(predictions, 1.0, 5.0)
    return "id,rating\n" + "".join(f"{number},{value!r}\n" for number, value in enumerate(values.tolist(), start=1))


def with_rows(predictions, **rows):
    changed = np.array(predictions, dtype=float)
    for row, value in rows.items():
        changed[int(row.removeprefix("row_")) - 1] = value
    return changed


def honest(noise=0.4):
    return TASTE + RANDOM.normal(0.0, noise, ROWS)


def address(competition):
    return f"/admin/competitions/competition/{competition.pk}/integrity/"


def text(response):
    assert response.status_code == 200, response.status_code
    return response.getvalue().decode()


def section(page, name):
    return page[page.index(f'id="{name}"') :].split("</section>")[0]


def found(kind):
    return list(ProbingSign.objects.filter(kind=kind).order_by("pk"))


def test_a_file_with_one_row_changed_is_a_sign_that_olga_reads(as_olga, competition, alices_team, graded):
    graded(alices_team, as_file(TASTE), "base.csv")
    graded(alices_team, as_file(with_rows(TASTE, row_17=5.0)), "probe.csv")
    look_at_integrity()
    (sign,) = ProbingSign.objects.all()
    assert (sign.kind, sign.measured, sign.before.original_name) == ("few_row_step", 1.0, "base.csv")
    signs = section(text(as_olga.get(address(competition))), "signs")
    assert "It differs in 1 row from an earlier file of the team" in signs
    assert "probe.csv" in signs
    assert sign.submission.get_absolute_url() in signs
    assert 'data-team="alice"' in signs


def test_a_step_is_found_although_other_files_were_sent_between(competition, alices_team, graded):
    graded(alices_team, as_file(TASTE), "base.csv")
    for number in range(3):
        graded(alices_team, as_file(honest()), f"cover {number}.csv")
    graded(alices_team, as_file(with_rows(TASTE, row_1=1.0, row_3=1.0)), "probe.csv")
    look_at_integrity()
    (sign,) = found("few_row_step")
    assert (sign.measured, sign.before.original_name) == (2.0, "base.csv")


def test_a_nearly_constant_file_is_a_sign_and_a_constant_one_is_not(as_olga, competition, alices_team, graded):
    graded(alices_team, as_file(np.full(ROWS, 3.9)), "mean.csv")
    graded(alices_team, as_file(np.r_[np.full(390, 2.1), np.full(10, 5.0)]), "ten rows.csv")
    look_at_integrity()
    (sign,) = ProbingSign.objects.all()
    assert (sign.kind, sign.measured) == ("near_constant", 0.975)
    assert "97.50 % of its rows have one value" in text(as_olga.get(address(competition)))


def test_of_classes_a_common_one_is_no_sign(competition, alices_team, graded):
    Competition.objects.update(metric="accuracy")
    graded(alices_team, as_file(np.r_[np.full(390, 2.0), np.full(10, 5.0)]))
    look_at_integrity()
    assert not ProbingSign.objects.exists()


def test_in_a_contest_of_fifty_files_the_ones_that_probe_are_found_and_no_honest_one(competition, team, send):
    prober, others = team("mallory"), [team(f"honest {number}") for number in range(5)]
    for number in range(20):
        send(prober, as_file(with_rows(TASTE, **{f"row_{number + 1}": 1.0 + number % 5})), f"probe {number}.csv")
    for number in range(30):
        send(others[number % 5], as_file(honest(0.3 + 0.01 * number)), f"fit {number}.csv")
    score_waiting()
    look_at_integrity()
    assert ProbingLook.objects.count() == 50
    # The first has nothing to differ from.
    names = set(ProbingSign.objects.values_list("submission__original_name", flat=True))
    assert names == {f"probe {number}.csv" for number in range(1, 20)}
    assert not SimilarPair.objects.filter(correlation__gte=0.999).exists()


def test_each_file_is_looked_at_once(competition, alices_team, graded, mailbox):
    graded(alices_team, as_file(TASTE))
    look_at_integrity()
    looked = ProbingLook.objects.get()
    mailbox()
    look_at_integrity()
    sweep()
    assert ProbingLook.objects.get() == looked
    assert "grading.look_at_integrity" not in mailbox()
    graded(alices_team, as_file(honest()))
    mailbox()
    sweep()
    assert "grading.look_at_integrity" in mailbox()


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
    assert not ProbingLook.objects.exists()
    look_at_integrity()
    assert ProbingLook.objects.count() == 2


def test_while_files_wait_the_sweeper_rings_for_them_alone(competition, alices_team, graded, send, mailbox):
    graded(alices_team, as_file(TASTE))
    send(alices_team, as_file(honest()))
    mailbox()
    sweep()
    assert "grading.look_at_integrity" not in mailbox()


def test_predictions_that_are_lost_stop_nothing(as_olga, competition, team, graded):
    for name in ("carol", "dave", "erin"):
        graded(team(name), as_file(honest()))
    lost = Evaluation.objects.order_by("pk").first()
    prediction_storage().delete(lost.predictions.name)
    look_at_integrity()
    assert ProbingLook.objects.count() == 3
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


def test_the_page_is_linked_and_for_its_own_organizers_only(as_olga, as_alice, competition):
    dashboard = f"/admin/competitions/competition/{competition.pk}/dashboard/"
    assert address(competition) in text(as_olga.get(dashboard))
    assert address(competition) in text(as_olga.get(f"/admin/competitions/competition/{competition.pk}/change/"))
    other = Competition.objects.create(slug="other", title="Somebody else's", tagline="x", is_published=True)
    assert as_olga.get(address(other)).status_code == 404
    assert as_alice.get(address(competition)).status_code == 302
    assert Client().get(address(competition)).status_code == 302


def test_nothing_of_it_reaches_participants(as_alice, competition, alices_team, bobs_team, graded):
    graded(alices_team, as_file(TASTE))
    probe = graded(alices_team, as_file(with_rows(TASTE, row_17=5.0)))
    graded(bobs_team, as_file(TASTE))
    before = [text(as_alice.get(page)) for page in pages_of(competition, probe)]
    look_at_integrity()
    assert ProbingSign.objects.exists()
    assert SimilarPair.objects.exists()
    after = [text(as_alice.get(page)) for page in pages_of(competition, probe)]
    assert [without_tokens(page) for page in after] == [without_tokens(page) for page in before]


def pages_of(competition, submission):
    own = f"/competitions/{competition.slug}/"
    return [own, f"{own}leaderboard/", f"{own}leaderboard.json", f"{own}submissions/", submission.get_absolute_url()]


def without_tokens(page):
    return re.sub(r'(csrfmiddlewaretoken" value=|X-CSRFToken": ?|nonce=)"[^"]+"', "", page)


def test_the_page_has_no_inline_style_or_script(as_olga, competition, alices_team, graded):
    graded(alices_team, as_file(TASTE))
    look_at_integrity()
    page = text(as_olga.get(address(competition)))
    drawn = page[page.index('id="leaks"') : page.rindex("</section>")]
    assert "style=" not in drawn
    assert "<script" not in drawn


def test_an_empty_competition_says_what_is_missing(as_olga, competition):
    page = text(as_olga.get(address(competition)))
    assert "The scoring worker has not looked at the labels yet." in section(page, "leaks")
    assert "No file carries a sign." in page
    Solution.objects.all().delete()
    assert "There is no accepted solution: upload one first." in text(as_olga.get(address(competition)))


def test_a_rehearsals_answers_are_not_looked_at(competition, alices_team, graded):
    graded(alices_team, as_file(TASTE))
    type(alices_team).objects.update(is_rehearsal=True)
    look_at_integrity()
    assert not ProbingLook.objects.exists()
    assert Submission.objects.count() == 1
