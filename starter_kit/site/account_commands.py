"""The commands for being known to a site: login, logout."""

import os
import sys
from dataclasses import replace
from typing import Annotated

import typer

from starter_kit.called import KIT
from starter_kit.site.address import SITE_VARIABLE, SiteOption, find_site, site_of
from starter_kit.site.answering import JsonOption, answering, aside
from starter_kit.site.kept_tokens import KeptTokens
from starter_kit.site.moments import moment
from starter_kit.site.signing_in import (
    TOKEN_VARIABLE,
    ask_name,
    ask_password,
    ask_token,
    require_private,
    sign_in,
    sign_out,
    with_token,
)
from starter_kit.trouble import EXIT_CODES, KitError, NotAllowed, SiteUnreachable
from starter_kit.workspace import DEFAULT_WORK

HERE = "http://localhost:8000"

commands = typer.Typer()


@commands.command(epilog=EXIT_CODES)
def login(
    site: SiteOption = "",
    username: Annotated[str, typer.Option("--username", "--user", help="Asked for when it is not given.")] = "",
    token: Annotated[
        bool,
        typer.Option("--token", help=f"Take a token made on the site (asked for, from stdin, or {TOKEN_VARIABLE})."),
    ] = False,
    plain_http: Annotated[
        bool, typer.Option("--plain-http", help="Send it without https, in a network that you trust.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Sign in at a site, once. The token is kept in your own settings folder, readable by you alone.

    The password is asked for, unseen, or KIT_PASSWORD holds it; it is not kept. With two-factor sign-in, or to give
    it an expiry of your own, make a token on the site (Account, Tokens) and use --token.
    """
    with answering(as_json) as say:
        address = _which(site)
        require_private(address, plain_http)
        if token:
            kept = with_token(address, ask_token(address))
        else:
            kept = sign_in(address, username or ask_name(address), ask_password(address))
        kept = replace(kept, may_go_plain=plain_http)
        tokens = KeptTokens()
        tokens.keep(kept)
        until = f", until {moment(kept.expires_at)}" if kept.expires_at else ""
        say(
            {"site": kept.site, "username": kept.username, "expires_at": kept.expires_at, "kept_in": str(tokens.path)},
            f"Signed in at {kept.site} as {kept.username}{until}. The token is in {tokens.path}.",
            f"Next: {KIT} competitions",
        )


@commands.command(epilog=EXIT_CODES)
def logout(site: SiteOption = "", as_json: JsonOption = False) -> None:
    """Make the kept token worthless at the site, and forget it here."""
    with answering(as_json) as say:
        tokens = KeptTokens()
        address = find_site(site, tokens.last_site, DEFAULT_WORK)
        kept = tokens.of(address)
        if kept is None:
            raise NotAllowed(f"You are not signed in at {address}: there is no token to forget.")
        is_revoked = True
        try:
            sign_out(address, kept.token)
        except SiteUnreachable as error:
            is_revoked = False
            aside(f"{error} The token is forgotten here, and still good there: delete it at {address}/account/tokens/")
        except NotAllowed:
            # The site knows it no more: that is what was wanted.
            pass
        except KitError:
            tokens.forget(address)
            raise
        tokens.forget(address)
        say(
            {"site": address, "username": kept.username, "revoked": is_revoked},
            f"Signed out at {address}: {kept.username}'s token is forgotten.",
        )


def _which(site: str) -> str:
    """The site to sign in at: named, or asked for, with this machine as the guess."""
    if named := site or os.environ.get(SITE_VARIABLE, ""):
        return site_of(named)
    last = KeptTokens().last_site
    if not sys.stdin.isatty():
        return find_site("", last, DEFAULT_WORK)
    return site_of(typer.prompt("Site", default=last or HERE, err=True))
