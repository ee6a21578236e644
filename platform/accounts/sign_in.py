"""Signing in by password without a browser: by the site's own rules, its rate limits included."""

from allauth.account.forms import LoginForm
from django.apps import apps
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import User

TOO_MANY = "too_many_login_attempts"


class SignInRefused(Exception):
    """Why nobody is signed in; for them to read.

    `code`: wrong_credentials, too_many_attempts, account_closed or second_factor.
    """

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        super().__init__(sentence)


def person_by_password(request: HttpRequest, login: str, password: str) -> User:
    """Whose user name (or e-mail address) and password these are.

    Raises SignInRefused: they do not fit, they were tried too often, or the account asks for a second factor, which
    only a browser can answer.
    """
    form = LoginForm({"login": login, "password": password}, request=request)
    if not form.is_valid():
        code = "too_many_attempts" if form.has_error(NON_FIELD_ERRORS, TOO_MANY) else "wrong_credentials"
        raise SignInRefused(code, " ".join(error for errors in form.errors.values() for error in errors))
    user = form.user
    assert isinstance(user, User)
    if not user.is_active:
        raise SignInRefused("account_closed", _("This account is closed. Ask the organizers."))
    if has_second_factor(user):
        raise SignInRefused(
            "second_factor",
            _(
                "This account has a second factor, which is asked for in the browser. Make a token on "
                "/account/tokens/ and use that."
            ),
        )
    return user


def has_second_factor(user: User) -> bool:
    """Whether a password alone does not sign this person in."""
    if not apps.is_installed("allauth.mfa"):
        return False
    # By its name, for a site may do without them.
    factors: type[Model] = apps.get_model("mfa", "Authenticator")  # type: ignore[misc]
    return factors._default_manager.filter(user=user).exists()
