"""Who asks: a token in the head (`Authorization: Token …`), or the site's own session with its CSRF token."""

from django.utils import timezone
from django.utils.translation import gettext as _
from knox import auth
from rest_framework import authentication, exceptions

from accounts.models import Token, User
from accounts.tokens import note_use, token_of


class TokenAuthentication(auth.TokenAuthentication):
    """One look-up by the token's hash; when it was used last is noted."""

    def authenticate_credentials(self, token: bytes) -> tuple[User, Token]:
        found = token_of(token.decode("ascii", "replace"))
        if found is None or not found.user.is_active:
            raise exceptions.AuthenticationFailed(
                _("This token is unknown, or was revoked. Make a new one on /account/tokens/.")
            )
        if found.expiry is not None and found.expiry <= timezone.now():
            raise exceptions.AuthenticationFailed(
                _("The token “%(name)s” expired on %(day)s. Make a new one on /account/tokens/.")
                % {"name": found.name, "day": f"{found.expiry:%Y-%m-%d}"}
            )
        note_use(found)
        return found.user, found


class SessionAuthentication(authentication.SessionAuthentication):
    """The site's own session, for its pages and for /api/docs/."""
