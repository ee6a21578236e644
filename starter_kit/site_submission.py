"""Sends a file to a competition's site the way a browser does, and follows it to its score."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import requests

from starter_kit.site_download import page_address
from starter_kit.trouble import KitError

TIMEOUT_SECONDS = 60.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.3, 5.0
FINISHED = ("scored", "rejected", "failed", "cancelled")
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})


@dataclass(frozen=True)
class Ending:
    """How a submission ended: its status, the public score and rank of a scored one, what was wrong otherwise."""

    address: str
    status: str
    score: str
    rank: str
    problems: tuple[str, ...]


class Site:
    """One competition's site, as somebody who is signed in sees it."""

    def __init__(self, page: str, user: str, password: str) -> None:
        """Sign in. Raises KitError when the site cannot be reached or does not know them."""
        self.page = page_address(page)
        self._http = requests.Session()
        # Over https the site asks where a form was filled in.
        self._http.headers["Referer"] = self.page
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
        if "/submissions/" in answer.url:
            return answer.url
        if answer.url.rstrip("/").endswith("/join"):
            raise KitError(f"{self.page}: you have not joined this competition. Join it in the browser first.")
        reasons = _marked(answer.text, "data-refusal")
        raise KitError(f"{file} was not taken. {' '.join(reasons) or f'The site answered {answer.status_code}.'}")

    def follow(self, address: str, heard: Callable[[str], None]) -> Ending:
        """Look again and again until it is finished; `heard` is told each new status."""
        pause, last = FIRST_PAUSE_SECONDS, ""
        while True:
            text = self._get(urljoin(address, "status/")).text
            status = next(iter(_values(text, "data-status")), "")
            if not status:
                raise KitError(f"{address}: the site does not tell the submission's status. Look there in the browser.")
            if status != last:
                heard(status)
                last = status
            if status in FINISHED:
                score, rank = ("".join(_marked(text, name)[:1]) for name in ("data-score", "data-rank"))
                return Ending(address, status, score, rank, tuple(_marked(text, "data-problem")))
            time.sleep(pause)
            pause = min(1.5 * pause, LONGEST_PAUSE_SECONDS)

    def _post(
        self, address: str, fields: dict[str, str], files: dict[str, tuple[str, object]] | None = None
    ) -> requests.Response:
        self._get(address)
        token = self._http.cookies.get("csrftoken") or ""
        return self._ask("POST", address, {**fields, "csrfmiddlewaretoken": token}, files)

    def _get(self, address: str) -> requests.Response:
        return self._ask("GET", address)

    def _ask(
        self,
        method: str,
        address: str,
        fields: dict[str, str] | None = None,
        files: dict[str, tuple[str, object]] | None = None,
    ) -> requests.Response:
        try:
            answer = self._http.request(method, address, data=fields, files=files, timeout=TIMEOUT_SECONDS)  # type: ignore[arg-type]
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


def _values(text: str, attribute: str) -> Iterator[str]:
    yield from _parsed(text, attribute).values


def _marked(text: str, attribute: str) -> list[str]:
    return [" ".join("".join(parts).split()) for parts in _parsed(text, attribute).texts]
