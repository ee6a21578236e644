"""Whether somebody gets announcements by e-mail: chosen by a link of their own, with no need to sign in."""

from django.core.signing import BadSignature, Signer

from accounts.models import User

_signer = Signer(salt="accounts.subscription")


def token_of(user: User) -> str:
    """What the link in a letter carries: it speaks for this person in this one matter, and does not run out."""
    return _signer.sign(str(user.pk))


def person_of(token: str) -> User | None:
    """Whose link it is. None: it was not made here, or the account is gone."""
    try:
        return User.objects.filter(pk=int(_signer.unsign(token))).first()
    except (BadSignature, ValueError):
        return None


def choose(user: User, *, wants_announcements: bool) -> None:
    """Keep the person's choice; letters that are in the outbox already still go."""
    User.objects.filter(pk=user.pk).update(wants_announcements=wants_announcements)
