"""Who somebody is at a site: by HOLDOUT_TOKEN, by a kept token, or by name and password."""

import os
import platform
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import typer

from starter_kit.called import KIT
from starter_kit.site.address import SITE_VARIABLE, is_this_machine, site_of
from starter_kit.site.answering import aside
from starter_kit.site.api import Api
from starter_kit.site.kept_tokens import KeptToken, KeptTokens
from starter_kit.trouble import KitError, NotAllowed, WrongUsage

TOKEN_VARIABLE, PASSWORD_VARIABLE, PLAIN_VARIABLE = "HOLDOUT_TOKEN", "KIT_PASSWORD", "HOLDOUT_PLAIN_HTTP"
# For one command: long enough for a large file on a slow line.
ONE_RUN_DAYS = 1


def signed_in(site: str, *, may_ask: bool = False) -> Api:
    """The API as the person who is signed in. `may_ask`: at a terminal, sign in now. Raises NotAllowed."""
    api = as_anybody(site)
    if not api.is_signed_in:
        if may_ask and sys.stdin.isatty():
            require_private(site)
            aside(f"You are not signed in at {site} yet. (With two-factor sign-in: Ctrl-C, then `login --token`.)")
            kept = sign_in(site, ask_name(site), ask_password(site))
            KeptTokens().keep(kept)
            return Api(site, kept.token, aside)
        raise NotAllowed(
            f"You are not signed in at {site}. Sign in with: {KIT} login --site {site} "
            f"(or put a token of {site}/account/tokens/ into {TOKEN_VARIABLE})."
        )
    return api


def as_anybody(site: str) -> Api:
    """The API as the person who is signed in, or else as a visitor."""
    kept = KeptTokens().of(site)
    token = _given_for(site) or (kept.token if kept else "")
    if token:
        require_private(site, bool(kept and kept.may_go_plain))
    return Api(site, _as_header(token), aside)


def require_private(site: str, may_go_plain: bool = False) -> None:
    """Raise WrongUsage where a token or password could be read on its way to the site, unless that was allowed."""
    if site.startswith("https://") or is_this_machine(site) or may_go_plain or os.environ.get(PLAIN_VARIABLE) == "1":
        return
    raise WrongUsage(
        f"{site}: without https a password or token can be read on the way. Give the https address; in a network that "
        f"you trust, `login --plain-http` or {PLAIN_VARIABLE}=1 sends it all the same."
    )


def sign_in(site: str, username: str, password: str, *, days: int | None = None) -> KeptToken:
    """A new token for a name and a password. `days`: until it expires; None: as the site has it."""
    sent = {"username": username, "password": password, "name": f"Starter kit on {platform.node() or 'a machine'}"}
    made = Api(site, heard=aside).post("tokens/", json=sent if days is None else sent | {"expires_in_days": days})
    return KeptToken(site, username, made["token"], made.get("expires_at"))


def with_token(site: str, token: str) -> KeptToken:
    """A token that was made on the site, after the site was asked whose it is."""
    me = Api(site, _as_header(token), aside).get("me/")
    return KeptToken(site, me["username"], token)


def sign_out(site: str, token: str) -> None:
    """Make the token worthless."""
    Api(site, token, aside).ask("DELETE", "tokens/current/")


@contextmanager
def for_one_run(site: str, username: str) -> Iterator[Api]:
    """The API as `username`, whose password KIT_PASSWORD holds or is asked for; nothing is kept."""
    require_private(site)
    token = sign_in(site, username, ask_password(site), days=ONE_RUN_DAYS).token
    try:
        yield Api(site, token, aside)
    finally:
        # It expires by itself.
        with suppress(KitError):
            sign_out(site, token)


def ask_password(site: str) -> str:
    """The password, unseen. Never an option: others on the machine could read it."""
    return os.environ.get(PASSWORD_VARIABLE) or _ask_unseen(f"Password at {site}", PASSWORD_VARIABLE)


def ask_token(site: str) -> str:
    """The token, unseen."""
    if found := os.environ.get(TOKEN_VARIABLE, "").strip():
        return found
    return _ask_unseen(f"Token of {site}/account/tokens/", TOKEN_VARIABLE)


def ask_name(site: str) -> str:
    """The name, on stderr, as stdout belongs to the answer."""
    name: str = typer.prompt(f"User at {site}", err=True)
    return name


def _ask_unseen(what: str, variable: str) -> str:
    if sys.stdin.isatty():
        answer: str = typer.prompt(what, hide_input=True, err=True)
    else:
        answer = sys.stdin.readline()
    if not answer.strip():
        raise WrongUsage(
            f"{what}: nothing was entered. Enter it, pass it by standard input, or put it into {variable}."
        )
    return answer.strip("\r\n")


def _given_for(site: str) -> str:
    """HOLDOUT_TOKEN; empty where HOLDOUT_SITE says that it is another site's: no address that comes along gets it."""
    named = os.environ.get(SITE_VARIABLE, "")
    return "" if named and site_of(named) != site else os.environ.get(TOKEN_VARIABLE, "").strip()


def _as_header(token: str) -> str:
    """The token, if it can be one. Raises WrongUsage, without the token, for what cannot be sent."""
    if token and not re.fullmatch(r"[A-Za-z0-9_.~+/=-]+", token):
        raise WrongUsage("The token has letters that no token has. Copy it whole from the site, and nothing else.")
    return token


def noted_last() -> str:
    """The site where somebody signed in last."""
    return KeptTokens().last_site
