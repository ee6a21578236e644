"""The e-mail addresses of people, as far as they have confirmed them."""

from allauth.account.models import EmailAddress

from accounts.models import User


def verified_addresses(user: User) -> frozenset[str]:
    """The addresses that `user` has confirmed by the link in a letter, in lower case."""
    found = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return frozenset(address.casefold() for address in found)
