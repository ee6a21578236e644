"""Results by e-mail, for those who have chosen it: what was told and no more, once, and with a way out."""

import re

import pytest
from allauth.account.models import EmailAddress
from cast_of_stories import BAD, PERFECT
from django.core import mail
from django.db import transaction
from django.test import Client
from ladder_of_stories import FIRST_RUNG, NOT_CLEARLY_BETTER

from accounts.models import Letter, User
from accounts.tasks import send_letters
from grader.scoring.rejection import reject
from grading.tasks import score_waiting
from submissions import lifecycle
from submissions.models import Status, Submission
from submissions.result_letters import post_result


@pytest.fixture
def wants_results(alice):
    """Alice wants every result, at an address that she has confirmed."""
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    User.objects.filter(pk=alice.pk).update(result_letters="all")


def letters():
    return list(Letter.objects.order_by("posted_at", "id"))


def test_a_score_comes_by_mail_as_it_was_told_with_a_link_and_a_way_out(wants_results, alices_team, graded):
    sent = graded(alices_team)
    send_letters()
    (letter,) = mail.outbox
    assert letter.to == ["alice@example.org"]
    assert letter.subject == "Five stars: predictions.csv has its result"
    assert "predictions.csv of alice: public score 0.500 (MSE)." in letter.body
    assert f"http://localhost:8000/submissions/{sent.pk}/" in letter.body
    # Its private score is 3: nobody is told before the end.
    assert "3.0" not in letter.body
    stop = letter.extra_headers["List-Unsubscribe"].strip("<>")
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert stop in letter.body
    answer = Client(enforce_csrf_checks=True).post(
        stop.removeprefix("http://localhost:8000"), {"List-Unsubscribe": "x"}
    )
    assert "alice gets no results by e-mail." in answer.content.decode()
    graded(alices_team, PERFECT)
    assert len(letters()) == 1


def test_looking_at_the_way_out_changes_nothing_and_it_speaks_for_results_alone(wants_results, alices_team, graded):
    graded(alices_team)
    address = letters()[0].headers["List-Unsubscribe"].strip("<>").removeprefix("http://localhost:8000")
    Client().get(address)
    assert User.objects.get(username="alice").result_letters == "all"
    assert Client().post(address.replace("/results/", "/reminders/")).status_code == 404
    assert Client().post(address.replace("/results/", "/poems/")).status_code == 404
    Client().post(address)
    person = User.objects.get(username="alice")
    assert (person.result_letters, person.wants_announcements, person.wants_reminders) == ("none", True, True)


@pytest.mark.parametrize("had", ["models", "all"])
def test_who_comes_back_gets_what_they_had_and_no_more(wants_results, alices_team, graded, had):
    graded(alices_team)
    address = letters()[0].headers["List-Unsubscribe"].strip("<>").removeprefix("http://localhost:8000")
    User.objects.update(result_letters=had)
    # A mail program may press the button twice.
    for _ in range(2):
        Client().post(address)
    assert User.objects.get(username="alice").result_letters == "none"
    Client().post(address, {"wants": "yes"})
    assert User.objects.get(username="alice").result_letters == had


def test_a_rejection_comes_with_its_lines(wants_results, alices_team, graded):
    graded(alices_team, BAD)
    (letter,) = letters()
    assert letter.subject == "Five stars: predictions.csv cannot be graded"
    assert "It does not count against your limit" in letter.text
    assert re.search(r"^Line 2: .*'n/a'.*$", letter.text, re.MULTILINE)


def test_on_a_ladder_the_letter_says_the_word_and_no_number(ladder, alices, graded, wants_results):
    graded(alices, FIRST_RUNG)
    graded(alices, NOT_CLEARLY_BETTER)
    said = letters()[1].text
    assert "no significant improvement" in said
    assert not re.search(r"score|\d\.\d{3}", said.split("On the site")[0].replace("predictions.csv", ""))


def test_nobody_gets_a_result_who_has_not_asked_for_it(alices_team, graded):
    graded(alices_team)
    graded(alices_team, BAD)
    assert letters() == []


def test_an_address_that_nobody_has_confirmed_gets_no_results(alices_team, graded):
    User.objects.update(result_letters="all")
    graded(alices_team)
    assert letters() == []


def test_who_wants_models_alone_hears_nothing_of_files(wants_results, alices_team, graded):
    User.objects.update(result_letters="models")
    graded(alices_team)
    assert letters() == []


def test_only_who_has_sent_it_hears_of_it(wants_results, alices_team, bobs_team, graded):
    graded(bobs_team)
    assert letters() == []


def test_a_submission_that_is_graded_again_is_told_once(wants_results, alices_team, graded, new_version, rescored):
    sent = graded(alices_team)
    lifecycle.regrade(sent)
    score_waiting()
    rescored(new_version("id,rating,Usage\n1,4,Public\n2,3,Public\n3,4,Private\n4,1,Private\n5,2,Private\n"))
    assert Submission.objects.get().status == Status.SCORED
    assert len(letters()) == 1


def test_what_failed_by_our_fault_is_told_and_its_score_too_when_it_comes(wants_results, alices_team, send, settings):
    settings.MAX_TRIES = 1
    sent = send(alices_team)
    claim = lifecycle.claim_next("scoring")
    lifecycle.release(claim, "the scoring stopped with OSError")
    assert "Our fault: the scoring stopped with OSError" in letters()[0].text
    sent.refresh_from_db()
    lifecycle.retry(sent)
    score_waiting()
    assert [letter.subject.split(" ", 3)[3] for letter in letters()] == [
        "was not graded, by our fault",
        "has its result",
    ]


def test_a_worker_that_lost_its_claim_writes_no_letter(wants_results, alices_team, send):
    send(alices_team)
    claim = lifecycle.claim_next("scoring")
    lost = lifecycle.Claim(claim.submission_id, claim.attempt - 1, claim.status)
    with pytest.raises(lifecycle.ClaimLost), transaction.atomic():
        lifecycle.reject(lost, reject("It is empty.", "Send another."))
    assert letters() == []


def test_whoever_wants_no_letters_costs_a_score_one_question(alices_team, graded, django_assert_num_queries):
    sent = graded(alices_team)
    with django_assert_num_queries(1):
        post_result(sent.pk)
