"""The outbox: letters that are to be sent, and the worker's way of sending them.

Whoever posts a letter does it in the transaction that the letter speaks of; a worker of its own, on the queue `mail`,
sends it after that has been committed. A mail server that is away loses nothing and uses up no try. A worker holds
one letter at a time, by a compare-and-set, and says so before and after it talks to the server. SMTP cannot tell
whether a letter that was cut off was taken: after a kill -9 in that moment it is sent again, under the same
Message-ID, by which mail programs show it once.
"""

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Count, Min, QuerySet
from django.db.models.functions import Now

from accounts.models import Letter, User
from config.clock import seconds_from_now
from config.doorbell import ring

log = structlog.get_logger(__name__)

SEND_LETTERS = "accounts.send_letters"
MAIL_QUEUE = "mail"
LETTERS_AT_ONCE = 500
SECONDS_PER_DAY = 86_400
State = Letter.State
# Where letters end that no mail server is asked to carry.
CARRY_NOTHING = ("filebased", "console", "dummy")


@dataclass(frozen=True)
class Claim:
    """The right to send one letter, as long as its attempt is the latest."""

    letter_id: UUID
    attempt: int


def reaches_people() -> bool:
    """Whether this site hands its letters to a mail server at all."""
    return not any(word in settings.EMAIL_BACKEND for word in CARRY_NOTHING)


def post(to: str, subject: str, text: str, headers: dict[str, str] | None = None) -> Letter:
    """Put a letter into the outbox; it is sent once the present transaction is committed."""
    letter = letter_to(to, subject, text, headers)
    post_all([letter])
    return letter


def letter_to(
    to: str, subject: str, text: str, headers: dict[str, str] | None = None, person: User | None = None
) -> Letter:
    """A letter for `post_all`, its subject in one line. `person`: whose letter it is, where that is known."""
    return Letter(to=to, subject=" ".join(subject.split())[:200], text=text, headers=headers or {}, person=person)


def letter_for(person: User, subject: str, text: str, headers: dict[str, str] | None = None) -> Letter:
    """A letter to somebody with an account: it is theirs to read again, and goes with the account."""
    return letter_to(person.email, subject, text, headers, person)


def post_all(letters: Iterable[Letter]) -> int:
    """Put many letters into the outbox with one ring; returns how many."""
    posted = len(Letter.objects.bulk_create(letters, batch_size=LETTERS_AT_ONCE))
    if posted:
        transaction.on_commit(lambda: ring(SEND_LETTERS, MAIL_QUEUE), robust=True)
    return posted


def send_due() -> None:
    """Send what is due, over one connection, MAIL_BATCH letters at most; then ring for the rest.

    A server that does not answer ends the turn: the sweeper rings again.
    """
    with _connection() as connection:
        for _ in range(settings.MAIL_BATCH):
            claim = claim_next()
            if claim is None or not _send(claim, connection):
                return
    ring(SEND_LETTERS, MAIL_QUEUE)


def claim_next() -> Claim | None:
    """Take the letter that has been due longest, and hold it for MAIL_LEASE_SECONDS. None: nothing is due."""
    while True:
        due = _due().order_by("not_before", "posted_at").values_list("pk", "attempt").first()
        if due is None:
            return None
        claim = Claim(due[0], due[1] + 1)
        taken = Letter.objects.filter(pk=due[0], attempt=due[1], state=State.WAITING)
        if taken.update(
            state=State.SENDING, attempt=claim.attempt, claimed_until=seconds_from_now(settings.MAIL_LEASE_SECONDS)
        ):
            return claim


def sweep() -> None:
    """Give back what a worker that went away has held, forget what was sent long ago, ring for what is due."""
    given_up = Letter.objects.filter(state=State.SENDING, claimed_until__lt=Now())
    for claim in [Claim(pk, attempt) for pk, attempt in given_up.values_list("pk", "attempt")]:
        _refused(claim, "The mail worker went away while it was sent.")
    kept = seconds_from_now(-settings.MAIL_KEPT_DAYS * SECONDS_PER_DAY)
    Letter.objects.filter(state=State.SENT, sent_at__lt=kept).delete()
    if _due().filter(not_before__lt=seconds_from_now(-settings.SWEEP_SECONDS)).exists():
        ring(SEND_LETTERS, MAIL_QUEUE)


def waiting() -> tuple[int, datetime | None]:
    """How many letters are not sent yet, and since when the oldest of them waits; given up ones do not count."""
    found = Letter.objects.filter(state__in=(State.WAITING, State.SENDING)).order_by()
    counted = found.aggregate(count=Count("pk"), oldest=Min("posted_at"))
    return counted["count"], counted["oldest"]


def send_again(letter: Letter) -> bool:
    """Take up a letter that was given up. False: it was not."""
    with transaction.atomic():
        given_up = Letter.objects.filter(pk=letter.pk, state=State.FAILED)
        moved = given_up.update(state=State.WAITING, tries=0, not_before=Now()) == 1
        if moved:
            transaction.on_commit(lambda: ring(SEND_LETTERS, MAIL_QUEUE), robust=True)
    return moved


def _due() -> QuerySet[Letter]:
    return Letter.objects.filter(state=State.WAITING, not_before__lte=Now())


@contextlib.contextmanager
def _connection() -> Iterator[BaseEmailBackend]:
    """A connection that opens with the first letter."""
    connection = get_connection()
    try:
        yield connection
    finally:
        _close(connection)


def _close(connection: BaseEmailBackend) -> None:
    with contextlib.suppress(OSError):
        connection.close()


def _send(claim: Claim, connection: BaseEmailBackend) -> bool:
    """Send the claimed letter, or put it back. False: the server is away, and the turn is over."""
    letter = Letter.objects.select_related("person").filter(pk=claim.letter_id).first()
    if letter is None:  # Its person has just deleted the account.
        return True
    if letter.person and letter.person.deleted_at:  # It was posted in the very moment of that.
        letter.delete()
        return True
    try:
        connection.open()
        connection.send_messages([_message(letter)])
    except SMTPRecipientsRefused as refusal:
        codes = [code for code, _ in refusal.recipients.values()]
        answers = "; ".join(f"{code} {_text(said)}" for code, said in refusal.recipients.values())
        is_final = all(code >= 500 for code in codes)
        _close(connection)
        return _refused(claim, f"The mail server does not take {letter.to}: {answers}", is_final=is_final)
    except (SMTPSenderRefused, SMTPDataError) as refusal:
        _close(connection)
        return _refused(claim, f"The mail server refused it: {refusal.smtp_code} {_text(refusal.smtp_error)}")
    except OSError as problem:  # smtplib's own exceptions are OSErrors too.
        log.warning("mail_server_away", problem=str(problem))
        _put_back(claim, f"The mail server could not be used: {problem}")
        return False
    except ValueError as problem:
        return _refused(claim, f"It cannot be written as an e-mail: {problem}", is_final=True)
    _held(claim).update(state=State.SENT, sent_at=Now(), claimed_until=None, problem="")
    return True


def _message(letter: Letter) -> EmailMessage:
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
    headers = {"Message-ID": f"<{letter.pk}@{domain}>", **letter.headers}
    return EmailMessage(letter.subject, letter.text, to=[letter.to], headers=headers)


def _held(claim: Claim) -> QuerySet[Letter]:
    return Letter.objects.filter(pk=claim.letter_id, attempt=claim.attempt, state=State.SENDING)


def _put_back(claim: Claim, problem: str) -> None:
    """Not the letter's fault: no try is counted."""
    again_at = seconds_from_now(settings.MAIL_PAUSE_SECONDS)
    _held(claim).update(state=State.WAITING, claimed_until=None, not_before=again_at, problem=problem[:300])


def _refused(claim: Claim, problem: str, *, is_final: bool = False) -> bool:
    """Count a try: again after a pause, or given up. True, for the others can still be sent."""
    refused_before = Letter.objects.filter(pk=claim.letter_id).values_list("tries", flat=True).first()
    if refused_before is None:  # It went with its person's account.
        return True
    tries = refused_before + 1
    values = {"claimed_until": None, "tries": tries, "problem": problem[:300]}
    if is_final or tries >= settings.MAIL_MAX_TRIES:
        _held(claim).update(state=State.FAILED, **values)
    else:
        pause = settings.MAIL_PAUSE_SECONDS * 2 ** (tries - 1)
        _held(claim).update(state=State.WAITING, not_before=seconds_from_now(pause), **values)
    log.warning("letter_not_sent", letter=str(claim.letter_id), tries=tries, problem=problem)
    return True


def _text(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said
