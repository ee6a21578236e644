"""Files that ask the board for labels are found by the scoring worker, and honest ones are not."""

import numpy as np
import pytest
from many_stars import ROWS, TASTE, as_file, give_many_stars, honest, with_rows

from accounts.models import User
from competitions.models import Competition
from grading.sweeper import sweep
from grading.tasks import look_at_integrity, score_waiting
from leaderboard.models import ProbingSign, SimilarPair
from submissions.models import Submission
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
    graded(alices_team, as_file(with_rows(TASTE, {17: 5.0})), "probe.csv")
    look_at_integrity()
    (sign,) = ProbingSign.objects.all()
    assert (sign.kind, sign.measured, sign.before.original_name) == ("few_row_step", 1.0, "base.csv")
    signs = section(text(as_olga.get(address(competition))), "signs")
    assert "It differs in 1 row from an earlier file of the team" in signs
    assert "probe.csv" in signs
    assert sign.submission.get_absolute_url() in signs
    assert 'data-team="alice"' in signs
    dashboard = f"/admin/competitions/competition/{competition.pk}/dashboard/"
    assert "Integrity (1 sign of probing)" in text(as_olga.get(dashboard))


def test_a_step_is_found_although_other_files_were_sent_between(competition, alices_team, graded):
    graded(alices_team, as_file(TASTE), "base.csv")
    for number in range(3):
        graded(alices_team, as_file(honest()), f"cover {number}.csv")
    graded(alices_team, as_file(with_rows(TASTE, {1: 1.0, 3: 1.0})), "probe.csv")
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
        send(prober, as_file(with_rows(TASTE, {number + 1: 1.0 + number % 5})), f"probe {number}.csv")
    for number in range(30):
        send(others[number % 5], as_file(honest(0.3 + 0.01 * number)), f"fit {number}.csv")
    score_waiting()
    look_at_integrity()
    assert Submission.objects.filter(looked_at__isnull=False).count() == 50
    # The first has nothing to differ from.
    names = set(ProbingSign.objects.values_list("submission__original_name", flat=True))
    assert names == {f"probe {number}.csv" for number in range(1, 20)}
    assert not SimilarPair.objects.filter(correlation__gte=0.999).exists()


def test_each_file_is_looked_at_once(competition, alices_team, graded, mailbox):
    submission = graded(alices_team, as_file(TASTE))
    look_at_integrity()
    submission.refresh_from_db()
    looked_at = submission.looked_at
    mailbox()
    look_at_integrity()
    sweep()
    submission.refresh_from_db()
    assert submission.looked_at == looked_at
    assert "grading.look_at_integrity" not in mailbox()
    graded(alices_team, as_file(honest()))
    mailbox()
    sweep()
    assert "grading.look_at_integrity" in mailbox()


def test_while_files_wait_the_sweeper_rings_for_them_alone(competition, alices_team, graded, send, mailbox):
    graded(alices_team, as_file(TASTE))
    send(alices_team, as_file(honest()))
    mailbox()
    sweep()
    assert "grading.look_at_integrity" not in mailbox()


def test_a_rehearsals_answers_are_not_looked_at(competition, alices_team, graded):
    graded(alices_team, as_file(TASTE))
    type(alices_team).objects.update(is_rehearsal=True)
    look_at_integrity()
    assert not Submission.objects.filter(looked_at__isnull=False).exists()
