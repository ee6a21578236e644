"""Tokens: making one, finding whose it is, and revoking it. Several a person, each with a name and an end."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from knox.crypto import hash_token

from accounts import outbox
from accounts.models import Letter, Token, User

# Its last use is noted to the minute: a program that asks all the time does not write each time.
USE_IS_NOTED_EVERY = timedelta(minutes=1)


class TokenRefused(Exception):
    """Why no token was made; for its owner to read."""


def make_token(user: User, name: str, days: int | None = None) -> tuple[Token, str]:
    """A new token for `days` days (None: the longest there is), and its key, which is told only now.

    Its owner hears of it by letter, where the account has an address: whoever has their password could make one.
    Raises TokenRefused above TOKENS_PER_USER, and for more days than TOKEN_DAYS.
    """
    longest = settings.TOKEN_DAYS
    days = longest if days is None else days
    if not 1 <= days <= longest:
        raise TokenRefused(
            _("A token lasts from 1 to %(longest)s days here; %(days)s were asked for.")
            % {"longest": longest, "days": days}
        )
    with transaction.atomic():
        # The person's row is the lock: two requests cannot both make the last one.
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        have = tokens_of(user).filter(still_valid(timezone.now())).count()
        if have >= settings.TOKENS_PER_USER:
            raise TokenRefused(
                ngettext(
                    "You have %(count)s token, as many as one may have. Revoke it on /account/tokens/ first.",
                    "You have %(count)s tokens, as many as one may have. Revoke one on /account/tokens/ first.",
                    have,
                )
                % {"count": have}
            )
        token, key = Token.objects.create(  # type: ignore[no-untyped-call]
            user, expiry=timedelta(days=days), name=name
        )
        if user.email:
            outbox.post_all([_letter(user, token)])
    return token, key


def _letter(user: User, token: Token) -> Letter:
    # A letter is in the site's language, whatever the request speaks.
    with translation.override(settings.LANGUAGE_CODE):
        text = _(
            "A token called “%(name)s” was made for your account %(user)s. With it a program can do what you can do "
            "here, until %(until)s UTC.\n\nIf that was not you, revoke the token and change your password:\n"
            "%(tokens)s\n%(password)s\n"
        ) % {
            "name": token.name,
            "user": user.username,
            "until": f"{token.expiry:%Y-%m-%d %H:%M}",
            "tokens": settings.SITE_ADDRESS + reverse("tokens"),
            "password": settings.SITE_ADDRESS + reverse("account_change_password"),
        }
        return outbox.letter_for(user, _("A new token for your account"), text)


def tokens_of(user: User) -> QuerySet[Token]:
    """All of the person's tokens, the newest first; those that have expired too."""
    return Token.objects.filter(user=user)


def still_valid(at: datetime) -> Q:
    """The tokens that sign somebody in at that moment."""
    return Q(expiry__isnull=True) | Q(expiry__gt=at)


def token_of(key: str) -> Token | None:
    """The token of that key, with its owner, expired or not. None: there is none."""
    return Token.objects.select_related("user").filter(digest=hash_token(key)).first()


def note_use(token: Token) -> None:
    """Write down that the token was used, unless that was done within this minute."""
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at <= now - USE_IS_NOTED_EVERY:
        Token.objects.filter(pk=token.pk).update(last_used_at=now)


def revoke(token: Token) -> None:
    """The token signs nobody in any more."""
    token.delete()


def revoke_all(user: User) -> int:
    """None of the person's tokens signs anybody in any more; returns how many there were."""
    return tokens_of(user).delete()[0]
