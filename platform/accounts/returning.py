"""The way back: whoever confirms an address comes again to the page that asked for it."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

PLACE = "place_to_return_to"


def remember_place(request: HttpRequest) -> None:
    """Confirming an address in this browser, and as this person, leads back to the page that is asked for now."""
    request.session[PLACE] = request.get_full_path()


def forget_place(request: HttpRequest) -> None:
    """It has served its purpose."""
    request.session.pop(PLACE, None)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """allauth's own ways, with ours back from the letter, and one word for signing in."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": _("Too many failed tries to sign in. Try again later.")
    }

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        ordinary: str = super().get_email_verification_redirect_url(email_address)
        place: str = self.request.session.pop(PLACE, ordinary)
        return place
