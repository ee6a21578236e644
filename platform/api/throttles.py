"""How often the API may be asked: by each token, each person, each address that is nobody's.

A guard against a script that runs wild, counted in each web process; what a team may send is a rule of its competition.
"""

from abc import ABC, abstractmethod
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import caches
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from accounts.models import Token


class Rate(SimpleRateThrottle, ABC):
    """So many requests a minute: the setting of that name, looked at each time. 0: no limit."""

    setting = ""
    cache = caches["requests"]

    def get_rate(self) -> str | None:
        most = getattr(settings, self.setting)
        return f"{most}/min" if most else None

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        ident = self.who(request)
        return None if ident is None else f"{self.setting}:{ident}"

    @abstractmethod
    def who(self, request: Request) -> str | None:
        """Whose requests are counted together. None: this one is not."""


class PerToken(Rate):
    setting = "API_REQUESTS_PER_TOKEN"

    def who(self, request: Request) -> str | None:
        return request.auth.pk if isinstance(request.auth, Token) else None


class PerUser(Rate):
    setting = "API_REQUESTS_PER_USER"

    def who(self, request: Request) -> str | None:
        return str(request.user.pk) if request.user.is_authenticated else None


class PerAddress(Rate):
    """Of those who have not signed in."""

    setting = "API_REQUESTS_PER_ADDRESS"

    def who(self, request: Request) -> str | None:
        return None if request.user.is_authenticated else address_of(request)


class Uploads(PerUser):
    """For what brings a file or a part of one: add it to `throttle_classes` of such an address."""

    setting = "API_UPLOADS_PER_USER"


class SignIns(Rate):
    """For what asks for a password."""

    setting = "API_SIGN_INS_PER_ADDRESS"

    def who(self, request: Request) -> str | None:
        return address_of(request)


def address_of(request: Request) -> str:
    """The client's address, as the site's own rate limits see it: behind a proxy, the one that it names."""
    return str(get_adapter().get_client_ip(request._request))
