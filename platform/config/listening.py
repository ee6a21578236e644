"""On which address `./run` listens, and what other machines need to reach the site there."""

import socket
from ipaddress import ip_address

from config import environment
from config.environment import WrongSetting

OUR_NAMES = {"localhost", "127.0.0.1", "[::1]", "::1"}


def host() -> str:
    """HOLDOUT_HOST, an address or a name of this machine. Raises WrongSetting."""
    found = environment.text("HOLDOUT_HOST", "127.0.0.1").strip("[]")
    try:
        socket.getaddrinfo(found, None)
    except OSError:
        raise WrongSetting(
            f"Wrong setting HOLDOUT_HOST: found {found!r}; expected an address of this machine, such as 127.0.0.1, or "
            "0.0.0.0 for all of them."
        ) from None
    return found


def family(of: str) -> socket.AddressFamily:
    return socket.AddressFamily.AF_INET6 if ":" in of else socket.AddressFamily.AF_INET


def in_url(of: str) -> str:
    """As it stands in an address: IPv6 in brackets."""
    return f"[{of}]" if ":" in of else of


def asked_at(of: str) -> str:
    """Where this machine itself reaches what listens there, as it stands in an address."""
    if is_every_address(of):
        return "[::1]" if ":" in of else "127.0.0.1"
    return in_url(of)


def is_every_address(of: str) -> bool:
    try:
        return ip_address(of).is_unspecified
    except ValueError:
        return False


def is_for_this_machine_alone(of: str) -> bool:
    try:
        return ip_address(of).is_loopback
    except ValueError:
        return of == "localhost"


def what_others_need(of: str, port: int, allowed_hosts: list[str]) -> list[str]:
    """Sentences for a site that listens beyond this machine: by which name it answers, and what to beware of."""
    if is_for_this_machine_alone(of):
        return []
    names = [name for name in allowed_hosts if name not in OUR_NAMES]
    example = "192.0.2.7" if is_every_address(of) else of
    settings = f"ALLOWED_HOSTS={example} HOLDOUT_SITE_ADDRESS=http://{example}:{port} HOLDOUT_HOST={of}"
    said = (
        [f"Other machines reach it as http://{names[0].removeprefix('.')}:{port}/."]
        if names
        else [
            "Other machines reach it by a name in ALLOWED_HOSTS only, and there is none. Give it the name or address "
            f"that they use, such as: {settings} ./run"
        ]
    )
    return [
        *said,
        "Beware: without a TLS proxy in front (HOLDOUT_BEHIND_TLS_PROXY, CSRF_TRUSTED_ORIGINS) passwords and files "
        "cross the network unencrypted.",
    ]
