"""What the mail worker answers to."""

from celery import shared_task

from accounts import outbox


@shared_task(name=outbox.SEND_LETTERS)
def send_letters() -> None:
    """The mail queue's bell: send what is due."""
    outbox.send_due()
