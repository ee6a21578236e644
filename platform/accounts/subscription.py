"""Which letters somebody gets: chosen on their account's page, or by a link of their own with no need to sign in."""

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import ResultLetters, User


class Letters(models.TextChoices):
    """The kinds of letters that somebody may do without."""

    ANNOUNCEMENTS = "announcements", _("announcements")
    RESULTS = "results", _("results")
    REMINDERS = "reminders", _("reminders")


def _signer(kind: Letters) -> Signer:
    # Links in letters of earlier versions speak for announcements, and go on to do so.
    is_first = kind == Letters.ANNOUNCEMENTS
    return Signer(salt="accounts.subscription" if is_first else f"accounts.subscription.{kind.value}")


def token_of(user: User, kind: Letters = Letters.ANNOUNCEMENTS) -> str:
    """What the link in a letter carries: it speaks for this person in this one matter, and does not run out."""
    return _signer(kind).sign(str(user.pk))


def person_of(token: str, kind: Letters = Letters.ANNOUNCEMENTS) -> User | None:
    """Whose link it is. None: it was not made here for that matter, or the account is gone."""
    try:
        return User.objects.filter(pk=int(_signer(kind).unsign(token)), deleted_at=None).first()
    except (BadSignature, ValueError):
        return None


def gets(user: User, kind: Letters) -> bool:
    """Whether this person gets letters of that kind."""
    if kind == Letters.ANNOUNCEMENTS:
        return user.wants_announcements
    if kind == Letters.REMINDERS:
        return user.wants_reminders
    return user.result_letters != ResultLetters.NONE


def choose(user: User, kind: Letters, *, wants: bool) -> None:
    """Keep the person's choice; letters that are in the outbox already still go.

    Results come back as they were chosen before: those of models alone, for who wanted no others.
    """
    person = User.objects.filter(pk=user.pk)
    if kind == Letters.ANNOUNCEMENTS:
        person.update(wants_announcements=wants)
    elif kind == Letters.REMINDERS:
        person.update(wants_reminders=wants)
    elif wants:
        person.filter(result_letters=ResultLetters.NONE).update(result_letters=F("result_letters_before"))
    else:
        some = person.exclude(result_letters=ResultLetters.NONE)
        some.update(result_letters_before=F("result_letters"), result_letters=ResultLetters.NONE)


def way_out(user: User, kind: Letters, site: str = "") -> tuple[str, dict[str, str]]:
    """The link that ends letters of that kind, and the headers by which mail programs offer it as a button.

    `site`: the site's own address, without a slash at its end; empty: SITE_ADDRESS.
    """
    stop = (site or settings.SITE_ADDRESS) + reverse("letters_by_mail", args=[kind.value, token_of(user, kind)])
    return stop, {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def choose_all(user: User, *, wants_announcements: bool, wants_reminders: bool, result_letters: str) -> None:
    """Keep what the person has chosen for every kind of letters."""
    User.objects.filter(pk=user.pk).update(
        wants_announcements=wants_announcements,
        wants_reminders=wants_reminders,
        result_letters=ResultLetters(result_letters),
    )
