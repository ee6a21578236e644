"""Letters: posted in the database, sent by the mail worker, never lost and never sent twice by two workers."""

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from mail_server import mail_server
from running_site import free_port

from accounts import outbox
from accounts.models import Letter, User
from accounts.tasks import send_letters
from grading.tasks import sweep

State = Letter.State


@pytest.fixture
def server(db, settings):
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_TIMEOUT = 5
        yield server


def states():
    return list(Letter.objects.order_by("to").values_list("to", "state", "tries"))


def let_the_pause_pass():
    Letter.objects.filter(state=State.WAITING).update(not_before=timezone.now() - timedelta(seconds=10))


def test_a_letter_is_rung_for_after_commit_and_sent_by_the_mail_worker(
    server, mailbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        outbox.post("alice@example.org", "Your team\nhas news", "Grüße an alle.")
    assert mailbox() == ["accounts.send_letters"]
    send_letters()
    assert states() == [("alice@example.org", "sent", 0)]
    (letter,) = server.letters
    assert letter["Subject"] == "Your team has news"
    assert letter.get_payload(decode=True).decode().strip() == "Grüße an alle."
    send_letters()
    assert len(server.letters) == 1


def test_a_letter_of_a_transaction_that_failed_is_never_sent(server):
    with transaction.atomic():
        outbox.post("alice@example.org", "x", "x")
        transaction.set_rollback(True)
    send_letters()
    assert server.letters == []


def test_a_mail_server_that_is_away_loses_nothing_and_uses_up_no_try(db, settings):
    port = free_port()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.MAIL_MAX_TRIES = 2
    outbox.post("alice@example.org", "x", "x")
    outbox.post("bob@example.org", "x", "x")
    for _ in range(5):
        send_letters()
        let_the_pause_pass()
    assert states() == [("alice@example.org", "waiting", 0), ("bob@example.org", "waiting", 0)]
    assert "could not be used" in Letter.objects.exclude(problem="")[0].problem
    with mail_server(port) as server:
        send_letters()
        assert sorted(server.recipients()) == ["alice@example.org", "bob@example.org"]
        assert server.connections == 1


def test_an_address_that_the_server_does_not_know_is_given_up_and_the_others_are_sent(server):
    server.refuses["nobody@example.org"] = "550 no such user"
    for name in ("alice", "nobody", "zoe"):
        outbox.post(f"{name}@example.org", "x", "x")
    send_letters()
    assert states() == [
        ("alice@example.org", "sent", 0),
        ("nobody@example.org", "failed", 1),
        ("zoe@example.org", "sent", 0),
    ]
    assert "550 no such user" in Letter.objects.get(state=State.FAILED).problem


def test_a_full_mailbox_is_tried_again_after_a_pause_and_then_given_up(server, settings):
    settings.MAIL_MAX_TRIES = 2
    server.refuses["alice@example.org"] = "452 mailbox full"
    outbox.post("alice@example.org", "x", "x")
    send_letters()
    send_letters()
    assert states() == [("alice@example.org", "waiting", 1)]
    let_the_pause_pass()
    send_letters()
    assert states() == [("alice@example.org", "failed", 2)]
    del server.refuses["alice@example.org"]
    client = Client()
    client.force_login(User.objects.create_superuser("root", password="x"))
    given_up = Letter.objects.get()
    assert "452 mailbox full" in client.get("/admin/accounts/letter/").content.decode()
    client.post("/admin/accounts/letter/", {"action": "send_again", "_selected_action": [str(given_up.pk)]})
    send_letters()
    assert states() == [("alice@example.org", "sent", 0)]


def test_a_letter_that_was_cut_off_goes_again_under_the_same_message_id(server):
    server.hangs_up_after_taking = 1
    outbox.post("alice@example.org", "x", "x")
    send_letters()
    assert states() == [("alice@example.org", "waiting", 0)]
    let_the_pause_pass()
    send_letters()
    first, second = server.letters
    assert first["Message-ID"] == second["Message-ID"]
    assert str(Letter.objects.get().pk) in first["Message-ID"]


def test_a_letter_is_held_by_one_worker_alone(db):
    outbox.post("alice@example.org", "x", "x")
    assert outbox.claim_next() is not None
    assert outbox.claim_next() is None
    send_letters()
    assert states() == [("alice@example.org", "sending", 0)]


def test_a_worker_that_was_killed_gives_its_letter_back_and_cannot_finish_it_any_more(server, mailbox):
    outbox.post("alice@example.org", "x", "x")
    outbox.claim_next()
    Letter.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    sweep()
    assert states() == [("alice@example.org", "waiting", 1)]
    let_the_pause_pass()
    mailbox()
    sweep()
    assert "accounts.send_letters" in mailbox()
    send_letters()
    assert server.recipients() == ["alice@example.org"]


def test_a_turn_ends_after_a_batch_and_rings_for_the_rest(server, settings, mailbox):
    settings.MAIL_BATCH = 2
    for name in ("alice", "bob", "carol"):
        outbox.post(f"{name}@example.org", "x", "x")
    mailbox()
    send_letters()
    assert len(server.letters) == 2
    assert mailbox() == ["accounts.send_letters"]
    send_letters()
    assert len(server.letters) == 3


def test_a_letter_with_an_impossible_address_is_given_up_with_a_sentence(server):
    outbox.post("alice@example.org\nBcc: everyone@example.org", "x", "x")
    send_letters()
    assert "It cannot be written as an e-mail" in Letter.objects.get(state=State.FAILED).problem
    assert server.letters == []


def test_what_was_sent_long_ago_is_forgotten(server, settings):
    outbox.post("alice@example.org", "x", "x")
    outbox.post("bob@example.org", "x", "x")
    send_letters()
    long_ago = timezone.now() - timedelta(days=settings.MAIL_KEPT_DAYS, hours=1)
    Letter.objects.filter(to="alice@example.org").update(sent_at=long_ago)
    sweep()
    assert states() == [("bob@example.org", "sent", 0)]


def test_organizers_do_not_read_letters(as_olga, db):
    assert as_olga.get("/admin/accounts/letter/").status_code == 403


def test_the_status_page_says_how_many_letters_wait(db):
    outbox.post("alice@example.org", "x", "x")
    page = Client().get("/status/").content.decode()
    assert re.search(r"letters to be sent</td><td[^>]*>1</td>", page)
    assert "alice" not in page
