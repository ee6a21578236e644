"""Second factors: allauth's own ways, with the few things that are ours."""

from ipaddress import ip_address

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.http.request import split_domain_port
from django.utils.translation import gettext as _

from accounts.models import User


def host_of(request: HttpRequest) -> str:
    """The name by which this visitor has the site, without a port."""
    return split_domain_port(request.get_host())[0]


def takes_passkeys(request: HttpRequest) -> bool:
    """Whether a browser makes passkeys for the site under this address: by a name alone, and by https.

    "localhost" is safe to browsers without https.
    """
    host = host_of(request)
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return request.is_secure() or host == "localhost" or host.endswith(".localhost")
    return False


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Passkeys belong to the site's name; in the browser's list they stand under Holdout."""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": "Holdout"}

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """What a key is called until its owner gives it a name."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("Key %(number)d") % {"number": number}
