"""What an account no longer needs: sessions and tokens that have ended, letters that were given up."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import Letter, Token


def expired_rows() -> Iterator[tuple[str, QuerySet[Any]]]:
    """(what they are, the rows), in the order in which they may go. Sent letters go by the outbox's own sweep."""
    now = timezone.now()
    yield "sessions that have ended", Session.objects.filter(expire_date__lt=now)
    open_session = Session.objects.filter(session_key=OuterRef("session_key"))
    # Who has just signed in has this row before the session's own.
    earlier = UserSession.objects.filter(created_at__lt=now - timedelta(days=1))
    yield "places where nobody is signed in any more", earlier.exclude(Exists(open_session))
    ended = now - timedelta(days=settings.EXPIRED_KEPT_DAYS)
    yield "tokens that have expired", Token.objects.filter(expiry__lt=ended)
    given_up = now - timedelta(days=settings.MAIL_KEPT_DAYS)
    yield "letters that could not be sent", Letter.objects.filter(state=Letter.State.FAILED, posted_at__lt=given_up)
