"""Sends a file to a competition's site the way a browser does, and follows it to its score."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urljoin, urlsplit

import requests

from starter_kit.site_download import page_address
from starter_kit.trouble import KitError

TIMEOUT_SECONDS = 60.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.3, 5.0
# How long a site may be silent while a submission is followed.
PATIENCE_SECONDS = 120.0
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
FINISHED = ("scored", "rejected", "failed", "cancelled")
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})


@dataclass(frozen=True)
class Ending:
    """How a submission ended: its status, the public score and rank of a scored one, what was wrong otherwise.

    `word` stands in the place of a score that a ladder board does not tell; `standing` is the team's score then.
    """

    address: str
    status: str
    score: str
    rank: str
    word: str
    standing: str
    problems: tuple[str, ...]


class Site:
    """One competition's site, as somebody who is signed in sees it."""

    def __init__(self, page: str, user: str, password: str) -> None:
        """Sign in. Raises KitError when the site cannot be reached, is not to be trusted, or does not know them."""
        self.page = page_address(page)
        self._host = urlsplit(self.page).hostname
        if urlsplit(self.page).scheme != "https" and self._host not in _THIS_MACHINE:
            raise KitError(f"{self.page}: without https a password can be read on the way. Give the https address.")
        self._http = requests.Session()
        door = urljoin(self.page, "/accounts/login/")
        answer = self._post(door, {"login": user, "password": password})
        if answer.status_code == requests.codes.too_many_requests:
            raise KitError(f"{door}: too many tries to sign in. Wait some minutes.")
        if "sessionid" not in self._http.cookies:
            raise KitError(f"{door}: the site does not know {user!r} with this password. Sign up in the browser first.")

    def send(self, file: Path, description: str) -> str:
        """Upload `file`; the address of its submission. Raises KitError with the site's reason when it is not taken."""
        with file.open("rb") as content:
            answer = self._post(f"{self.page}/submit/", {"description": description}, {"file": (file.name, content)})
        target = urljoin(answer.url, answer.headers.get("Location", ""))
        if answer.is_redirect and "/submissions/" in target:
            return target
        if answer.is_redirect and target.rstrip("/").endswith("/join"):
            raise KitError(f"{self.page}: you have not joined this competition. Join it in the browser first.")
        reasons = _marked(answer.text, "data-refusal")
        raise KitError(f"{file} was not taken. {' '.join(reasons) or f'The site answered {answer.status_code}.'}")

    def follow(self, address: str, heard: Callable[[str], None]) -> Ending:
        """Look again and again until it is finished; `heard` is told each new status.

        Raises KitError when the site does not answer for a while: the submission is received all the same.
        """
        pause, last, silent_for = FIRST_PAUSE_SECONDS, "", 0.0
        while silent_for < PATIENCE_SECONDS:
            text = self._look(urljoin(address, "status/"))
            status = next(iter(_parsed(text, "data-status").values), "")
            silent_for = 0.0 if status else silent_for + pause
            if status and status != last:
                heard(status)
                last = status
            if status in FINISHED:
                names = ("data-score", "data-rank", "data-word", "data-standing")
                score, rank, word, standing = ("".join(_marked(text, name)[:1]) for name in names)
                return Ending(address, status, score, rank, word, standing, tuple(_marked(text, "data-problem")))
            time.sleep(pause)
            pause = min(1.5 * pause, LONGEST_PAUSE_SECONDS)
        raise KitError(f"{address}: the site does not answer now. The file was received; look there in the browser.")

    def _look(self, address: str) -> str:
        """The page, or "" when it cannot be had now."""
        try:
            answer = self._http.get(address, timeout=TIMEOUT_SECONDS)
        except requests.RequestException:
            return ""
        return answer.text if answer.ok else ""

    def _post(
        self, address: str, fields: dict[str, str], files: Mapping[str, tuple[str, BinaryIO]] | None = None
    ) -> requests.Response:
        """Fill in the form at `address`. What it answers is not followed: a password goes to this site alone."""
        form = self._ask("GET", address, allow_redirects=True)
        if urlsplit(form.url).hostname != self._host:
            raise KitError(f"{address}: the site sends us on to {form.url}. Give that address if you trust it.")
        # A page that is only for those who have joined sends others to where they can join.
        if urlsplit(form.url).path != urlsplit(address).path:
            return form.history[-1]
        token = self._http.cookies.get("csrftoken") or ""
        # Over https the site asks where a form was filled in.
        self._http.headers["Referer"] = form.url
        return self._ask("POST", form.url, data={**fields, "csrfmiddlewaretoken": token}, files=files)

    def _ask(self, method: str, address: str, *, allow_redirects: bool = False, **sent: Any) -> requests.Response:
        try:
            answer = self._http.request(
                method, address, timeout=TIMEOUT_SECONDS, allow_redirects=allow_redirects, **sent
            )
        except requests.RequestException as error:
            raise KitError(f"{address}: cannot be reached ({error}). Is the site running? Try again.") from error
        if answer.status_code == requests.codes.not_found:
            raise KitError(f"{address}: there is no such page. Give the address of the competition's page.")
        return answer


class _MarkedTexts(HTMLParser):
    """The attribute's value and the text within, for every element that bears it."""

    def __init__(self, attribute: str) -> None:
        super().__init__()
        self.attribute = attribute
        self.values: list[str] = []
        self.texts: list[list[str]] = []
        self._open: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if self.attribute in found:
            self.values.append(found[self.attribute] or "")
            self.texts.append([])
            if tag not in _VOID:
                self._open.append(0)
        elif self._open and tag not in _VOID:
            self._open[-1] += 1

    def handle_endtag(self, tag: str) -> None:
        if not self._open or tag in _VOID:
            return
        if self._open[-1] == 0:
            self._open.pop()
        else:
            self._open[-1] -= 1

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts[-1].append(data)


def _parsed(text: str, attribute: str) -> _MarkedTexts:
    parser = _MarkedTexts(attribute)
    parser.feed(text)
    return parser


def _marked(text: str, attribute: str) -> list[str]:
    return [" ".join("".join(parts).split()) for parts in _parsed(text, attribute).texts]
