"""Which site, and which of its competitions, a command is about."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit, urlunsplit

import typer

from starter_kit.called import KIT
from starter_kit.trouble import KitError, WrongUsage
from starter_kit.workspace import Workspace

EXAMPLE = "http://localhost:8000/competitions/goodreads"
SITE_VARIABLE = "HOLDOUT_SITE"
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")

SiteOption = Annotated[
    str, typer.Option("--site", help=f"The site's address; else {SITE_VARIABLE}, else where you signed in last.")
]
CompetitionOrNoted = Annotated[
    str, typer.Argument(metavar="[SLUG]", help="A competition, as `competitions` lists them; else the last downloaded.")
]


@dataclass(frozen=True)
class Place:
    """A competition by its name in addresses, and the site that it is on (https://host, no slash at the end)."""

    site: str
    slug: str

    @property
    def page(self) -> str:
        """The address of the competition's page."""
        return f"{self.site}/competitions/{self.slug}/"


def page_address(url: str) -> str:
    """A competition's page without query, fragment or closing slash. Raises KitError for what is no address."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise KitError(f"'{url}' is not the address of a competition's page. One looks like: {EXAMPLE}")
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/").removesuffix("/data"), "", ""))


def site_of(url: str) -> str:
    """Scheme, host and port of an address on a site. Raises WrongUsage for what is no address."""
    parts = urlsplit(url.strip() if "://" in url else f"https://{url.strip()}")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise WrongUsage(f"'{url}' is not the address of a site. One looks like: http://localhost:8000")
    if parts.username or parts.password:
        raise WrongUsage("A name or password does not belong into the site's address. Leave them out, and use `login`.")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def place_of(page: str) -> Place:
    """The competition whose page, or a page below it, has this address. Raises WrongUsage when it is none."""
    folders = [part for part in urlsplit(page).path.split("/") if part]
    if len(folders) < 2 or folders[0] != "competitions":
        raise WrongUsage(f"'{page}' is not the address of a competition's page. One looks like: {EXAMPLE}")
    return Place(site_of(page), folders[1])


def is_this_machine(site: str) -> bool:
    """Whether what is sent there stays on this machine."""
    return urlsplit(site).hostname in _THIS_MACHINE


def find_site(named: str, last: str, work: Path) -> str:
    """The site that is meant: named, else HOLDOUT_SITE, else where they signed in last, else where files came from.

    Raises WrongUsage when nothing says which.
    """
    if found := named or os.environ.get(SITE_VARIABLE, "") or last:
        return site_of(found)
    if noted := _noted(work):
        return noted.site
    raise WrongUsage(
        f"Which site? Name it with --site, such as --site http://localhost:8000, or in {SITE_VARIABLE}; "
        f"after `{KIT} login` it is remembered."
    )


def find_place(competition: str, site: str, last: str, work: Path) -> Place:
    """The competition that is meant: its slug, the address of its page, or else where the files in `work` came from.

    Raises WrongUsage when nothing says which, or two things differ.
    """
    chosen = site or os.environ.get(SITE_VARIABLE, "")
    if "://" in competition:
        place = place_of(competition)
        if site and site_of(site) != place.site:
            raise WrongUsage(f"--site says {site_of(site)}, and the page lies on {place.site}. Leave one of them out.")
        return place
    if competition:
        if not re.fullmatch(r"[-\w]+", competition):
            raise WrongUsage(f"'{competition}' is no competition's name. `competitions` lists them.")
        return Place(find_site(site, last, work), competition)
    noted = _noted(work)
    if noted and (not chosen or site_of(chosen) == noted.site):
        return noted
    raise WrongUsage(
        f"Which competition? Name it, as `{KIT} competitions` lists them, or the address of its page; "
        "or take its files with `download` first."
    )


def _noted(work: Path) -> Place | None:
    page = Workspace(work).page
    return place_of(page) if page.startswith("http") else None
