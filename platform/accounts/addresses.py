"""The e-mail addresses of people, as far as they have confirmed them."""

from collections.abc import Iterable

from allauth.account.models import EmailAddress

from accounts.models import User


def verified_addresses(user: User) -> frozenset[str]:
    """The addresses that `user` has confirmed by the link in a letter, in lower case."""
    return frozenset(address.email.casefold() for address in _addresses(user) if address.verified)


def named_addresses(user: User) -> frozenset[str]:
    """Every address that `user` has named, confirmed or not, in lower case."""
    return frozenset(email.casefold() for email in (user.email, *(one.email for one in _addresses(user))) if email)


def _addresses(user: User) -> Iterable[EmailAddress]:
    # Not narrowed by the database, so that a list of people can fetch all of theirs at once.
    theirs: Iterable[EmailAddress] = user.emailaddress_set.all()  # type: ignore[attr-defined]  # allauth makes it
    return theirs
